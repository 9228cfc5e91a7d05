// Timers that run when a test lets time pass.

import { settle } from "./toy_line.mjs";

export function fakeTime(context) {
  let now = 0;
  let count = 0;
  const timers = new Map();
  context.mock.method(performance, "now", () => now);
  context.mock.method(globalThis, "setTimeout", (handler, delay) => {
    count += 1;
    timers.set(count, { at: now + delay, handler });
    return count;
  });
  context.mock.method(globalThis, "clearTimeout", (number) => timers.delete(number));
  return {
    async pass(seconds) {
      await settle();
      const end = now + seconds * 1000;
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, other]) => one.at - other.at);
        if (!due.length) break;
        const [number, { at, handler }] = due[0];
        timers.delete(number);
        now = at;
        handler();
        await settle();
      }
      now = end;
      await settle();
    },
  };
}
