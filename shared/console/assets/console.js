// What is nicer with a script: new events appear, and long waits are shown. Every page works without.
"use strict";
(() => {
  const row = document.querySelector(".sections");
  if (row) {
    // Not by `scrollIntoView`: the first Tab would then go on from there, past the link to the content.
    const show = (link) => {
      row.scrollLeft = link.offsetLeft - row.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
    };
    const here = row.querySelector("[aria-current]");
    if (here) show(here);
    row.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && show(target));
  }
  const live = document.querySelector("[data-live]");
  if (live) {
    const mark = document.querySelector("[data-live-mark]");
    if (mark) mark.hidden = false;
    let busy = false;
    setInterval(async () => {
      if (document.hidden || busy || live.contains(document.activeElement)) return;
      busy = true;
      try {
        const answer = await fetch(live.dataset.live, { cache: "no-store" });
        if (answer.redirected) location.reload();
        else if (answer.ok) {
          const text = await answer.text();
          if (text !== live.dataset.text) {
            live.innerHTML = text;
            live.dataset.text = text;
          }
        }
      } catch {
        // The next round asks again.
      }
      busy = false;
    }, 5000);
  }
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
    event.target.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
})();
