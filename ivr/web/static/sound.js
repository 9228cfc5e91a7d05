// The sound of the telephone: sounds of the site where the visitor has switched them on, else a voice of the device, else
// the time in which a caption can be read. Each of the three tells which sentence is spoken.

/**
 * @typedef {import("./sentences.js").Sentence} Sentence
 * @typedef {import("./line.js").Caption} Caption
 * @typedef {import("./clock.js").Clock} Clock
 * @typedef {(index: number) => void} Mark marks the sentence that is spoken now
 */

const ATTEMPTS = 2; // for each sound of the site
const MAX_CACHED_SOUNDS = 12;
const SOUND_TIMEOUT = 3; // seconds to wait for a sound before another voice reads the caption

export class Sound {
  #clock;
  #base;
  #soundLanguages;
  /** @type {Map<string, Promise<AudioBuffer | null>>} decoded sounds by address, the oldest first */
  #cached = new Map();
  /** @type {AudioContext | null} browsers allow sound only after a click */
  #audio = null;
  on = false;
  usesSite = false;

  /**
   * `base` begins the addresses of sounds; `soundLanguages` are the tags of the languages that have sounds of the site.
   * @param {Clock} clock @param {string} base @param {Set<string>} soundLanguages
   */
  constructor(clock, base, soundLanguages) {
    this.#clock = clock;
    this.#base = base;
    this.#soundLanguages = soundLanguages;
  }

  /** Switches the sound on. Call it in the handler of a click. */
  start() {
    this.on = true;
    if (!this.#audio && "AudioContext" in window) this.#audio = new AudioContext();
    this.#audio?.resume();
    if ("speechSynthesis" in window) attempt(() => speechSynthesis.speak(new SpeechSynthesisUtterance(""))); // iOS
  }

  /** Switches the sound off. */
  stop() {
    this.on = false;
    this.pause();
  }

  pause() {
    this.#audio?.suspend();
    if ("speechSynthesis" in window) attempt(() => speechSynthesis.cancel());
  }

  resume() {
    if (this.on) this.#audio?.resume();
  }

  /**
   * Reads `caption` aloud, and takes its time without sound.
   * @param {Caption} caption @param {AbortSignal} signal @param {Mark} mark
   */
  async speak(caption, signal, mark) {
    if (this.on && (await this.#playSound(caption, signal, mark))) return;
    for (const [index, sentence] of caption.sentences.entries()) {
      if (signal.aborted) return;
      mark(index);
      const voice = this.on ? deviceVoice(caption.lang) : undefined;
      if (voice && (await this.#speakOnDevice(sentence, voice, caption.rate, signal))) continue;
      await this.#clock.wait(sentence.seconds, signal);
    }
  }

  /** Loads the sound of the next caption. @param {Caption | undefined} caption */
  prepare(caption) {
    if (caption && this.on) this.#load(caption);
  }

  /** @param {Caption} caption */
  #address({ recording, sound, language }) {
    if (!this.usesSite) return "";
    if (recording) return `${this.#base}/audio/${recording}`;
    return this.#soundLanguages.has(language) ? `${this.#base}/sound/${sound}.wav` : "";
  }

  /** Whether a sound of the site was played. @param {Caption} caption @param {AbortSignal} signal @param {Mark} mark */
  async #playSound(caption, signal, mark) {
    const buffer = await Promise.race([this.#load(caption), this.#clock.wait(SOUND_TIMEOUT, signal)]);
    if (!buffer || !this.#audio || signal.aborted || this.#audio.state === "closed") return false;
    const source = this.#audio.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#audio.destination);
    const playing = new AbortController();
    signal.addEventListener("abort", () => playing.abort(), { once: true });
    source.addEventListener("ended", () => playing.abort(), { once: true });
    source.start();
    await this.#markInTime(caption, buffer.duration, playing.signal, mark);
    await this.#clock.wait(2, playing.signal); // a sound that does not report its end
    source.stop();
    return true;
  }

  /**
   * Marks each sentence while a sound of `duration` seconds plays, by its share of the estimated seconds.
   * @param {Caption} caption @param {number} duration @param {AbortSignal} signal @param {Mark} mark
   */
  async #markInTime({ sentences, seconds }, duration, signal, mark) {
    for (const [index, sentence] of sentences.entries()) {
      if (signal.aborted) return;
      mark(index);
      await this.#clock.wait((sentence.seconds / seconds) * duration, signal);
    }
  }

  /** The decoded sound of `caption`, null if there is none. @param {Caption} caption */
  #load(caption) {
    const address = this.#address(caption);
    if (!address || !this.#audio) return Promise.resolve(null);
    const sound = this.#cached.get(address) ?? this.#fetch(address, this.#audio);
    this.#cached.set(address, sound);
    if (this.#cached.size > MAX_CACHED_SOUNDS) this.#cached.delete([...this.#cached.keys()][0]);
    return sound;
  }

  /** @param {string} address @param {AudioContext} audio @returns {Promise<AudioBuffer | null>} */
  async #fetch(address, audio) {
    for (let number = 1; number <= ATTEMPTS; number += 1) {
      try {
        const response = await fetch(address, { credentials: "omit" });
        if (response.ok) return await audio.decodeAudioData(await response.arrayBuffer());
        if (response.status === 404) break; // the site has no such sound
      } catch {
        // the next attempt, or the next caption, may succeed
      }
    }
    this.#cached.delete(address);
    return null;
  }

  /**
   * Whether the voice of the device read the whole sentence. After a pause it reads the sentence again.
   * @param {Sentence} sentence @param {SpeechSynthesisVoice} voice @param {number} rate @param {AbortSignal} signal
   */
  async #speakOnDevice(sentence, voice, rate, signal) {
    for (;;) {
      await this.#clock.running(signal);
      const ended = await this.#utter(sentence, voice, rate, signal);
      if (ended || signal.aborted) return true;
      if (!this.#clock.paused || !this.on) return false;
    }
  }

  /** @param {Sentence} sentence @param {SpeechSynthesisVoice} voice @param {number} rate @param {AbortSignal} signal */
  async #utter(sentence, voice, rate, signal) {
    /** @type {Promise<boolean>} */
    const ended = new Promise((resolve) => {
      attempt(() => {
        const utterance = new SpeechSynthesisUtterance(sentence.text);
        Object.assign(utterance, { voice, lang: voice.lang, rate });
        utterance.onend = () => resolve(!this.#clock.paused);
        utterance.onerror = () => resolve(false);
        speechSynthesis.speak(utterance);
      }) || resolve(false);
    });
    const tooLong = this.#clock.wait(sentence.seconds * 2 + 5, signal).then(() => true);
    const result = await Promise.race([ended, tooLong]);
    attempt(() => speechSynthesis.cancel());
    return result;
  }
}

/** Whether `action` raised no error. @param {() => void} action */
function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

/** A voice of the device itself: any other voice would send the words to another site. @param {string} language */
export function deviceVoice(language) {
  if (!("speechSynthesis" in window)) return undefined;
  const voices = speechSynthesis.getVoices().filter((voice) => voice.localService);
  const tag = (/** @type {SpeechSynthesisVoice} */ voice) => voice.lang.toLowerCase().replace("_", "-");
  const base = (/** @type {string} */ name) => name.split("-")[0];
  const wanted = language.toLowerCase();
  return voices.find((voice) => tag(voice) === wanted) ?? voices.find((voice) => base(tag(voice)) === base(wanted));
}
