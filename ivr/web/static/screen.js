// What the telephone page shows: the state of the call, which buttons work, and the captions.

export const phone = document.getElementById("phone");
export const log = document.getElementById("log");
export const dialPanel = document.getElementById("dialling");
export const callButton = document.getElementById("call");
export const hangUpButton = document.getElementById("hangup");
export const silentButton = document.getElementById("silent");
export const keyButtons = new Map([...phone.querySelectorAll("[data-key]")].map((key) => [key.dataset.key, key]));

const messages = document.getElementById("words").content;
const SCROLL_MARGIN = 80; // pixels: closer to its end than this, the log follows new captions

// A disabled button keeps the keyboard's focus, so that a visitor is not moved to the start of the page.
export const isEnabled = (button) => button.getAttribute("aria-disabled") !== "true";
const enable = (button, enabled) => button.setAttribute("aria-disabled", String(!enabled));

// `state` is idle, waiting (for the server), talking, listening (for a key) or dialling.
export function setState(state) {
  for (const label of document.querySelectorAll("#state > [data-state]")) label.hidden = label.dataset.state !== state;
  phone.dataset.state = state;
  const inCall = state !== "idle";
  enable(callButton, !inCall);
  enable(hangUpButton, inCall);
  enable(silentButton, state === "talking" || state === "listening");
  for (const button of keyButtons.values()) enable(button, inCall && state !== "dialling");
  dialPanel.hidden = state !== "dialling";
}

export function clearLog() {
  for (const entry of log.querySelectorAll(":scope > :not(h3)")) entry.remove();
}

function addToLog(entry) {
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < SCROLL_MARGIN;
  log.append(entry);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

// Adds a message of the page, such as "You pressed 2"; `insert` replaces its placeholder.
export function addMessage(name, insert) {
  const message = messages.querySelector(`[data-word="${name}"]`).cloneNode(true);
  if (insert) message.querySelector("[data-placeholder]").replaceWith(insert);
  message.className = "own";
  addToLog(message);
}

// Adds what a voice says. The fields of `caption` are described in ivr/web/phone_api.py.
export function addCaption(caption) {
  const block = element("div", { lang: caption.lang, dir: caption.dir, className: "caption" });
  const speaker = [caption.name, caption.voice].filter(Boolean).join(" · ");
  if (!isLastSpeaker(speaker)) block.append(element("p", { className: "voice", textContent: speaker }));
  for (const line of caption.lines) {
    const paragraph = element("p", {});
    paragraph.append(...line.map(textOrLink));
    block.append(paragraph);
  }
  addToLog(block);
}

function isLastSpeaker(speaker) {
  const last = [...log.querySelectorAll(".voice")].pop();
  return last?.textContent === speaker && log.lastElementChild.className !== "own";
}

function textOrLink([text, link]) {
  if (!/^(tel|sms):\+?\d+$/.test(link)) return text;
  return element("a", { href: link, textContent: text, dir: "ltr", className: "number" });
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}
