// The key of the telephone that a key of the keyboard means.

const DIGIT = /^\p{Nd}$/u; // a decimal digit of any script
const DIGIT_CODE = /^(?:Digit|Numpad)(\d)$/; // the place of a digit on the keyboard
const FULL_WIDTH = new Map([
  ["＊", "*"],
  ["＃", "#"],
]);
const WITHOUT_CHARACTER = new Set(["Process", "Unidentified", "Dead"]); // an input method took the key

/**
 * One of 0 to 9, * and #; "" for any other key, for a key that is held down, and with Ctrl, Alt or Meta.
 * @param {Pick<KeyboardEvent, "key" | "code" | "repeat" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 */
export function typedKey({ key, code, repeat, ctrlKey, metaKey, altKey, shiftKey }) {
  if (repeat || ctrlKey || metaKey || altKey) return "";
  if (WITHOUT_CHARACTER.has(key)) return shiftKey ? "" : (DIGIT_CODE.exec(code)?.[1] ?? "");
  if (key === "*" || key === "#") return key;
  return FULL_WIDTH.get(key) ?? (DIGIT.test(key) ? String(digitValue(key)) : "");
}

/**
 * The value of a decimal digit: the digits of a script are ten in a row, from zero on (The Unicode Standard, 4.6).
 * @param {string} digit
 */
function digitValue(digit) {
  const point = /** @type {number} */ (digit.codePointAt(0));
  let first = point;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return (point - first) % 10;
}
