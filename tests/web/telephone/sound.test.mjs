import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../../ivr/web/static/clock.js";
import { Sound } from "../../../ivr/web/static/sound.js";
import { fakeTime } from "./fake_time.mjs";
import { settle } from "./toy_line.mjs";

const CAPTION = {
  sentences: [{ text: "Hello.", seconds: 4 }],
  lang: "en-US",
  language: "en",
  seconds: 4,
  rate: 1,
  recording: "",
  sound: "en/hello/1",
};
const NEAR = { name: "Near", lang: "en_US", localService: true };
const FAR = { name: "Far", lang: "en-US", localService: false };

class AudioContext {
  state = "running";
  destination = {};
  resume() {}
  suspend() {}
  static duration = 0; // seconds of each sound; the end of a longer one is not reported
  async decodeAudioData() {
    return { duration: AudioContext.duration };
  }
  createBufferSource() {
    return { connect() {}, addEventListener: (_, ended) => AudioContext.duration || ended(), start() {}, stop() {} };
  }
}

// A browser with `voices`, in which `speak` answers each utterance, and with a site that answers with `statuses`.
function browser(context, { voices = [], speak = (utterance) => utterance.onend(), statuses = [], duration = 0 } = {}) {
  const time = fakeTime(context);
  const uttered = [];
  const asked = [];
  globalThis.SpeechSynthesisUtterance = class {
    constructor(text) {
      this.text = text;
    }
  };
  globalThis.speechSynthesis = {
    getVoices: () => voices,
    cancel() {},
    speak(utterance) {
      if (!utterance.text) return; // what allows speech on iOS
      uttered.push([utterance.voice.name, utterance.text]);
      speak(utterance);
    },
  };
  globalThis.AudioContext = AudioContext;
  AudioContext.duration = duration;
  globalThis.window = globalThis;
  context.mock.method(globalThis, "fetch", async (address) => {
    asked.push(address);
    const status = statuses.shift() ?? 200;
    return { ok: status === 200, status, arrayBuffer: async () => new ArrayBuffer(8) };
  });
  const clock = new Clock();
  const sound = new Sound(clock, "..", new Set(["en"]));
  const aborts = new AbortController();
  const done = [];
  const marked = [];
  const read = (caption = CAPTION) =>
    sound
      .speak(caption, aborts.signal, (index) => marked.push(index))
      .then(() => done.push(caption.sentences.map(({ text }) => text).join(" ")));
  return { time, clock, sound, uttered, asked, read, done, marked, aborts };
}

test("without sound a caption takes its time and nothing is asked or spoken", async (context) => {
  const { time, uttered, asked, read, done } = browser(context, { voices: [NEAR] });
  read();
  await time.pass(3.9);
  assert.deepEqual(done, []);
  await time.pass(0.2);
  assert.deepEqual([done, uttered, asked], [["Hello."], [], []]);
});

test("a voice of the device reads, and one that would ask another site does not", async (context) => {
  const { time, sound, uttered, asked, read, done } = browser(context, { voices: [FAR, NEAR] });
  sound.start();
  read();
  await time.pass(0);
  assert.deepEqual([done, uttered, asked], [["Hello."], [["Near", "Hello."]], []]);
  const far = browser(context, { voices: [FAR] });
  far.sound.start();
  far.read();
  await far.time.pass(4.1);
  assert.deepEqual([far.done, far.uttered], [["Hello."], []]);
});

for (const [name, speak] of [
  ["reports an error", (utterance) => utterance.onerror()],
  [
    "throws",
    () => {
      throw new Error("no voice");
    },
  ],
]) {
  test(`where the voice of the device ${name}, the caption takes its time`, async (context) => {
    const { time, sound, read, done } = browser(context, { voices: [NEAR], speak });
    sound.start();
    read();
    await time.pass(3.9);
    assert.deepEqual(done, []);
    await time.pass(0.2);
    assert.deepEqual(done, ["Hello."]);
  });
}

test("a voice of the device that never ends does not stop the call", async (context) => {
  const { time, sound, read, done } = browser(context, { voices: [NEAR], speak: () => {} });
  sound.start();
  read();
  await time.pass(13.1);
  assert.deepEqual(done, ["Hello."]);
});

test("after a pause the voice of the device reads the caption again", async (context) => {
  const { time, clock, sound, uttered, read, done } = browser(context, {
    voices: [NEAR],
    speak: (utterance) => setTimeout(() => (clock.paused ? utterance.onerror() : utterance.onend()), 1000),
  });
  sound.start();
  read();
  await time.pass(0.5);
  clock.pause();
  sound.pause();
  await time.pass(60);
  assert.deepEqual(done, []);
  sound.resume();
  clock.resume();
  await time.pass(1.1);
  assert.deepEqual([done, uttered.length], [["Hello."], 2]);
});

test("sounds of the site are asked for only where they are switched on", async (context) => {
  const { time, sound, asked, read, done } = browser(context, { voices: [NEAR] });
  sound.start();
  read();
  await time.pass(0);
  assert.deepEqual(asked, []);
  sound.usesSite = true;
  read();
  await time.pass(0);
  assert.deepEqual([asked, done.length], [["../sound/en/hello/1.wav"], 2]);
  read({ ...CAPTION, recording: "aa.wav" });
  await time.pass(0);
  assert.equal(asked.at(-1), "../audio/aa.wav");
});

test("a sound that fails is tried again, and the next ones are still asked for", async (context) => {
  const { time, sound, uttered, asked, read, done } = browser(context, { voices: [NEAR], statuses: [503, 503, 503] });
  sound.start();
  sound.usesSite = true;
  read();
  await time.pass(0);
  assert.deepEqual([asked.length, uttered.length, done.length], [2, 1, 1]); // the device reads it
  for (const name of ["en/a/1", "en/b/1"]) {
    read({ ...CAPTION, sound: name });
    await time.pass(0);
  }
  assert.deepEqual(asked.slice(2), ["../sound/en/a/1.wav", "../sound/en/a/1.wav", "../sound/en/b/1.wav"]);
  assert.deepEqual([uttered.length, done.length], [1, 3]);
  read();
  await time.pass(0);
  assert.equal(asked.at(-1), "../sound/en/hello/1.wav"); // a failed sound is not remembered
  await settle();
});

test("a sound that the site does not have is asked for once", async (context) => {
  const { time, sound, uttered, asked, read, done } = browser(context, { voices: [NEAR], statuses: [404] });
  sound.start();
  sound.usesSite = true;
  read();
  await time.pass(0);
  assert.deepEqual([asked.length, uttered.length, done.length], [1, 1, 1]);
});

const TWO = {
  ...CAPTION,
  sentences: [
    { text: "Hello.", seconds: 1 },
    { text: "Goodbye.", seconds: 3 },
  ],
};

test("without sound each sentence is marked for its own time", async (context) => {
  const { time, read, done, marked, aborts } = browser(context);
  read(TWO);
  await time.pass(0.9);
  assert.deepEqual(marked, [0]);
  await time.pass(0.2);
  assert.deepEqual([marked, done], [[0, 1], []]);
  await time.pass(3);
  assert.deepEqual([marked, done], [[0, 1], ["Hello. Goodbye."]]);
  read(TWO);
  await time.pass(0.5);
  aborts.abort();
  await settle();
  assert.deepEqual(marked, [0, 1, 0]); // what is not spoken is not marked
});

test("the voice of the device reads the sentence that is marked", async (context) => {
  const { time, sound, uttered, read, marked } = browser(context, {
    voices: [NEAR],
    speak: (utterance) => setTimeout(utterance.onend, 2000),
  });
  sound.start();
  read(TWO);
  await time.pass(1.9);
  assert.deepEqual([uttered.at(-1)[1], marked], ["Hello.", [0]]);
  await time.pass(0.2);
  assert.deepEqual([uttered.at(-1)[1], marked], ["Goodbye.", [0, 1]]);
});

test("in a sound of the site each sentence is marked for its share of the sound", async (context) => {
  const { time, clock, sound, read, marked, done } = browser(context, { duration: 8 });
  sound.start();
  sound.usesSite = true;
  read(TWO);
  await time.pass(1.9);
  assert.deepEqual(marked, [0]);
  clock.pause();
  await time.pass(60);
  clock.resume();
  await time.pass(0.2);
  assert.deepEqual([marked, done], [[0, 1], []]);
  await time.pass(8);
  assert.deepEqual(done, ["Hello. Goodbye."]);
});
