import assert from "node:assert/strict";
import { test } from "node:test";
import { captionsOf, firstPlace, respond } from "../../../ivr/web/static/line.js";
import { LINE } from "./toy_line.mjs";

test("a reader in the source language hears the opening in two languages, any other reader the opening in theirs", () => {
  assert.equal(firstPlace(LINE, "en"), LINE.ring);
  assert.equal(firstPlace(LINE, "es"), "/call/es/opening");
  assert.equal(firstPlace(LINE, "unknown"), LINE.ring);
});

test("a conversation counts as connected whatever the status of the dial", () => {
  assert.equal(respond(LINE, "/call/en/connect", { dialStatus: "canceled", bridged: true }), "/call/en/tea");
  assert.equal(respond(LINE, "/call/en/connect", { dialStatus: "busy" }), "/call/en/main");
  assert.equal(respond(LINE, "/call/en/connect", { dialStatus: "constructor" }), LINE.ring);
});

test("a dial ends at a transfer only", () => {
  assert.throws(() => respond(LINE, "/call/en/main", { dialStatus: "busy" }));
});

test("at the slow pace a caption takes longer and is read more slowly", () => {
  const [normal] = captionsOf(LINE, LINE.steps[0]);
  const [slow] = captionsOf(LINE, LINE.steps[1]);
  assert.deepEqual([normal.seconds, normal.rate, normal.sound], [2.6, 1, "greeting"]);
  assert.deepEqual([slow.seconds, slow.rate, slow.sound], [4.2, 0.9, "main/slow"]);
});

test("a recording is named for the pace of the step", () => {
  const step = LINE.steps[3];
  assert.equal(captionsOf(LINE, step)[0].recording, "aa.wav");
  assert.equal(captionsOf(LINE, { ...step, pace: "slow" })[0].recording, "bb.wav");
});
