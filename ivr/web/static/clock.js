// Time that can be paused: a wait does not pass while the clock is paused.

/** @typedef {{ seconds: number, since: number, timer: number, end: () => void }} Wait */

export class Clock {
  /** @type {Set<Wait>} */
  #waits = new Set();
  /** @type {Set<() => void>} */
  #resumed = new Set();
  paused = false;

  /**
   * Resolves after `seconds`, or at once when `signal` aborts.
   * @param {number} seconds @param {AbortSignal} signal @returns {Promise<void>}
   */
  wait(seconds, signal) {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      /** @type {Wait} */
      const wait = { seconds, since: 0, timer: 0, end: () => this.#end(wait, resolve) };
      this.#waits.add(wait);
      signal.addEventListener("abort", wait.end, { once: true });
      if (!this.paused) this.#run(wait);
    });
  }

  /** Resolves when the clock runs, or at once when `signal` aborts. @param {AbortSignal} signal @returns {Promise<void>} */
  running(signal) {
    return new Promise((resolve) => {
      if (!this.paused || signal.aborted) resolve();
      else this.#resumed.add(resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  pause() {
    if (this.paused) return;
    this.paused = true;
    for (const wait of this.#waits) {
      clearTimeout(wait.timer);
      wait.seconds -= (performance.now() - wait.since) / 1000;
    }
  }

  resume() {
    if (!this.paused) return;
    this.paused = false;
    for (const wait of this.#waits) this.#run(wait);
    for (const resolve of this.#resumed) resolve();
    this.#resumed.clear();
  }

  /** @param {Wait} wait */
  #run(wait) {
    wait.since = performance.now();
    wait.timer = Number(setTimeout(wait.end, Math.max(0, wait.seconds * 1000)));
  }

  /** @param {Wait} wait @param {() => void} resolve */
  #end(wait, resolve) {
    clearTimeout(wait.timer);
    this.#waits.delete(wait);
    resolve();
  }
}
