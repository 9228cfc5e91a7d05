// The telephone page where the line is tried out: the telephone, and a panel that shows each step, its TwiML and where its
// words are written. The keys that a tester presses stay in this page: a link has them after "#", which is never sent.

import { firstPlace } from "./line.js";
import { eventsIn, fragmentOf, pointsOf, secondsBefore, secondsSaid, stepAt, textOf, wordsOf } from "./path.js";
import { load, loadLine, onStep, playFrom } from "./phone.js";
import { byId, log } from "./screen.js";
import { fillWords, option, stepButton, waitingItem, wordItem } from "./try_out_parts.js";
import { indented } from "./xml.js";

/**
 * @typedef {import("./line.js").Line} Line
 * @typedef {import("./path.js").Point} Point
 * @typedef {import("./try_out_parts.js").TryOut} TryOut
 */

const panel = /** @type {HTMLDetailsElement} */ (byId("try-out"));
const choice = /** @type {HTMLSelectElement} */ (byId("try-node"));
const language = document.documentElement.lang;
/** @type {Point[]} the steps of the call, the last one is played */
let points = [];
/** @type {Point[]} the points in the list of steps */
let listed = [];
/** @type {Promise<{ line: Line, data: TryOut } | null> | undefined} */
let loading;

function loadOnce() {
  loading ??= loadBoth().catch(() => null);
  return loading;
}

async function loadBoth() {
  const [line, data] = await Promise.all([loadLine(), /** @type {Promise<TryOut>} */ (load("try-out.json"))]);
  if (line.digest !== data.digest) throw new Error("the data are of two lines");
  choice.append(...data.nodes[language].map(option));
  const waiting = data.waiting[language] ?? [];
  byId("try-waiting").hidden = waiting.length === 0;
  fillWords(byId("try-waiting"), String(waiting.length));
  byId("try-waiting")
    .querySelector("ol")
    ?.append(...waiting.map(waitingItem));
  return { line, data };
}

async function show() {
  if (!panel.open) return;
  const loaded = await loadOnce();
  byId("try-failed").hidden = loaded !== null;
  const point = points.at(-1);
  byId("try-step").hidden = !loaded || !point;
  if (loaded && point) showStep(loaded.line, loaded.data, point);
}

/** @param {Line} line @param {TryOut} data @param {Point} point */
function showStep(line, data, point) {
  const step = stepAt(line, point);
  const { locale, node, part } = wordsOf(line, step.place);
  const label = data.nodes[locale]?.find(({ name }) => name === node)?.label ?? node;
  const path = textOf(points);
  const values = {
    name: label === node ? node : `${label} (${node})`,
    part: part ?? "1",
    language: line.languages[locale].name,
    place: point.place,
    seconds: secondsSaid(line, point).toFixed(1),
    before: secondsBefore(line, points).toFixed(1),
    path,
    twiml: indented(data.head + line.places[point.place].steps.map((index) => data.steps[index]).join("") + data.tail),
  };
  for (const [name, text] of Object.entries(values)) byId(`try-${name}`).textContent = text;
  for (const pace of panel.querySelectorAll("[data-pace]")) {
    /** @type {HTMLElement} */ (pace).hidden = pace.getAttribute("data-pace") !== step.pace;
  }
  byId("try-link").setAttribute("href", fragmentOf(path));
  byId("try-copied").replaceChildren();
  byId("try-words").replaceChildren(...step.prompts.flatMap((name) => wordItems(line, data, name)));
  listSteps();
}

/** @param {Line} line @param {TryOut} data @param {string} name */
function wordItems(line, data, name) {
  const { language: spoken, paragraphs } = line.prompts[name];
  const script = panel.dataset.script || `${byId("phone").dataset.base}/draft/${name.split("/")[0]}/script`;
  return paragraphs.map((words, index) =>
    wordItem(words, line.languages[spoken], data.paragraphs[name][index], data.facts, script),
  );
}

/** Shows the steps of the call. Items that were shown before stay, so that no item loses the focus. */
function listSteps() {
  const list = byId("try-steps");
  const same = points.findIndex((point, index) => listed[index] !== point);
  const kept = same < 0 ? points.length : same;
  while (list.children.length > kept) list.lastElementChild?.remove();
  for (let index = kept; index < points.length; index += 1) {
    list.append(stepButton(points[index], () => goTo(points.slice(0, index + 1))));
  }
  listed = [...points];
}

/** Continues at the last step of `path`, as if the steps before it had led there. @param {Point[]} path */
function goTo(path) {
  points = path.slice(0, -1);
  log.focus({ preventScroll: true }); // the button with the focus may be about to be removed
  playFrom(path[path.length - 1]);
}

/** @param {string[]} events */
async function replay(events) {
  panel.open = true;
  const loaded = await loadOnce();
  if (loaded) goTo(pointsOf(loaded.line, firstPlace(loaded.line, language), events));
}

function replayLink() {
  const events = eventsIn(location.hash);
  if (events.length > 0) replay(events);
}

async function copy() {
  await navigator.clipboard.writeText(byId("try-path").textContent ?? "");
  const words = /** @type {HTMLTemplateElement} */ (byId("try-copied-words"));
  byId("try-copied").replaceChildren(words.content.cloneNode(true));
}

onStep((point) => {
  const begins = point.event === "" || point.event.startsWith("/");
  points = begins ? [point] : [...points, point];
  show();
});
panel.addEventListener("toggle", show);
byId("try-go").addEventListener("click", () => choice.value && replay([choice.value]));
byId("try-copy").hidden = !navigator.clipboard; // a page that was not sent over HTTPS has no clipboard
byId("try-copy").addEventListener("click", copy);
window.addEventListener("hashchange", replayLink);
replayLink();
