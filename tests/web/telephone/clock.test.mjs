import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../../../ivr/web/static/clock.js";
import { fakeTime } from "./fake_time.mjs";
import { settle } from "./toy_line.mjs";

async function clockOf(context) {
  const clock = new Clock();
  const time = fakeTime(context);
  const aborts = new AbortController();
  const done = [];
  const wait = (seconds) => clock.wait(seconds, aborts.signal).then(() => done.push(seconds));
  return { clock, time, aborts, done, wait };
}

test("a wait ends after its seconds", async (context) => {
  const { time, done, wait } = await clockOf(context);
  wait(2);
  await time.pass(1.9);
  assert.deepEqual(done, []);
  await time.pass(0.2);
  assert.deepEqual(done, [2]);
});

test("time that is paused does not pass", async (context) => {
  const { clock, time, done, wait } = await clockOf(context);
  wait(5);
  await time.pass(3);
  clock.pause();
  clock.pause();
  wait(1);
  await time.pass(100);
  assert.deepEqual(done, []);
  clock.resume();
  clock.resume();
  await time.pass(1.5);
  assert.deepEqual(done, [1]);
  await time.pass(1);
  assert.deepEqual(done, [1, 5]);
});

test("an abort ends a wait at once, also while the clock is paused", async (context) => {
  const { clock, aborts, done, wait } = await clockOf(context);
  wait(5);
  clock.pause();
  clock.running(aborts.signal).then(() => done.push("running"));
  aborts.abort();
  wait(6);
  await settle();
  assert.deepEqual(done, [5, "running", 6]);
});

test("running resolves when the clock is resumed", async (context) => {
  const { clock, aborts, done } = await clockOf(context);
  clock.pause();
  clock.running(aborts.signal).then(() => done.push("running"));
  await settle();
  assert.deepEqual(done, []);
  clock.resume();
  await settle();
  assert.deepEqual(done, ["running"]);
});
