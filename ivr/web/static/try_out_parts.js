// The parts of the panel for trying a change out. ivr/web/try_out.py explains its data.

import { byId } from "./screen.js";

/**
 * @typedef {{ name: string, label: string, keys: string, place: string }} Node
 * @typedef {{ text_at: string, message_at: string, waits: boolean, facts: string[], anchor: string }} Paragraph
 * @typedef {{ says: string, confidence: string, sources: { title: string, address: string, date: string }[] }} Fact
 * @typedef {{ message_at: string, text: string, english: string }} WaitingMessage
 * @typedef {{ digest: string, head: string, tail: string, steps: string[], nodes: Record<string, Node[]>,
 *   paragraphs: Record<string, Paragraph[]>, facts: Record<string, Fact>,
 *   waiting: Record<string, WaitingMessage[]> }} TryOut
 */

/** @param {string} name @param {object} properties @param {(globalThis.Node | string)[]} content */
function element(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content);
  return made;
}

/** Puts `words` into the placeholder of a sentence of the page. @param {ParentNode} sentence @param {string} words */
export function fillWords(sentence, words) {
  sentence.querySelector("[data-placeholder]")?.replaceChildren(words);
}

/** @param {string} id of a template */
function contentOf(id) {
  return /** @type {DocumentFragment} */ (/** @type {HTMLTemplateElement} */ (byId(id)).content.cloneNode(true));
}

/** A node in the list of nodes. @param {Node} node */
export function option({ name, label, keys, place }) {
  const words = label === name ? name : `${label} (${name})`;
  return element("option", { value: place }, keys ? `${keys} · ${words}` : words);
}

/** A step in the list of steps. @param {import("./path.js").Point} point @param {() => void} onPress */
export function stepButton({ place, index, event }, onPress) {
  const words = [event.startsWith("/") ? "" : event, place, index ? `+${index}` : ""].filter(Boolean).join(" · ");
  const button = element("button", { type: "button", dir: "ltr" }, words);
  button.addEventListener("click", onPress);
  return element("li", {}, button);
}

/** @param {WaitingMessage} waiting */
export function waitingItem({ message_at, text, english }) {
  return element("li", {}, element("code", { dir: "ltr" }, message_at || text), ` ${english}`);
}

/**
 * A paragraph with its place in the text and in the catalogue, and its facts. `script` is the address of the page with all
 * texts of its language.
 * @param {string} words @param {import("./line.js").Language} language @param {Paragraph} paragraph
 * @param {Record<string, Fact>} facts @param {string} script
 */
export function wordItem(words, { language, direction }, paragraph, facts, script) {
  const item = element("li", {}, element("p", { lang: language, dir: direction }, words));
  const places = [paragraph.text_at, paragraph.message_at]
    .filter(Boolean)
    .map((place) => element("code", { dir: "ltr" }, place));
  const link = element("a", { href: `${script}#${paragraph.anchor}` }, ...places.flatMap((place) => [place, " "]));
  item.append(element("p", {}, link, ...(paragraph.waits ? [contentOf("try-waits")] : [])));
  const known = paragraph.facts.filter((name) => Object.hasOwn(facts, name));
  if (known.length > 0) item.append(factList(known, facts));
  return item;
}

/** @param {string[]} names @param {Record<string, Fact>} facts */
function factList(names, facts) {
  const list = element("details", {}, contentOf("try-facts"));
  fillWords(list, names.join(", "));
  for (const name of names) {
    const { says, confidence, sources } = facts[name];
    const items = sources.map((source) => element("li", {}, sourceOf(source)));
    list.append(element("p", { lang: "en" }, `${name} (${confidence}): ${says}`), element("ul", {}, ...items));
  }
  return list;
}

/** @param {Fact["sources"][number]} source */
function sourceOf({ title, address, date }) {
  const words = [title, date].filter(Boolean).join(", ");
  if (!/^https?:/.test(address)) return words;
  return element("a", { href: address, rel: "noreferrer", target: "_blank" }, words);
}
