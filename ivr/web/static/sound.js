// The sound of the telephone page: audio files of the server, else a voice of the visitor's device, else silence while
// the captions can be read.

import { phone } from "./screen.js";

const MAX_FAILURES = 3; // after this many failed audio files the server's voice is not tried again
const MAX_CACHED_FILES = 12;
const FILE_TIMEOUT = 3; // seconds to wait for an audio file before another voice reads the caption

const soundButton = document.getElementById("sound");
const cachedFiles = new Map(); // promises of decoded audio by name, the oldest first
let serverHasVoice = "speaks" in phone.dataset;
let failures = 0;
let audio = null; // the AudioContext: browsers allow sound only after a click

const isSoundOn = () => soundButton.getAttribute("aria-pressed") === "true";

// Resolves after `seconds`, or at once when `signal` aborts.
export function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

// Call it in the handler of a click.
export function startSound() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!audio && Context) audio = new Context();
  if (audio?.state === "suspended") audio.resume();
}

export function closeSound() {
  audio?.close();
}

// Reads `caption` aloud; without any voice it takes the time in which the caption can be read. Stops when `signal` aborts.
export async function speak(caption, signal) {
  if (isSoundOn()) {
    const buffer = await Promise.race([loadFile(caption), pause(FILE_TIMEOUT, signal)]);
    if (signal.aborted) return;
    if (buffer && audio.state === "running") return playFile(buffer, signal);
    const voice = deviceVoice(caption.lang);
    if (voice) return speakOnDevice(caption, voice, signal);
  }
  return pause(caption.seconds, signal);
}

// Resolves to the decoded audio file of `caption`, or to null if there is none.
export function loadFile({ sound: name, recorded }) {
  const isOffered = /^[0-9a-f]{20}$/.test(name) && (serverHasVoice || recorded);
  if (!audio || !isOffered) return Promise.resolve(null);
  if (!cachedFiles.has(name)) {
    cachedFiles.set(name, fetchFile(name, recorded));
    if (cachedFiles.size > MAX_CACHED_FILES) cachedFiles.delete(cachedFiles.keys().next().value);
  }
  return cachedFiles.get(name);
}

async function fetchFile(name, recorded) {
  try {
    const folder = recorded ? "audio" : "sound";
    const response = await fetch(`${phone.dataset.base}/${folder}/${name}.wav`, { credentials: "omit" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await audio.decodeAudioData(await response.arrayBuffer());
  } catch {
    cachedFiles.delete(name);
    countFailure();
    return null;
  }
}

function countFailure() {
  failures += 1;
  if (failures < MAX_FAILURES) return;
  serverHasVoice = false;
  showVoiceSource();
}

async function playFile(buffer, signal) {
  const source = audio.createBufferSource();
  source.buffer = buffer;
  source.connect(audio.destination);
  const ended = new Promise((resolve) => source.addEventListener("ended", resolve, { once: true }));
  source.start();
  await Promise.race([ended, pause(buffer.duration + 2, signal)]);
  source.stop();
}

async function speakOnDevice(caption, voice, signal) {
  const utterance = new SpeechSynthesisUtterance(caption.text);
  Object.assign(utterance, { voice, lang: voice.lang, rate: caption.rate });
  const ended = new Promise((resolve) => {
    utterance.onend = resolve;
    utterance.onerror = resolve;
  });
  speechSynthesis.speak(utterance);
  await Promise.race([ended, pause(caption.seconds * 2 + 5, signal)]);
  speechSynthesis.cancel();
}

// A voice of the device itself: any other voice would send the words to another site.
function deviceVoice(language) {
  if (!("speechSynthesis" in window)) return undefined;
  const voices = speechSynthesis.getVoices().filter((voice) => voice.localService);
  const tag = (voice) => voice.lang.toLowerCase().replace("_", "-");
  const base = (name) => name.split("-")[0];
  const wanted = language.toLowerCase();
  return voices.find((voice) => tag(voice) === wanted) || voices.find((voice) => base(tag(voice)) === base(wanted));
}

// Tells the visitor which voice speaks.
function showVoiceSource() {
  const deviceOrNone = deviceVoice(document.documentElement.lang) ? "browser" : "none";
  const source = serverHasVoice ? "server" : deviceOrNone;
  for (const text of document.querySelectorAll("[data-voices]")) text.hidden = text.dataset.voices !== source;
}

soundButton.addEventListener("click", () => {
  soundButton.setAttribute("aria-pressed", String(!isSoundOn()));
  if (isSoundOn()) startSound();
  else audio?.suspend();
});
if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", showVoiceSource);
showVoiceSource();
