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

/**
 * Whether a section can be seen, and begins above `limit` (pixels from the top of the window).
 * @param {Element} section
 * @param {number} limit
 */
function isInView(section, limit) {
  const box = section.getBoundingClientRect();
  return box.bottom > 0 && box.top < limit;
}

/** The section that is read now, as "#work": an open topic, else a menu, else the one in the address; "" at the top. */
function place() {
  const open = topics.filter((details) => details.open).map((details) => details.parentElement ?? details);
  const menus = scrollY > 0 ? [...document.querySelectorAll(".menu[id]")] : [];
  const named = document.getElementById(location.hash.slice(1));
  const upper = innerHeight / 2;
  const now =
    open.filter((topic) => isInView(topic, upper)).pop() ??
    open.find((topic) => isInView(topic, innerHeight)) ??
    menus.filter((menu) => isInView(menu, upper)).pop() ??
    [named].find((section) => section && isInView(section, innerHeight));
  return now ? `#${now.id}` : "";
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
