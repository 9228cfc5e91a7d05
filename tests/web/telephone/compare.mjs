// Compares the telephone of the page with the line: node compare.mjs LINE CASES
// LINE is an exported line without TwiML. CASES is JSON: {"events": [[place, event, the place it leads to], …],
// "heard": {place: [{kind, at, wait, said}, …]}}. Prints what differs, as JSON.

import { readFileSync } from "node:fs";
import { captionsOf, respond, stepsOf } from "../../../ivr/web/static/line.js";
import { sentencesOfLine } from "../../../ivr/web/static/sentences.js";

const [line, cases] = process.argv.slice(2).map((path) => JSON.parse(readFileSync(path, "utf8")));

// The words of the captions, joined where one language goes on.
function said(step) {
  const joined = [];
  for (const { lang, sentences } of captionsOf(line, step)) {
    const text = sentences.map((sentence) => sentence.text).join(" ");
    if (joined.at(-1)?.[0] === lang) joined.at(-1)[1] += ` ${text}`;
    else joined.push([lang, text]);
  }
  return joined;
}

function heard(place) {
  return stepsOf(line, place).map((step) => ({
    kind: step.kind,
    at: step.kind === "end" ? "" : step.place,
    wait: step.wait ?? 0,
    said: said(step),
  }));
}

const events = cases.events.filter(([place, event, expected]) => respond(line, place, event) !== expected);
const places = Object.entries(cases.heard).filter(
  ([place, expected]) => JSON.stringify(heard(place)) !== JSON.stringify(expected),
);
// Captions that do not have as many sentences as are spoken: the wrong one would be marked.
const unequal = line.steps
  .flatMap((step) => captionsOf(line, step))
  .filter(({ lines, sentences }) => lines.flatMap(sentencesOfLine).length !== sentences.length);
console.log(
  JSON.stringify({
    compared: cases.events.length,
    heard: Object.keys(cases.heard).length,
    events: events.slice(0, 5),
    unequal: unequal.slice(0, 3).map(({ lines }) => lines),
    places: places.slice(0, 2).map(([place, expected]) => [place, expected, heard(place)]),
  }),
);
