// The function as Twilio runs it: PROJECT=<folder that `ivr export --twilio` wrote> node --test function.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

const require = createRequire(import.meta.url);
const path = (name) => resolve(process.env.PROJECT, name);
const LINE = readFileSync(path("assets/line.private.txt"), "utf8");
const JSON_TEXT = gunzipSync(Buffer.from(LINE, "base64")).toString("utf8");
const FALLBACK = readFileSync(path("assets/fallback-document.private.xml"), "utf8");
const RING = { CallSid: `CA${"0".repeat(32)}`, CallStatus: "ringing", request: { headers: {}, cookies: {} } };

class Response {
  headers = {};
  appendHeader(name, value) {
    this.headers[name] = value;
  }
  setBody(body) {
    this.body = body;
  }
}

// Answers `event` in a new process of Twilio's that has `assets`.
function call(
  event,
  assets = { "/line.txt": LINE, "/fallback-document.xml": FALLBACK },
  context = { DOMAIN_NAME: "x.twil.io" },
) {
  const file = path("functions/call.protected.js");
  delete require.cache[file];
  const opened = Object.entries(assets).map(([name, text]) => [name, { open: () => text }]);
  globalThis.Runtime = { getAssets: () => Object.fromEntries(opened) };
  globalThis.Twilio = { Response };
  let answered;
  require(file).handler(context, event, (error, response) => {
    assert.equal(error, null);
    answered = response;
  });
  return answered;
}

function answers(text) {
  return call(RING, { "/line.txt": text, "/fallback-document.xml": FALLBACK }).body;
}

test("a new call hears the opening, as XML, whose keys come back to this function", () => {
  const { headers, body } = call(RING);
  assert.equal(headers["Content-Type"], "text/xml; charset=utf-8");
  assert.match(
    body,
    /^<\?xml version="1.0" encoding="UTF-8"\?><Response><Gather action="https:\/\/x\.twil\.io\/call\?at=en\//,
  );
  assert.doesNotMatch(body, /line\.invalid|\/call\//);
});

test("each URL carries the connection overrides", () => {
  for (const [, action] of call(RING).body.matchAll(/action="([^"]*)"/g)) {
    assert.ok(action.endsWith("#rc=1&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=3000"), action);
  }
});

test("key 0 dials the hotline from the line's own number", () => {
  const { body } = call({ ...RING, CallStatus: "in-progress", at: "es/main", Digits: "0" });
  assert.match(
    body,
    /<Dial action="https:\/\/x\.twil\.io\/call\?at=es\/connect\/outcome#[^"]*" callerId="\+12025550123"/,
  );
});

test("in Twilio's local runtime the addresses are http", () => {
  const { body } = call(RING, undefined, { DOMAIN_NAME: "localhost:3000" });
  assert.match(body, /action="http:\/\/localhost:3000\/call\?at=/);
});

test("a line that was cut, changed or removed is answered with the fallback document", () => {
  const compressed = (text) => gzipSync(text).toString("base64");
  const changes = [
    LINE.slice(0, -8),
    LINE.slice(0, 50_000),
    compressed(JSON_TEXT.slice(0, -1)),
    compressed(`${JSON_TEXT} `),
    compressed(JSON_TEXT.replace("+12025550123", "+12025550124")),
    compressed(JSON_TEXT.replace(/[0-9a-f]{64}/, "0".repeat(64))),
    JSON_TEXT,
    "",
    "{}",
  ];
  assert.equal(answers(compressed(JSON_TEXT)), answers(LINE));
  for (const text of changes) assert.equal(answers(text), FALLBACK);
  assert.equal(call(RING, { "/fallback-document.xml": FALLBACK }).body, FALLBACK);
  assert.equal(call(RING, undefined, {}).body, FALLBACK);
});

test("the same process answers the next call after a fault", () => {
  assert.equal(answers(LINE), call(RING).body);
  const event = { ...RING, CallStatus: "in-progress", at: { toString: 1 } };
  assert.equal(call(event).body, FALLBACK);
});

test("without the fallback document the function fails, so that Twilio asks the fallback URL", () => {
  assert.throws(() => call(RING, {}));
});

test("values of a request are not in the answer", () => {
  const canary = "canary-5550147";
  for (const at of [canary, `en/${canary}`, `${canary}/main`, "en/main"]) {
    const { body } = call({ ...RING, CallStatus: canary, From: canary, Digits: canary, DialCallStatus: canary, at });
    assert.ok(!body.includes(canary));
  }
});
