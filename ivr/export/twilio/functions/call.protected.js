// Answers a call on Twilio: finds the place that a request leads to, and sends its document.
//
// The line is the private asset line.txt: the JSON that `ivr export` writes, compressed. docs/export.md has the rules of an answer;
// ivr/line/line.py has the same ones in Python, and a test compares both. Twilio routes no paths below /call, so the
// address of a place is a parameter: /call/en/main is asked for as /call?at=en/main. Twilio verifies the signature of
// each request to a protected function. The address is the whole state: nothing is stored or logged.

const { createHash } = require("node:crypto");
const { gunzipSync } = require("node:zlib");

const PUBLIC_URL_PLACEHOLDER = "https://line.invalid";
const KEYS = "0123456789*#";
const CHOICE_KEYS = "123456";
const FIXED_KEYS = "0789*#"; // their meaning does not depend on the choices of a menu
const OTHER_KEY = "other"; // any value of Digits that is not one key
const OUTCOME = "/outcome";
const ENDED = new Set(["completed", "busy", "failed", "no-answer", "canceled"]); // CallStatus after the end of a call
const CALLER_HUNG_UP = new Set(["no-answer", "canceled", "unknown"]); // outcomes that a caller causes by hanging up

// -- the line ---------------------------------------------------------------------------------------------------------

// The line in `asset`, the text of line.txt, with `publicUrl` as its address. Throws if it was changed or cut.
function readLine(asset, publicUrl) {
  const text = gunzipSync(Buffer.from(asset, "base64")).toString("utf8");
  const [head, digest] = /^\{"digest":"([0-9a-f]{64})",/.exec(text);
  const rest = text.slice(head.length);
  if (createHash("sha256").update(rest).digest("hex") !== digest) throw new Error("line.txt was changed or cut");
  const filled = rest
    .replaceAll(`${PUBLIC_URL_PLACEHOLDER}/call/`, `${publicUrl}/call?at=`)
    .replaceAll(PUBLIC_URL_PLACEHOLDER, publicUrl);
  const line = JSON.parse(`{${filled}`);
  line.placePattern = new RegExp(`^(?:${line.addresses.place})$`);
  line.languagePattern = new RegExp(`^${line.addresses.language}`);
  return line;
}

function own(table, name) {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

// -- languages --------------------------------------------------------------------------------------------------------

// The published tag that a tag in an address means: "es" for "es-MX"; undefined if no language of its script is
// published. Of several: the one with most leading subtags in common, then the shortest, then the first.
function publishedTag(line, tag) {
  const wanted = subtags(tag);
  const same = Object.keys(line.languages).filter((published) => isSameLanguage(line, subtags(published), wanted));
  const closeness = (published) => {
    const parts = subtags(published);
    const differs = parts.findIndex((subtag, index) => index < wanted.length && subtag !== wanted[index]);
    const common = differs < 0 ? Math.min(parts.length, wanted.length) : differs;
    return common * 100 - parts.length; // a tag has far fewer subtags than 100
  };
  return same.reduce((best, one) => (best && closeness(best) >= closeness(one) ? best : one), undefined);
}

function subtags(tag) {
  return tag.toLowerCase().replaceAll("_", "-").split("-");
}

function isSameLanguage(line, one, other) {
  return one[0] === other[0] && script(line, one) === script(line, other);
}

// The script in a tag; without one, the most likely script of its language and region.
function script(line, [language, second = ""]) {
  if (/^[a-z]{4}$/.test(second)) return second;
  const scripts = line.addresses.scripts[language];
  return (/^([a-z]{2}|[0-9]{3})$/.test(second) ? own(scripts, second) : undefined) ?? scripts[""];
}

// -- addresses --------------------------------------------------------------------------------------------------------

// What an address says: its `language`, the `place` that this line has there, the `choices` of its menu, and the place
// that replaces it (`successor`) if its node was removed.
function read(line, address) {
  const named = line.languagePattern.exec(address);
  const tag = named ? publishedTag(line, named.groups.locale) : undefined;
  const language = line.languages[tag ?? Object.keys(line.languages)[0]];
  const path = address.endsWith(OUTCOME) ? address.slice(0, -OUTCOME.length) : address;
  const match = tag ? line.placePattern.exec(path) : null;
  if (!match) return { language };
  const { locale, node, pace, choices = "" } = match.groups;
  const rest = path.slice(`/call/${locale}`.length, path.length - choices.length);
  const moved = own(line.addresses.moved, node);
  return {
    language,
    choices,
    place: own(line.places, `/call/${tag}${rest}`),
    successor: moved && line.places[`/call/${tag}/${moved}${pace ? "/slow" : ""}`],
  };
}

// -- requests ---------------------------------------------------------------------------------------------------------

function values(field) {
  return field === undefined ? [] : [].concat(field);
}

function onlyValue(field) {
  const found = values(field);
  return found.length === 1 ? found[0] : "";
}

// The key in Digits; "" without one.
function keyIn(form) {
  const digits = values(form.Digits);
  if (!digits.some(Boolean)) return "";
  return digits.length === 1 && digits[0].length === 1 && KEYS.includes(digits[0]) ? digits[0] : OTHER_KEY;
}

function outcomeIn(line, form) {
  if (onlyValue(form.DialBridged) === "true") return "connected";
  return own(line.dial_statuses, onlyValue(form.DialCallStatus)) ?? "unknown";
}

// -- answers ----------------------------------------------------------------------------------------------------------

// The address of the place that a request to `address` with the fields `form` leads to.
function nextPlace(line, address, form) {
  const found = read(line, address);
  const mainMenu = line.places[found.language.main_menu];
  const dialled = address.endsWith(OUTCOME);
  const here = dialled && !found.place?.outcomes ? undefined : found.place;
  const key = keyIn(form);
  const ended = ENDED.has(onlyValue(form.CallStatus)) || values(form.CallbackSource).length > 0;
  if (isNewCall(form, key) || !/^\/call\/[^/]/.test(address)) return ended ? afterEnd(here ?? mainMenu) : line.ring;
  if (dialled) return afterDial(line, found.language, here, outcomeIn(line, form), ended);
  if (ended && !key) return afterEnd(here ?? mainMenu);
  return afterKey(here ?? found.successor ?? mainMenu, key, isOutdated(found, key));
}

function isNewCall(form, key) {
  return onlyValue(form.CallStatus) === "ringing" && !key && values(form.DialCallStatus).length === 0;
}

// The call has ended, so no caller hears this answer.
function afterEnd(place) {
  return place.outcomes ? place.outcomes.unknown : place.silence;
}

function afterDial(line, language, transfer, outcome, ended) {
  if (ended && CALLER_HUNG_UP.has(outcome)) return afterEnd(transfer ?? line.places[language.main_menu]);
  return (transfer ?? line.places[language.transfer]).outcomes[outcome];
}

// Whether the key was pressed at a place that this line does not have, or in a menu with other choices.
function isOutdated(found, key) {
  return !found.place || (CHOICE_KEYS.includes(key) && found.choices !== (found.place.choices ?? ""));
}

function afterKey(place, key, outdated) {
  if (!key || (outdated && !FIXED_KEYS.includes(key))) return place.silence;
  return place.keys[key === OTHER_KEY ? KEYS.length : KEYS.indexOf(key)];
}

// The document that answers a request, as a text.
function answer(line, address, form) {
  const { steps } = line.places[nextPlace(line, address, form)];
  return line.documents.head + steps.map((step) => line.steps[step].twiml).join("") + line.documents.tail;
}

// -- Twilio -----------------------------------------------------------------------------------------------------------

let loaded; // the line, as long as Twilio keeps this process

function lineAt(domain) {
  const scheme = domain.startsWith("localhost:") ? "http" : "https"; // http: Twilio's local runtime
  loaded ??= readLine(Runtime.getAssets()["/line.txt"].open(), `${scheme}://${domain}`);
  return loaded;
}

function document(context, event) {
  try {
    return answer(lineAt(context.DOMAIN_NAME), event.at === undefined ? "/call" : `/call/${event.at}`, event);
  } catch {
    console.error("The line cannot be used: this call gets the fallback document.");
    return Runtime.getAssets()["/fallback-document.xml"].open();
  }
}

exports.handler = (context, event, callback) => {
  const response = new Twilio.Response();
  response.appendHeader("Content-Type", "text/xml; charset=utf-8");
  response.setBody(document(context, event));
  callback(null, response);
};
exports.answer = answer;
exports.readLine = readLine;
