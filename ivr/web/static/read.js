// The readable text: a link to a topic opens it, a button opens all, a printed page has all, and a language link leads
// to the topic that is read now. Nothing here makes an entry in the browser's history.

const folded = [.../** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("main details"))];
const topics = folded.filter((details) => details.matches(".topic > details"));
const openAll = /** @type {HTMLButtonElement} */ (document.getElementById("open-all"));
/** @type {HTMLDetailsElement[]} */
let openedToPrint = [];

/**
 * @param {HTMLDetailsElement[]} group
 * @param {boolean} open
 */
function setOpen(group, open) {
  for (const details of group) details.open = open;
}

/**
 * Open the topic that a link names, such as "#work", or the one that holds the named text, and show it.
 * @param {string} hash
 */
function show(hash) {
  const target = document.getElementById(hash.slice(1));
  const details = target?.querySelector(":scope > details") ?? target?.closest("details");
  if (!target || !(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  target.scrollIntoView();
}

/** The topic or menu that is read now, as "#work"; "" at the top of the page. */
function place() {
  const open = topics.filter((details) => details.open).map((details) => details.parentElement);
  const menus = scrollY > 0 ? document.querySelectorAll(".menu[id]") : [];
  const now = [...open, ...menus].filter((section) => {
    const box = section?.getBoundingClientRect();
    return section?.id && box && box.bottom > 0 && box.top < innerHeight / 2;
  });
  now.sort((one, other) => (one?.getBoundingClientRect().top ?? 0) - (other?.getBoundingClientRect().top ?? 0));
  const last = now.pop();
  return last ? `#${last.id}` : "";
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (link?.getAttribute("href")?.startsWith("#")) show(link.hash);
});

for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("header a[hreflang]"))) {
  link.addEventListener("click", () => {
    link.hash = place();
  });
}

openAll.hidden = false;
openAll.addEventListener("click", () => {
  const open = openAll.getAttribute("aria-pressed") !== "true";
  openAll.setAttribute("aria-pressed", String(open));
  setOpen(topics, open);
});

addEventListener("beforeprint", () => {
  openedToPrint = folded.filter((details) => !details.open);
  setOpen(openedToPrint, true);
});
addEventListener("afterprint", () => setOpen(openedToPrint, false));
addEventListener("hashchange", () => show(location.hash));
show(location.hash);
