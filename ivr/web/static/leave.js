// Every page: “Leave this page”, or Esc pressed twice. A cover hides the page at once, then the neutral page replaces it, so
// the browser's history has no entry that leads back.

const HINT_TIME = 5000; // milliseconds in which a second Esc leaves, and in which the hint says so

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id */
const wordsOf = (id) => /** @type {HTMLTemplateElement} */ (byId(id)).content.cloneNode(true);

const link = /** @type {HTMLAnchorElement} */ (byId("leave-page"));
const hint = byId("leave-hint");
const cover = byId("cover");
let hintTimer = 0;

function coverPage() {
  for (const element of document.body.children) {
    if (element instanceof HTMLElement) element.hidden = element !== cover;
  }
  document.title = link.dataset.site ?? "";
  cover.replaceChildren(wordsOf("cover-words"));
  cover.querySelector("a")?.focus();
  scrollTo(0, 0);
}

// The neutral page may be slow. Until it has loaded, the address is that of the blank page, which leads to the neutral page:
// a reload does not bring this page back.
function leave() {
  if (!cover.hasChildNodes()) {
    coverPage();
    document.dispatchEvent(new Event("leave"));
    history.replaceState(null, "", link.dataset.blankPage);
  }
  location.replace(link.href);
}

function showHint() {
  hint.replaceChildren(wordsOf("leave-hint-words"));
  hintTimer = setTimeout(() => hint.replaceChildren(), HINT_TIME);
}

/** @param {MouseEvent} event */
function onClick(event) {
  event.preventDefault();
  leave();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  if (!hint.hasChildNodes() && !cover.hasChildNodes()) {
    showHint();
    return;
  }
  event.preventDefault(); // Esc would stop the loading of the neutral page
  clearTimeout(hintTimer);
  leave();
}

export function listenForLeaving() {
  link.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
}
