// The telephone on a page. It sends a place and a key, shows and speaks what comes back, in time, and keeps nothing.
"use strict";
(() => {
  const phone = document.getElementById("phone");
  const log = document.getElementById("log");
  const dialling = document.getElementById("dialling");
  const words = document.getElementById("words").content;
  const [call, hangup, silent, sound] = ["call", "hangup", "silent", "sound"].map((id) => document.getElementById(id));
  const keys = new Map([...phone.querySelectorAll("[data-key]")].map((button) => [button.dataset.key, button]));

  let turn = 0; // counts the acts of a call: what belongs to an earlier one stops
  let step = null; // what the line does now, null while there is no call or the answer is on its way
  let cut = new AbortController(); // ends the step: a key, silence, hanging up
  let typed = []; // keys pressed while an answer is on its way

  // ---- what is shown

  function state(name) {
    for (const one of document.querySelectorAll("#state > [data-state]")) one.hidden = one.dataset.state !== name;
    phone.dataset.state = name;
    const inCall = name !== "idle";
    const can = (button, so) => button.setAttribute("aria-disabled", String(!so));
    can(call, !inCall);
    can(hangup, inCall);
    can(silent, name === "talking" || name === "listening");
    for (const button of keys.values()) can(button, inCall && name !== "dialling");
    dialling.hidden = name !== "dialling";
  }

  function show(...nodes) {
    const low = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    log.append(...nodes);
    if (low) log.scrollTop = log.scrollHeight;
  }

  function say(word, slot) {
    const line = words.querySelector(`[data-word="${word}"]`).cloneNode(true);
    if (slot) line.querySelector("[data-slot]").replaceWith(slot);
    line.className = "own";
    show(line);
  }

  function written([text, link]) {
    if (!/^(tel|sms):\+?\d+$/.test(link)) return text;
    const number = document.createElement("a");
    Object.assign(number, { href: link, textContent: text, dir: "ltr", className: "number" });
    return number;
  }

  function caption(one) {
    const block = document.createElement("div");
    Object.assign(block, { lang: one.lang, dir: one.dir, className: "caption" });
    const last = [...log.querySelectorAll(".voice")].pop();
    const voice = document.createElement("p");
    Object.assign(voice, { className: "voice", textContent: [one.name, one.voice].filter(Boolean).join(" · ") });
    if (!last || last.textContent !== voice.textContent || log.lastElementChild.className === "own") block.append(voice);
    for (const line of one.lines) {
      const paragraph = document.createElement("p");
      paragraph.append(...line.map(written));
      block.append(paragraph);
    }
    show(block);
  }

  // ---- time

  function pause(seconds, signal) {
    return new Promise((done) => {
      const timer = setTimeout(done, seconds * 1000);
      const end = () => {
        clearTimeout(timer);
        done();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  }

  // ---- sound: rendered by the server, else the device's own voices, else none

  const MOST_FAILURES = 3;
  const sounds = new Map();
  let server = "speaks" in phone.dataset;
  let failures = 0;
  let audio = null;

  function localVoice(language) {
    // Only voices of the device itself: others would send the words to another site.
    const local = "speechSynthesis" in window ? speechSynthesis.getVoices().filter((voice) => voice.localService) : [];
    const tags = [language.toLowerCase(), language.toLowerCase().split("-")[0]];
    const tag = (voice) => voice.lang.toLowerCase().replace("_", "-");
    return local.find((voice) => tag(voice) === tags[0]) || local.find((voice) => tag(voice).split("-")[0] === tags[1]);
  }

  function tellVoices() {
    const mode = server ? "server" : localVoice(document.documentElement.lang) ? "browser" : "none";
    for (const one of document.querySelectorAll("[data-voices]")) one.hidden = one.dataset.voices !== mode;
  }

  function failed() {
    failures += 1;
    if (failures < MOST_FAILURES) return;
    server = false;
    tellVoices();
  }

  function fetched({ sound: name, recorded }) {
    if (!audio || !/^[0-9a-f]{20}$/.test(name) || !(server || recorded)) return Promise.resolve(null);
    if (!sounds.has(name)) {
      const address = `${phone.dataset.base}/${recorded ? "audio" : "sound"}/${name}.wav`;
      const decoded = fetch(address, { credentials: "omit" })
        .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
        .then((bytes) => audio.decodeAudioData(bytes))
        .catch(() => {
          sounds.delete(name);
          failed();
          return null;
        });
      sounds.set(name, decoded);
      if (sounds.size > 12) sounds.delete(sounds.keys().next().value);
    }
    return sounds.get(name);
  }

  function played(buffer, signal) {
    const source = audio.createBufferSource();
    source.buffer = buffer;
    source.connect(audio.destination);
    const ended = new Promise((done) => source.addEventListener("ended", done, { once: true }));
    source.start();
    return Promise.race([ended, pause(buffer.duration + 2, signal)]).then(() => source.stop());
  }

  function uttered(one, voice, signal) {
    const utterance = new SpeechSynthesisUtterance(one.text);
    Object.assign(utterance, { voice, lang: voice.lang, rate: one.rate });
    const ended = new Promise((done) => {
      utterance.onend = utterance.onerror = done;
    });
    speechSynthesis.speak(utterance);
    return Promise.race([ended, pause(one.seconds * 2 + 5, signal)]).then(() => speechSynthesis.cancel());
  }

  async function speak(one, signal) {
    if (sound.getAttribute("aria-pressed") === "true") {
      const buffer = await Promise.race([fetched(one), pause(3, signal)]);
      if (signal.aborted) return;
      if (buffer && audio.state === "running") return void (await played(buffer, signal));
      const voice = localVoice(one.lang);
      if (voice) return void (await uttered(one, voice, signal));
    }
    await pause(one.seconds, signal);
  }

  function startSound() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!audio && Context) audio = new Context();
    if (audio && audio.state === "suspended") audio.resume();
  }

  // ---- the call

  async function asked(body, mine) {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const answer = await fetch(`${phone.dataset.base}/phone/call`, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (answer.ok) return (await answer.json()).steps;
      if (answer.status !== 429) break;
      if (attempt === 0) say("busy");
      await new Promise((done) => setTimeout(done, 2000));
      if (mine !== turn) return [];
    }
    throw new Error("the line does not answer");
  }

  async function act(body) {
    turn += 1;
    const mine = turn;
    cut.abort();
    step = null;
    state("waiting");
    let steps = [];
    try {
      steps = await asked(body, mine);
    } catch {
      if (mine === turn) ends("unreachable");
      return;
    }
    if (mine !== turn) return;
    if (typed.length && steps[0].does === "listen") return presses(typed.shift(), steps[0]);
    typed = [];
    for (const one of steps) {
      await plays(one, mine);
      if (mine !== turn) return;
    }
  }

  async function plays(one, mine) {
    cut = new AbortController();
    const { signal } = cut;
    step = one;
    state("talking");
    for (const [number, spoken] of one.captions.entries()) {
      caption(spoken);
      if (one.captions[number + 1]) fetched(one.captions[number + 1]);
      await speak(spoken, signal);
      if (mine !== turn) return;
    }
    if (one.does === "end") return ends("ended");
    if (one.does === "dial") {
      say("connecting");
      state("dialling");
      return dialling.scrollIntoView({ block: "nearest" });
    }
    if (!signal.aborted) state("listening");
    await pause(one.wait, signal);
  }

  function ends(word) {
    turn += 1;
    cut.abort();
    step = null;
    typed = [];
    state("idle");
    say(word);
  }

  function presses(key, at = step) {
    if (phone.dataset.state === "waiting" && !at) return void typed.push(key);
    if (!at || at.does !== "listen") return;
    say("pressed", keys.get(key).querySelector("b").cloneNode(true));
    act({ at: at.at, key });
  }

  // ---- what a visitor does

  const able = (button) => button.getAttribute("aria-disabled") !== "true";

  call.addEventListener("click", () => {
    if (!able(call)) return;
    log.querySelectorAll(":scope > :not(h3)").forEach((old) => old.remove());
    startSound();
    if (phone.getBoundingClientRect().bottom > innerHeight) phone.scrollIntoView({ block: "start" });
    say("called");
    act({});
  });
  hangup.addEventListener("click", () => able(hangup) && ends("hungup"));
  silent.addEventListener("click", () => {
    if (!able(silent)) return;
    say("silent");
    cut.abort();
  });
  sound.addEventListener("click", () => {
    const on = sound.getAttribute("aria-pressed") !== "true";
    sound.setAttribute("aria-pressed", String(on));
    if (on) startSound();
    else if (audio) audio.suspend();
  });
  for (const [key, button] of keys) button.addEventListener("click", () => able(button) && presses(key));
  dialling.addEventListener("click", (event) => {
    const button = event.target.closest("[data-outcome]");
    if (!button || !step) return;
    log.focus(); // the button is about to go
    act({ at: step.at, outcome: button.dataset.outcome });
  });
  phone.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys.has(event.key)) return;
    event.preventDefault();
    const button = keys.get(event.key);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 150);
    if (able(button)) presses(event.key);
  });
  document.addEventListener("leave", () => {
    turn += 1;
    cut.abort();
    if (audio) audio.close();
  });
  if ("speechSynthesis" in window) speechSynthesis.addEventListener("voiceschanged", tellVoices);
  tellVoices();
  state("idle");
})();
