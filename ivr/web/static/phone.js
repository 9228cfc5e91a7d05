// The telephone page. It sends the address of a place with a key or an outcome, and plays the steps of the answer: it
// shows and speaks their captions in time, and waits for a key. No data of the call is stored.

import * as screen from "./screen.js";
import { closeSound, loadFile, pause, speak, startSound } from "./sound.js";

const MAX_ATTEMPTS = 4; // requests while the server answers that it is busy (429)
const RETRY_DELAY = 2000; // milliseconds
const KEY_FLASH = 150; // milliseconds in which a key that was typed looks pressed

let turn = 0; // counts the requests of a call: what belongs to an earlier turn stops
let step = null; // the step that is played; null outside a call and while the server has not answered
let interruption = new AbortController(); // ends the speech and the pauses of the step
let keysAhead = []; // keys that were pressed while the server had not answered

// Asks the server for the steps that follow `action`: {at, key}, {at, outcome}, or {} for a new call.
async function requestSteps(action, ownTurn) {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const response = await fetch(`${screen.phone.dataset.base}/phone/call`, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(action),
    });
    if (response.ok) return (await response.json()).steps;
    if (response.status !== 429) break;
    if (attempt === 1) screen.addMessage("busy");
    await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
    if (ownTurn !== turn) return [];
  }
  throw new Error("the line does not answer");
}

async function act(action) {
  turn += 1;
  const ownTurn = turn;
  interruption.abort();
  step = null;
  screen.setState("waiting");
  let steps = [];
  try {
    steps = await requestSteps(action, ownTurn);
  } catch {
    if (ownTurn === turn) endCall("unreachable");
    return;
  }
  if (ownTurn === turn) await playSteps(steps, ownTurn);
}

async function playSteps(steps, ownTurn) {
  if (keysAhead.length && steps[0].does === "listen") {
    pressKey(keysAhead.shift(), steps[0]);
    return;
  }
  keysAhead = [];
  for (const next of steps) {
    await playStep(next, ownTurn);
    if (ownTurn !== turn) return;
  }
}

async function playStep(next, ownTurn) {
  interruption = new AbortController();
  const { signal } = interruption;
  step = next;
  screen.setState("talking");
  for (const [index, caption] of next.captions.entries()) {
    screen.addCaption(caption);
    if (next.captions[index + 1]) loadFile(next.captions[index + 1]);
    await speak(caption, signal);
    if (ownTurn !== turn) return;
  }
  if (next.does === "end") endCall("ended");
  else if (next.does === "dial") showDial();
  else await listen(next.wait, signal);
}

async function listen(seconds, signal) {
  if (!signal.aborted) screen.setState("listening");
  await pause(seconds, signal);
}

function showDial() {
  screen.addMessage("connecting");
  screen.setState("dialling");
  screen.dialPanel.scrollIntoView({ block: "nearest" });
}

function endCall(message) {
  turn += 1;
  interruption.abort();
  step = null;
  keysAhead = [];
  screen.setState("idle");
  screen.addMessage(message);
}

// Presses a key in the step `at`; before the server has answered, the key is kept for the next step.
function pressKey(key, at = step) {
  if (screen.phone.dataset.state === "waiting" && !at) keysAhead.push(key);
  if (at?.does !== "listen") return;
  screen.addMessage("pressed", screen.keyButtons.get(key).querySelector("b").cloneNode(true));
  act({ at: at.at, key });
}

function startCall() {
  screen.clearLog();
  startSound();
  if (screen.phone.getBoundingClientRect().bottom > innerHeight) screen.phone.scrollIntoView({ block: "start" });
  screen.addMessage("called");
  act({});
}

function staySilent() {
  screen.addMessage("silent");
  interruption.abort();
}

function chooseOutcome(event) {
  const button = event.target.closest("[data-outcome]");
  if (!button || !step) return;
  screen.log.focus(); // the button with the focus is about to be hidden
  act({ at: step.at, outcome: button.dataset.outcome });
}

// A key of the keyboard works only while the telephone has the focus: WCAG 2.1.4.
function typeKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !screen.keyButtons.has(event.key)) return;
  event.preventDefault();
  const button = screen.keyButtons.get(event.key);
  button.classList.add("down");
  setTimeout(() => button.classList.remove("down"), KEY_FLASH);
  if (screen.isEnabled(button)) pressKey(event.key);
}

function onClick(button, handler) {
  button.addEventListener("click", () => screen.isEnabled(button) && handler());
}

onClick(screen.callButton, startCall);
onClick(screen.hangUpButton, () => endCall("hungup"));
onClick(screen.silentButton, staySilent);
for (const [key, button] of screen.keyButtons) onClick(button, () => pressKey(key));
screen.dialPanel.addEventListener("click", chooseOutcome);
screen.phone.addEventListener("keydown", typeKey);
document.addEventListener("leave", () => {
  turn += 1;
  interruption.abort();
  closeSound();
});
screen.setState("idle");
