import assert from "node:assert/strict";
import { test } from "node:test";
import { typedKey } from "../../../ivr/web/static/typed_key.js";

const typed = (key, more = {}) =>
  typedKey({ key, code: "", repeat: false, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("the twelve keys of a telephone are themselves", () => {
  for (const key of "0123456789*#") assert.equal(typed(key), key);
});

test("a digit of any script is its key", () => {
  for (const digits of ["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９", "๐๑๒๓๔๕๖๗๘๙", "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡"]) {
    for (const [value, digit] of [...digits].entries()) assert.equal(typed(digit), String(value), digit);
  }
  assert.equal(typed("＊"), "*");
  assert.equal(typed("＃"), "#");
});

test("a digit that an input method takes is known by its place on the keyboard", () => {
  assert.equal(typed("Process", { code: "Digit3" }), "3");
  assert.equal(typed("Unidentified", { code: "Numpad0" }), "0");
  assert.equal(typed("Process", { code: "Digit3", shiftKey: true }), "");
  assert.equal(typed("Process", { code: "KeyA" }), "");
});

test("a key that is held down is one press", () => {
  assert.equal(typed("1", { repeat: true }), "");
});

test("shortcuts of the browser and other keys are no keys of the telephone", () => {
  for (const modifier of ["ctrlKey", "metaKey", "altKey"]) assert.equal(typed("1", { [modifier]: true }), "");
  for (const key of ["a", "Enter", "Escape", "F1", "²", "½", "", "一", "é"]) {
    assert.equal(typed(key), "", key);
  }
});
