// The telephone page. The exported line is loaded when the visitor begins; the call then runs in the browser, and a key
// sends no request. No data of the call is stored.

import { Call } from "./call.js";
import { Clock } from "./clock.js";
import { firstPlace } from "./line.js";
import * as screen from "./screen.js";
import { deviceVoice, Sound } from "./sound.js";
import { typedKey } from "./typed_key.js";

/**
 * @typedef {import("./line.js").Line} Line
 * @typedef {import("./path.js").Point} Point
 */

const { phone, byId } = screen;
const base = phone.dataset.base ?? "";
const language = document.documentElement.lang;
const clock = new Clock();
const sound = new Sound(clock, base, new Set(phone.dataset.soundLanguages?.split(" ")));
/** @type {Line | null} */
let line = null;
/** @type {Call | null} */
let call = null;
/** @type {((point: Point) => void) | undefined} */
let watcher;
/** @type {import("./screen.js").State} */
let state = "idle";

/** @param {typeof state} next */
function show(next) {
  state = next;
  screen.setState(state, clock.paused);
}

// -- the call ---------------------------------------------------------------------------------------------------------

/** A file of data of the site. @param {string} name */
export async function load(name) {
  const response = await fetch(`${base}/${name}`, { credentials: "omit" });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** @returns {Promise<Line>} */
export async function loadLine() {
  line ??= /** @type {Line} */ (await load("telephone.json"));
  return line;
}

/** @param {boolean} aloud @param {Point} [from] where the call begins */
async function startCall(aloud, from) {
  screen.clearLog();
  setSound(aloud);
  show("waiting");
  screen.log.focus({ preventScroll: true }); // Safari gives a button no focus when it is clicked
  if (phone.getBoundingClientRect().bottom > innerHeight) phone.scrollIntoView({ block: "start" });
  try {
    await loadLine();
  } catch {
    endCall("unreachable");
    return;
  }
  if (state !== "waiting" || !line) return; // hung up while the line was loading
  screen.addMessage("called");
  const wait = (/** @type {number} */ seconds, /** @type {AbortSignal} */ signal) => clock.wait(seconds, signal);
  call = new Call(line, { speak, wait, show: showCall, enter: watcher });
  call.play(from?.place ?? firstPlace(line, language), from?.event, from?.index);
}

/** Calls `watch` when a step begins. @param {(point: Point) => void} watch */
export function onStep(watch) {
  watcher = watch;
}

/** Continues the call at a step; begins a call without sound if there is none. @param {Point} point */
export function playFrom(point) {
  if (!call) {
    startCall(false, point);
    return;
  }
  resume();
  screen.endChoices();
  call.play(point.place, point.event, point.index);
}

/** @type {import("./call.js").Stage["speak"]} */
async function speak(caption, next, signal) {
  const mark = screen.addCaption(caption);
  sound.prepare(next);
  await sound.speak(caption, signal, mark);
  mark(-1);
}

/** @param {import("./call.js").State} next */
function showCall(next) {
  if (next === "ended") {
    endCall("ended");
    return;
  }
  show(next);
  if (next !== "dialling") return;
  screen.addMessage("connecting");
  byId("dialling").scrollIntoView({ block: "nearest" });
}

/** @param {string} message */
function endCall(message) {
  call?.hangUp();
  call = null;
  clock.resume();
  sound.pause();
  screen.endChoices();
  screen.addMessage(message);
  show("idle");
}

/** @param {string} key */
function press(key) {
  if (!call?.acceptsKeys) return;
  resume();
  screen.endChoices();
  screen.addMessage("pressed", key);
  call.press(key);
}

function skip() {
  screen.addMessage("silent");
  call?.skip();
  resume();
}

/** @param {string} dialStatus */
function endDial(dialStatus) {
  screen.log.focus({ preventScroll: true }); // the button with the focus is about to be hidden
  call?.dialEnded(dialStatus);
}

// -- time and sound ---------------------------------------------------------------------------------------------------

function pause() {
  if (state !== "talking" && state !== "listening") return;
  clock.pause();
  sound.pause();
  show(state);
}

function resume() {
  if (!clock.paused) return;
  sound.resume();
  clock.resume();
  show(state);
}

/** @param {boolean} on */
function setSound(on) {
  if (on) sound.start();
  else sound.stop();
  if (on && clock.paused) sound.pause();
  screen.setPressed(byId("sound"), on);
}

/** Tells the visitor which voice speaks. Where no voice can speak, there is nothing to listen to. */
function showVoices() {
  const box = document.getElementById("site-sounds");
  sound.usesSite = box instanceof HTMLInputElement && box.checked;
  const voices = sound.usesSite ? "site" : deviceVoice(language) ? "device" : "none";
  for (const text of document.querySelectorAll("[data-voices]")) {
    if (text instanceof HTMLElement) text.hidden = text.dataset.voices !== voices;
  }
  screen.enable(byId("listen"), voices !== "none");
}

// -- controls ---------------------------------------------------------------------------------------------------------

/**
 * Whether a key of the keyboard is for the telephone: where it has the focus, or no link, button or field has it. The
 * visitor can switch the keys of the keyboard off (WCAG 2.1.4).
 */
function listensToKeyboard() {
  const focused = document.activeElement;
  const isElsewhere = focused && focused !== document.body && !focused.matches("main") && !phone.contains(focused);
  return screen.isPressed(byId("keyboard")) && !isElsewhere;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const key = typedKey(event);
  if (!key || !call?.acceptsKeys || !listensToKeyboard()) return;
  event.preventDefault();
  screen.flashKey(key);
  press(key);
}

/** @param {string} id @param {() => void} handler */
function onClick(id, handler) {
  byId(id).addEventListener("click", () => screen.isEnabled(byId(id)) && handler());
}

/** @param {MouseEvent} event */
function onPhoneClick(event) {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button || !screen.isEnabled(button)) return;
  const { key, choice, outcome } = button.dataset;
  if (key || choice) press(key ?? choice ?? "");
  if (outcome) endDial(outcome);
}

onClick("read-silently", () => startCall(false));
onClick("listen", () => startCall(true));
onClick("hangup", () => endCall("hungup"));
onClick("pause", () => (clock.paused ? resume() : pause()));
onClick("silent", skip);
onClick("sound", () => setSound(!sound.on));
onClick("keyboard", () => screen.setPressed(byId("keyboard"), !screen.isPressed(byId("keyboard"))));
onClick("newest", screen.showNewest);
onClick("clear", () => {
  screen.clearLog();
  show("idle");
  byId("read-silently").focus();
});
phone.addEventListener("click", onPhoneClick);
document.addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", () => document.hidden && pause());
document.addEventListener("leave", () => {
  call?.hangUp();
  sound.stop();
});
document.getElementById("site-sounds")?.addEventListener("change", showVoices);
if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", showVoices);
showVoices();
show("idle");
phone.classList.remove("loading");
