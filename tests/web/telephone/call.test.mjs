import assert from "node:assert/strict";
import { test } from "node:test";
import { Call } from "../../../ivr/web/static/call.js";
import { LINE, settle } from "./toy_line.mjs";

// A stage that speaks and waits until `goOn`, or until the signal aborts. `events` is what it has shown.
function stage() {
  const events = [];
  const pending = [];
  const until = (event, signal) => {
    events.push(event);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      pending.push(resolve);
      signal.addEventListener("abort", resolve);
    });
  };
  return {
    events,
    speak: ({ sentences }, _next, signal) => until(sentences.map(({ text }) => text).join(" "), signal),
    wait: (seconds, signal) => until(seconds, signal),
    show: (state) => events.push(state),
    async goOn(times = 1) {
      for (let time = 0; time < times; time += 1) {
        pending.pop()?.();
        await settle();
      }
    },
  };
}

async function begin() {
  const shown = stage();
  const call = new Call(LINE, shown);
  call.play(LINE.ring);
  await settle();
  return { call, shown };
}

test("a silent caller hears every step, until the dial", async () => {
  const { shown } = await begin();
  await shown.goOn(6);
  assert.deepEqual(shown.events, [
    ...["talking", "Hello.", "Para español oprima ocho.", "listening", 10],
    ...["talking", "For tea press one.", "listening", 20],
    ...["talking", "Connecting you.", "dialling"],
  ]);
});

test("a key stops the speech and leads to its place", async () => {
  const { call, shown } = await begin();
  call.press("x");
  await settle();
  assert.deepEqual(shown.events.slice(-2), ["talking", "For tea press one."]);
  call.press("1");
  await settle();
  assert.deepEqual(shown.events.slice(-2), ["talking", "Goodbye."]);
  assert.ok(!shown.events.includes("Para español oprima ocho."));
});

test("a skip shows the rest of the step and goes on to the next one", async () => {
  const { call, shown } = await begin();
  call.skip();
  await settle();
  assert.deepEqual(shown.events.slice(-4), ["Para español oprima ocho.", 10, "talking", "For tea press one."]);
});

test("keys work while the line asks, and not while it dials or after its end", async () => {
  const { call, shown } = await begin();
  assert.ok(call.acceptsKeys);
  call.press("x");
  call.press("0");
  await settle();
  assert.ok(!call.acceptsKeys);
  await shown.goOn();
  assert.equal(shown.events.at(-1), "dialling");
  call.press("1");
  call.dialEnded("completed");
  await settle();
  await shown.goOn();
  assert.deepEqual(shown.events.slice(-2), ["Goodbye.", "ended"]);
  assert.ok(!call.acceptsKeys);
});

test("a dial that was busy leads back to the line", async () => {
  const { call, shown } = await begin();
  call.press("x");
  call.press("0");
  await settle();
  await shown.goOn();
  call.dialEnded("busy");
  await settle();
  assert.equal(shown.events.at(-1), "For tea press one.");
});

test("nothing is shown after the visitor has hung up", async () => {
  const { call, shown } = await begin();
  const before = [...shown.events];
  call.hangUp();
  await shown.goOn(3);
  call.press("1");
  await settle();
  assert.deepEqual(shown.events, before);
});
