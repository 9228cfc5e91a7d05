// The course of one call: plays the steps of a place in time, until a key or an outcome leads to another place.

import { captionsOf, respond, stepsOf } from "./line.js";

/**
 * @typedef {import("./line.js").Line} Line
 * @typedef {import("./line.js").Event} Event
 * @typedef {import("./line.js").Step} Step
 * @typedef {import("./line.js").Caption} Caption
 * @typedef {"talking" | "listening" | "dialling" | "ended"} State
 *
 * @typedef {object} Stage what shows and speaks
 * @property {(caption: Caption, next: Caption | undefined, signal: AbortSignal) => Promise<void>} speak
 *   resolves when the caption has been read, or when `signal` aborts
 * @property {(seconds: number, signal: AbortSignal) => Promise<void>} wait
 * @property {(state: State) => void} show
 * @property {(point: import("./path.js").Point) => void} [enter] a step begins
 */

export class Call {
  #line;
  #stage;
  /** @type {Step | null} the step that is played */
  #step = null;
  #turn = 0; // counts the places of the call: what belongs to an earlier place stops
  #interruption = new AbortController(); // ends the speech and the waits of the step

  /** @param {Line} line @param {Stage} stage */
  constructor(line, stage) {
    this.#line = line;
    this.#stage = stage;
  }

  /**
   * Plays the call from the step `first` of `place` on.
   * @param {string} place @param {string} event the key, or the status of a dial, that led there @param {number} first
   */
  async play(place, event = "", first = 0) {
    this.#turn += 1;
    const turn = this.#turn;
    this.#interruption.abort();
    for (const [index, step] of stepsOf(this.#line, place).entries()) {
      if (index < first) continue;
      this.#stage.enter?.({ place, index, event: index === first ? event : "wait" });
      await this.#playStep(step, turn);
      if (turn !== this.#turn) return;
    }
  }

  get acceptsKeys() {
    return this.#step?.kind === "ask";
  }

  /** @param {string} key */
  press(key) {
    if (this.#step && this.acceptsKeys) this.play(respond(this.#line, this.#step.place, { key }), key);
  }

  /** Ends the dial. @param {string} dialStatus Twilio's DialCallStatus, such as "busy" */
  dialEnded(dialStatus) {
    if (this.#step?.kind !== "dial") return;
    const bridged = dialStatus === "completed";
    this.play(respond(this.#line, this.#step.place, { dialStatus, bridged }), dialStatus);
  }

  /** Continues with the next step, as after a silence. */
  skip() {
    this.#interruption.abort();
  }

  /** Ends the call; nothing is shown after it. */
  hangUp() {
    this.#turn += 1;
    this.#step = null;
    this.#interruption.abort();
  }

  /** @param {Step} step @param {number} turn */
  async #playStep(step, turn) {
    this.#interruption = new AbortController();
    const { signal } = this.#interruption;
    this.#step = step;
    this.#stage.show("talking");
    const captions = captionsOf(this.#line, step);
    for (const [index, caption] of captions.entries()) {
      await this.#stage.speak(caption, captions[index + 1], signal);
      if (turn !== this.#turn) return;
    }
    if (step.kind === "ask") await this.#listen(step.wait ?? 0, signal);
    else if (step.kind === "dial") this.#stage.show("dialling");
    else this.#end();
  }

  /** @param {number} seconds @param {AbortSignal} signal */
  async #listen(seconds, signal) {
    if (!signal.aborted) this.#stage.show("listening");
    await this.#stage.wait(seconds, signal);
  }

  #end() {
    this.hangUp();
    this.#stage.show("ended");
  }
}
