import assert from "node:assert/strict";
import { test } from "node:test";
import { indented } from "../../../ivr/web/static/xml.js";

test("each verb has a line, and the words of a Say keep theirs", () => {
  const xml =
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="/a?b&amp;c"><Say>Tea<break time="400ms" />now.</Say>' +
    "<Play>/audio/a.wav</Play></Gather><Dial><Number>+1</Number></Dial><Hangup /></Response>";
  assert.equal(
    indented(xml),
    `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather action="/a?b&amp;c">
    <Say>Tea<break time="400ms" />now.</Say>
    <Play>/audio/a.wav</Play>
  </Gather>
  <Dial>
    <Number>+1</Number>
  </Dial>
  <Hangup />
</Response>`,
  );
});
