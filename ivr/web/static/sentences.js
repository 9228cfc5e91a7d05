// The sentences of a prompt: each is marked while it is spoken.

/** @typedef {import("./line.js").Piece} Piece */
/** @typedef {{ text: string, seconds: number }} Sentence what a voice of the device reads, with the pauses around it */

const SENTENCE = /.*?\p{Sentence_Terminal}+["”’»)]*(?=\s|$)|.+$/gsu; // with the white space before it
const HAS_ENDED = /\p{Sentence_Terminal}["”’»)]*$/u;

/** @param {string} text */
const split = (text) => text.match(SENTENCE) ?? [];
/** @param {string} text */
const letters = (text) => text.replace(/[^\p{L}\p{M}]/gu, "").length;

/** The pieces of each sentence of a line. @param {Piece[]} line @returns {Piece[][]} */
export function sentencesOfLine(line) {
  /** @type {Piece[][]} */
  const sentences = [];
  let goesOn = false; // the last sentence has not ended
  for (const [text, ...link] of line) {
    for (const part of link.length ? [text] : split(text)) {
      if (!goesOn) sentences.push([]);
      sentences.at(-1)?.push([part, ...link]);
      goesOn = link.length > 0 || !HAS_ENDED.test(part);
    }
  }
  return sentences;
}

/**
 * The sentences of a prompt. Each takes its pauses, and a share of the other seconds by its letters.
 * @param {string[]} paragraphs with `…` for a pause
 * @param {number} seconds of the whole prompt, and of the pause after it
 * @param {{ short: number, paragraph: number }} pauses seconds of an `…`, and of the pause after a paragraph
 * @returns {Sentence[]}
 */
export function spokenSentences(paragraphs, seconds, pauses) {
  const parts = paragraphs.flatMap((paragraph) => {
    const texts = split(paragraph).filter((text) => letters(text) > 0);
    return texts.map((text, index) => {
      const after = index === texts.length - 1 ? pauses.paragraph : 0;
      return { text, pause: (text.split("…").length - 1) * pauses.short + after };
    });
  });
  const spoken = Math.max(0, seconds - parts.reduce((sum, { pause }) => sum + pause, 0)); // a recording may be short
  const all = parts.reduce((sum, { text }) => sum + letters(text), 0);
  return parts.map(({ text, pause }) => ({
    text: withoutPauses(text),
    seconds: pause + (spoken * letters(text)) / all,
  }));
}

/** The words alone, without the `…` of pauses. @param {string} text */
export function withoutPauses(text) {
  return text
    .replaceAll("…", " ")
    .replace(/\s+/g, " ")
    .replace(/ (?=[.,;:!?])/g, "")
    .trim();
}
