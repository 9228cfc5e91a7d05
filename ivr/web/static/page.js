// Every page: no entries in the browser's history that lead back to it, and the way to leave it.

import { listenForLeaving } from "./leave.js";

listenForLeaving();

// A link to another page of this site replaces this page in the history, so that "back" leads away from the site.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || opensElsewhere || !link?.href || link.origin !== location.origin) return;
  event.preventDefault();
  location.replace(link.href);
});

for (const element of document.querySelectorAll("[data-needs-script]")) {
  /** @type {HTMLElement} */ (element).hidden = false;
}

// The front page: a button that copies the hotline's number. A page that was not sent over HTTPS has no clipboard.
const copyButton = document.getElementById("copy-number");
const copyWords = /** @type {HTMLTemplateElement | null} */ (document.getElementById("copied-words"));

async function copyNumber() {
  await navigator.clipboard.writeText(copyButton?.dataset.number ?? "");
  document.getElementById("copied")?.replaceChildren(copyWords?.content.cloneNode(true) ?? "");
}

if (copyButton?.parentElement && navigator.clipboard) {
  copyButton.parentElement.hidden = false;
  copyButton.addEventListener("click", copyNumber);
}
