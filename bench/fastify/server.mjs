// What the line is compared with in Node: Fastify, the form, one HMAC, a look-up. `node server.mjs 8001`.

import { createHmac, timingSafeEqual } from "node:crypto";
import { parse } from "node:querystring";
import Fastify from "fastify";

const { BENCH_BYTES, BENCH_PATH, BENCH_TOKEN, BENCH_URL } = process.env;
const document = "x".repeat(Number(BENCH_BYTES));
const documents = new Map([[BENCH_PATH, Object.fromEntries([..."0123456789*#"].map((key) => [key, document]))]]);

function isSigned(url, form, given) {
  const signed = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + form[name], url);
  const made = createHmac("sha1", BENCH_TOKEN).update(signed).digest();
  const other = Buffer.from(given ?? "", "base64");
  return made.length === other.length && timingSafeEqual(made, other);
}

const app = Fastify();
app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) =>
  done(null, parse(body)),
);
app.post("/call/*", (request, reply) => {
  if (!isSigned(BENCH_URL + request.url, request.body, request.headers["x-twilio-signature"])) {
    return reply.code(403).send();
  }
  reply.header("content-type", "text/xml; charset=utf-8").header("cache-control", "no-store");
  return reply.send(documents.get(request.url)[request.body.Digits]);
});
await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
