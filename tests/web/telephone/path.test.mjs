import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eventsIn,
  fragmentOf,
  pointsOf,
  secondsBefore,
  secondsSaid,
  textOf,
  wordsOf,
} from "../../../ivr/web/static/path.js";
import { LINE } from "./toy_line.mjs";

const FIRST = "/call/en/opening/both-languages";
const places = (...events) => pointsOf(LINE, FIRST, events).map(({ place, index }) => [place, index]);

test("a path leads where its keys, silences and outcomes lead", () => {
  assert.deepEqual(places(), [[FIRST, 0]]);
  assert.deepEqual(places("wait", "0", "busy", "1"), [
    [FIRST, 0],
    [FIRST, 1],
    ["/call/en/connect", 0],
    ["/call/en/main", 0],
    ["/call/en/tea", 0],
  ]);
});

test("a path begins again at a place that the tester went to", () => {
  assert.deepEqual(places("8", "/call/en/main", "1"), [
    ["/call/en/main", 0],
    ["/call/en/tea", 0],
  ]);
});

test("a path ends before an event that cannot happen there", () => {
  for (const event of ["busy", "x", "12", "", "constructor", "/call/en/nowhere", "__proto__"]) {
    assert.deepEqual(places(event, "1"), [[FIRST, 0]], event);
  }
  assert.equal(places("wait", "wait", "wait").length, 3);
  assert.equal(places("wait", "0", "1").length, 3);
});

test("a path as a text or as a fragment is the same path", () => {
  for (const text of ["", "8 2 1", "* # 0 busy wait", "/call/en/main 1"]) {
    assert.deepEqual(eventsIn(fragmentOf(text)), text.split(" ").filter(Boolean));
    const points = pointsOf(LINE, FIRST, eventsIn(fragmentOf(text)));
    assert.deepEqual(pointsOf(LINE, FIRST, textOf(points).split(" ").filter(Boolean)), points);
  }
  for (const foreign of ["", "#", "#the-text", "#keys", "#keys=", "#keys=%"]) eventsIn(foreign);
  assert.deepEqual(eventsIn("#the-text"), []);
});

test("a key takes the seconds until it has been offered, a silence also its wait, any other key all seconds", () => {
  const before = (...events) => Math.round(secondsBefore(LINE, pointsOf(LINE, FIRST, events)) * 10) / 10;
  assert.equal(before(), 0);
  assert.equal(before("5"), 5.2);
  assert.equal(before("8"), 5.2);
  assert.equal(before("wait"), 15.2);
  const prompts = { ...LINE.prompts, greeting: { ...LINE.prompts.greeting, keys: ["8"] } };
  assert.equal(secondsBefore({ ...LINE, prompts }, pointsOf(LINE, FIRST, ["8"])), 2.6);
  assert.equal(secondsSaid(LINE, { place: FIRST, index: 0, event: "" }), 5.2);
});

test("the address of a place has its node and its part", () => {
  assert.deepEqual({ ...wordsOf(LINE, "/call/en/tea/part-2") }, { locale: "en", node: "tea", part: "2" });
});
