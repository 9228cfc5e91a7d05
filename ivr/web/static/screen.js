// What the telephone page shows: the state of the call, the controls that work, and the captions.

import { sentencesOfLine } from "./sentences.js";

/** @typedef {import("./line.js").Caption} Caption */
/** @typedef {import("./line.js").Piece} Piece */
/** @typedef {"idle" | "waiting" | "talking" | "listening" | "dialling"} State */

const SCROLL_GAP = 8; // pixels above the newest caption
const SCROLL_MARGIN = 40; // pixels: the log follows new captions while it is scrolled closer to its end than this

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

export const phone = byId("phone");
export const log = byId("log");
const newest = byId("newest");
const dialPanel = byId("dialling");
const words = /** @type {HTMLTemplateElement} */ (byId("words")).content;
/** @type {Map<string, HTMLElement>} */
const keyButtons = new Map();
for (const button of phone.querySelectorAll("[data-key]")) {
  if (button instanceof HTMLElement) keyButtons.set(button.dataset.key ?? "", button);
}

// A disabled button keeps the keyboard's focus, so that a visitor is not moved to the start of the page.
/** @param {Element} button @param {boolean} enabled */
export const enable = (button, enabled) => button.setAttribute("aria-disabled", String(!enabled));
/** @param {Element} button */
export const isEnabled = (button) => button.getAttribute("aria-disabled") !== "true";
/** @param {Element} button */
export const isPressed = (button) => button.getAttribute("aria-pressed") === "true";
/** @param {Element} button @param {boolean} pressed */
export const setPressed = (button, pressed) => button.setAttribute("aria-pressed", String(pressed));

/** @param {State} state @param {boolean} paused */
export function setState(state, paused = false) {
  const shown = paused ? "paused" : state;
  const inCall = state !== "idle";
  for (const label of document.querySelectorAll("#state > [data-state]")) {
    if (label instanceof HTMLElement) label.hidden = label.dataset.state !== shown;
  }
  const resizes = [phone.dataset.state, state].some((name) => name === "idle" || name === "dialling");
  const isNew = phone.dataset.state !== state;
  phone.dataset.state = state;
  moveFocusFromHidden(inCall);
  for (const part of phone.querySelectorAll("[data-while]")) {
    if (part instanceof HTMLElement) part.hidden = (part.dataset.while === "call") !== inCall;
  }
  enable(byId("silent"), state === "talking" || state === "listening");
  enable(byId("pause"), state === "talking" || state === "listening");
  for (const button of keyButtons.values()) enable(button, state === "talking" || state === "listening");
  dialPanel.hidden = state !== "dialling";
  setPressed(byId("pause"), paused);
  showClear(state);
  if (following && isNew && resizes) showNewestEntry(); // the log has another height now
}

/** Keeps the focus on the telephone when the control that has it is about to be hidden. @param {boolean} inCall */
function moveFocusFromHidden(inCall) {
  const focused = document.activeElement;
  const hides = focused?.closest("[data-while]");
  const isHidden = hides instanceof HTMLElement && (hides.dataset.while === "call") !== inCall;
  if (isHidden || focused?.closest("#dialling")) log.focus({ preventScroll: true });
}

/** @param {State} state */
function showClear(state) {
  const isEmpty = !log.querySelector(":scope > :not(h3)");
  byId("clear").hidden = state !== "idle" || isEmpty;
  phone.classList.toggle("unused", state === "idle" && isEmpty);
}

/** Shows for a moment that a key of the keyboard was pressed. @param {string} key */
export function flashKey(key) {
  const button = keyButtons.get(key);
  button?.classList.add("down");
  setTimeout(() => button?.classList.remove("down"), 150);
}

// -- captions ---------------------------------------------------------------------------------------------------------

let following = true; // the log shows each new caption; not after the visitor has scrolled back
let shownTop = 0; // where the log was scrolled to by this script

export function clearLog() {
  for (const entry of log.querySelectorAll(":scope > :not(h3)")) entry.remove();
  following = true;
  newest.hidden = true;
}

/** Adds a message of the page, such as "You pressed 2"; `key` replaces its placeholder. @param {string} name */
export function addMessage(name, key = "") {
  const message = /** @type {HTMLElement} */ (words.querySelector(`[data-word="${name}"]`)?.cloneNode(true));
  const label = keyButtons.get(key)?.querySelector("b")?.cloneNode(true);
  if (label) message.querySelector("[data-placeholder]")?.replaceWith(label);
  message.className = "own";
  addToLog(message);
}

/**
 * Adds the words of a voice. A line that offers a key is a button. Returns a function that marks the sentence of an index
 * and no other; only a class changes, so that a screen reader does not read the caption again.
 * @param {Caption} caption @returns {(index: number) => void}
 */
export function addCaption(caption) {
  const block = element("div", { lang: caption.lang, dir: caption.dir, className: "caption" });
  if (!isLastSpeaker(caption.name)) block.append(element("p", { className: "voice", textContent: caption.name }));
  /** @type {HTMLElement[]} */
  const marked = [];
  for (const [index, line] of caption.lines.entries()) {
    const sentences = sentencesOfLine(line).map(sentenceSpan);
    marked.push(...sentences);
    const key = caption.keys[index];
    const isPlain = line.every(([, link]) => !link);
    const paragraph = element("p", {});
    const words = sentences.flatMap((sentence) => [sentence, " "]);
    paragraph.append(...(key && isPlain ? [choiceButton(key, words)] : words));
    block.append(paragraph);
  }
  addToLog(block);
  return (index) => {
    for (const [number, sentence] of marked.entries()) sentence.classList.toggle("spoken", number === index);
    if (index in marked && following) keepInView(marked[index]);
  };
}

/** @param {Piece[]} pieces */
function sentenceSpan(pieces) {
  const span = element("span", {});
  span.append(...pieces.map(([text, link], index) => textOrLink(index ? text : text.trimStart(), link)));
  return span;
}

/** The choices of captions become plain text: their keys do not work any more. */
export function endChoices() {
  if (document.activeElement?.matches(".choice")) log.focus({ preventScroll: true });
  for (const button of log.querySelectorAll(".choice")) {
    button.querySelector("kbd")?.remove();
    button.replaceWith(...button.childNodes);
  }
}

/** @param {string} key @param {(string | Node)[]} sentences */
function choiceButton(key, sentences) {
  const button = element("button", { className: "choice" });
  button.setAttribute("type", "button");
  button.dataset.choice = key;
  const cap = element("kbd", { textContent: key === "*" ? "✱" : key });
  cap.setAttribute("aria-hidden", "true");
  const words = element("span", {});
  words.append(...sentences);
  button.append(cap, words);
  return button;
}

/** @param {string} name */
function isLastSpeaker(name) {
  const last = [...log.querySelectorAll(".voice")].pop();
  return last?.textContent === name && log.lastElementChild?.className !== "own";
}

/** @param {string} text @param {string} [link] */
function textOrLink(text, link) {
  if (!link || !/^(tel|sms):\+?\d+$/.test(link)) return text;
  const anchor = element("a", { textContent: text, dir: "ltr", className: "number" });
  anchor.setAttribute("href", link);
  return anchor;
}

/** @param {string} name @param {Partial<HTMLElement>} properties */
function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

/** @param {HTMLElement} entry */
function addToLog(entry) {
  log.append(entry);
  if (following) showFrom(entry);
  newest.hidden = following;
}

/** Scrolls the log so that `entry` is seen from its beginning. @param {HTMLElement} entry */
function showFrom(entry) {
  log.scrollTop = entry.offsetTop - SCROLL_GAP;
  shownTop = log.scrollTop;
}

/** Scrolls the log to the sentence that is spoken, if it is not wholly seen. @param {HTMLElement} sentence */
function keepInView(sentence) {
  const end = sentence.getBoundingClientRect().bottom;
  if (end > log.getBoundingClientRect().bottom) showFrom(sentence);
}

function noticeScrolling() {
  if (Math.abs(log.scrollTop - shownTop) < 2) return;
  following = log.scrollHeight - log.clientHeight - log.scrollTop < SCROLL_MARGIN;
  if (following) newest.hidden = true;
}

function showNewestEntry() {
  if (log.lastElementChild instanceof HTMLElement) showFrom(log.lastElementChild);
}

export function showNewest() {
  following = true;
  newest.hidden = true;
  showNewestEntry();
  log.focus({ preventScroll: true });
}

log.addEventListener("scroll", noticeScrolling);
