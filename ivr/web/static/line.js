// The exported line (docs/export.md): where an event of a call leads, and the captions of a step.
// `Line.respond` in ivr/line/line.py has the same transitions, and tests/web/test_telephone.py compares both.

import { spokenSentences } from "./sentences.js";

/**
 * @typedef {{ language: string, name: string, direction: "ltr" | "rtl", opening: string }} Language
 * @typedef {{ steps: number[], keys: string[], silence: string, outcomes?: Record<string, string> }} Place
 * @typedef {{ kind: "ask" | "dial" | "end", place: string, pace: "normal" | "slow", wait?: number, prompts: string[] }} Step
 * @typedef {string[]} Piece [text], or [text, link] for a telephone number
 * @typedef {{ language: string, paragraphs: string[], lines: Piece[][], keys?: string[], seconds: [number, number],
 *   recording?: { normal: string, slow: string } }} Prompt
 * @typedef {{ ring: string, languages: Record<string, Language>, places: Record<string, Place>, steps: Step[],
 *   prompts: Record<string, Prompt>, dial_statuses: Record<string, string>,
 *   voices: { short_pause: number, paragraph_pause: number, slow_rate: number, slow_pause: number } }} Line
 *
 * @typedef {{ key: string } | { dialStatus: string, bridged?: boolean } | "silence" | "ring"} Event
 *
 * @typedef {object} Caption what one voice says, and how
 * @property {string} lang the language, such as "es-US"
 * @property {string} dir "ltr" or "rtl"
 * @property {string} name the language in its own words
 * @property {Piece[][]} lines
 * @property {string[]} keys the key that each line offers, "" for none
 * @property {import("./sentences.js").Sentence[]} sentences what is said, one after the other
 * @property {number} seconds of all sentences
 * @property {number} rate 1 is the normal pace
 * @property {string} recording the file of the recording, "" without one
 * @property {string} sound the name of the sound that the site can make
 * @property {string} language the tag of the language, such as "es"
 */

const KEYS = [..."0123456789*#"];

/**
 * The place that `event` leads to from `place`, an address such as "/call/es/main".
 * @param {Line} line @param {string} place @param {Event} event
 */
export function respond(line, place, event) {
  const { keys, silence, outcomes } = line.places[place];
  if (event === "ring") return line.ring;
  if (event === "silence") return silence;
  if ("key" in event) return keys[KEYS.includes(event.key) ? KEYS.indexOf(event.key) : KEYS.length];
  if (!outcomes) throw new Error(`no dial ends at ${place}`);
  if (event.bridged) return outcomes.connected;
  const isKnown = Object.hasOwn(line.dial_statuses, event.dialStatus);
  return outcomes[isKnown ? line.dial_statuses[event.dialStatus] : "unknown"];
}

/**
 * The place at which a call begins for a reader of the page in the language `tag`: a caller to the source language, which
 * is the first one, hears the opening in two languages; any other reader has chosen a language.
 * @param {Line} line @param {string} tag
 */
export function firstPlace(line, tag) {
  const [source] = Object.keys(line.languages);
  return tag === source || !(tag in line.languages) ? line.ring : line.languages[tag].opening;
}

/**
 * Everything that happens at `place` while no key is pressed.
 * @param {Line} line @param {string} place
 */
export function stepsOf(line, place) {
  return line.places[place].steps.map((index) => line.steps[index]);
}

/**
 * @param {Line} line @param {Step} step
 * @returns {Caption[]}
 */
export function captionsOf(line, step) {
  const slow = step.pace === "slow";
  const { short_pause: short, paragraph_pause: paragraph, slow_rate: slowRate, slow_pause: factor } = line.voices;
  const pauses = slow ? { short: short * factor, paragraph: paragraph * factor } : { short, paragraph };
  return step.prompts.map((name) => {
    const prompt = line.prompts[name];
    const { language, name: ownName, direction } = line.languages[prompt.language];
    const seconds = prompt.seconds[slow ? 1 : 0] + pauses.paragraph;
    return {
      lang: language,
      dir: direction,
      name: ownName,
      lines: prompt.lines,
      keys: prompt.keys ?? [],
      sentences: spokenSentences(prompt.paragraphs, seconds, pauses),
      seconds,
      rate: slow ? slowRate : 1,
      recording: prompt.recording?.[step.pace] ?? "",
      sound: slow ? `${name}/slow` : name,
      language: prompt.language,
    };
  });
}
