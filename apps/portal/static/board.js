// Says how long it is to the next board. Loading that one is htmx's work (hx-trigger of #board).
"use strict";
(() => {
  const korean = document.documentElement.lang === "ko";

  function left(seconds) {
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor(seconds / 60) % 60;
    const rest = seconds % 60;
    if (seconds <= 0) return korean ? "곧 나와요" : "any moment";
    if (hours) return korean ? `${hours}시간 ${minutes}분 뒤` : `in ${hours} h ${minutes} min`;
    if (minutes) return korean ? `${minutes}분 ${rest}초 뒤` : `in ${minutes} min ${rest} s`;
    return korean ? `${rest}초 뒤` : `in ${rest} s`;
  }

  function show() {
    for (const time of document.querySelectorAll("time[data-countdown]")) {
      if (!time.title) time.title = time.textContent;
      time.textContent = left(Math.ceil((Date.parse(time.dateTime) - Date.now()) / 1000));
    }
  }

  // Whoever is typing a name is not interrupted: the new board waits.
  document.addEventListener("htmx:beforeSwap", event => {
    if (event.detail.target.id !== "board" || document.activeElement?.id !== "find") return;
    event.detail.shouldSwap = false;
    setTimeout(() => window.htmx.trigger("#board", "again"), 20000);
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
  setInterval(show, 1000);
})();
