// Compares the function with the answers of the line: node compare.mjs PROJECT PUBLIC_URL CASES
// CASES is a file of JSON, [[address, [[name, value], …], SHA-256 of the answer], …]. Prints a result as JSON.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [project, publicUrl, file] = process.argv.slice(2);
const { answer, readLine } = createRequire(import.meta.url)(resolve(project, "functions/call.protected.js"));
const line = readLine(readFileSync(resolve(project, "assets/line.private.txt"), "utf8"), publicUrl);
const cases = JSON.parse(readFileSync(file, "utf8"));

// The fields as Twilio gives them to a function: a field that is repeated is a list.
function eventOf(form) {
  const event = {};
  for (const [name, value] of form) {
    event[name] = Object.hasOwn(event, name) ? [event[name], value].flat() : value;
  }
  return event;
}

const different = cases.filter(([address, form, digest]) => {
  const body = answer(line, address, eventOf(form));
  return createHash("sha256").update(body).digest("hex") !== digest;
});
console.log(JSON.stringify({ compared: cases.length, different: different.length, first: different.slice(0, 5) }));
