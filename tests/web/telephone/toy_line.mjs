// A line of a few places, for the tests of the telephone.

const KEYS = 13;

function place(steps, keys = {}) {
  const all = Array.from({ length: KEYS }, (_, index) => keys[index] ?? "/call/en/main");
  return { steps, keys: all, silence: "/call/en/main" };
}

function prompt(language, text, more = {}) {
  return { language, paragraphs: [text], lines: [[[text]]], seconds: [2, 3], ...more };
}

export const LINE = {
  ring: "/call/en/opening/both-languages",
  languages: {
    en: { language: "en-US", name: "English", direction: "ltr", opening: "/call/en/opening" },
    es: { language: "es-US", name: "español", direction: "ltr", opening: "/call/es/opening" },
  },
  places: {
    "/call/en/opening/both-languages": place([0, 1, 2]),
    "/call/en/main": place([1, 2], { 0: "/call/en/connect", 1: "/call/en/tea" }),
    "/call/en/tea": place([3]),
    "/call/en/connect": {
      ...place([2]),
      outcomes: { connected: "/call/en/tea", busy: "/call/en/main", unknown: "/call/en/opening/both-languages" },
    },
  },
  steps: [
    { kind: "ask", place: "/call/en/opening/both-languages", pace: "normal", wait: 10, prompts: ["greeting", "es"] },
    { kind: "ask", place: "/call/en/main", pace: "slow", wait: 20, prompts: ["main"] },
    { kind: "dial", place: "/call/en/connect", pace: "normal", prompts: ["connect"] },
    { kind: "end", place: "/call/en/tea", pace: "normal", prompts: ["recorded"] },
  ],
  prompts: {
    greeting: prompt("en", "Hello."),
    es: prompt("es", "Para español … oprima ocho.", { keys: ["8"] }),
    main: prompt("en", "For tea … press one.", { keys: ["1"] }),
    connect: prompt("en", "Connecting you."),
    recorded: prompt("en", "Goodbye.", { recording: { normal: "aa.wav", slow: "bb.wav" } }),
  },
  dial_statuses: { completed: "connected", busy: "busy" },
  voices: { short_pause: 0.4, paragraph_pause: 0.6, slow_rate: 0.9, slow_pause: 2 },
};

// Everything that is waiting for a promise goes on.
export async function settle() {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
}
