import assert from "node:assert/strict";
import { test } from "node:test";
import { sentencesOfLine, spokenSentences, withoutPauses } from "../../../ivr/web/static/sentences.js";

const PAUSES = { short: 0.5, paragraph: 1 };
const written = (...line) => sentencesOfLine(line).map((pieces) => pieces.map(([text]) => text).join(""));

test("a voice of the device reads the words without the marks of pauses", () => {
  assert.equal(withoutPauses("… Dial one … two …. Again …"), "Dial one two. Again");
});

test("a line is split where a sentence ends, and keeps every character", () => {
  assert.deepEqual(written(["In danger? Dial "], ["911", "tel:911"], [". Then wait."]), [
    "In danger?",
    " Dial 911.",
    " Then wait.",
  ]);
  assert.deepEqual(written(["For tea … press one."]), ["For tea … press one."]);
  assert.deepEqual(written(["He said “Stop.” ¿Y tú? Sí"]), ["He said “Stop.”", " ¿Y tú?", " Sí"]);
  assert.deepEqual(written(["Call "], ["911", "tel:911"]), ["Call 911"]);
  assert.deepEqual(written(["ما هذا؟ شاي."]), ["ما هذا؟", " شاي."]);
});

test("a link stays a link", () => {
  assert.deepEqual(sentencesOfLine([["Dial. "], ["911", "tel:911"], ["."]]), [
    [["Dial."]],
    [[" "], ["911", "tel:911"], ["."]],
  ]);
});

test("the seconds of the sentences are their pauses and a share by their letters, and together those of the prompt", () => {
  const sentences = spokenSentences(["Tea … now. Abcdef.", "… Abc."], 16.5, PAUSES);
  assert.deepEqual(
    sentences.map(({ text, seconds }) => [text, Math.round(seconds * 10) / 10]),
    [
      ["Tea now.", 0.5 + 6 * 0.9],
      ["Abcdef.", 1 + 6 * 0.9],
      ["Abc.", 0.5 + 1 + 3 * 0.9],
    ],
  );
});

test("a sentence of a recording that is shorter than its pauses takes no negative time", () => {
  for (const { seconds } of spokenSentences(["A … b … c."], 0.5, PAUSES)) assert.ok(seconds >= 0);
});
