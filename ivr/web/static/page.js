// Every page: leaving it at once, and no trail of back entries while it is open.
"use strict";
(() => {
  const leave = document.getElementById("leave-page");
  const TWICE = 1500; // milliseconds between two presses of Esc
  let escaped = -TWICE;

  function go() {
    document.documentElement.hidden = true;
    document.dispatchEvent(new Event("leave"));
    location.replace(leave.href);
  }

  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat) return;
    if (event.timeStamp - escaped < TWICE) go();
    escaped = event.timeStamp;
  });

  // Links within these pages take the place of the page in the history, so that "back" leads away from them.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (event.defaultPrevented || !plain || !link || link.origin !== location.origin) return;
    event.preventDefault();
    location.replace(link.href);
  });
})();
