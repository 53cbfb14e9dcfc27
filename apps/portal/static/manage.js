// One-key decisions; htmx swaps the part #review in place. Without this file everything works by forms and links.
"use strict";
(() => {
  const review = () => document.getElementById("review");

  const isWriting = (target) => target.closest(
    "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio]):not([type=button])") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const part = review();
    if (!part || part.matches(".htmx-request") || !(event.target instanceof Element) || isWriting(event.target)) return;
    // By the place of the key: a Korean keyboard says ㅊ where a Latin one says c.
    const wanted = part.querySelector(`[data-key="${CSS.escape(event.code)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("summary")) {
      wanted.parentElement.open = true;
      wanted.parentElement.querySelector("textarea").focus();
      return;
    }
    if (wanted.matches("[type=checkbox]")) wanted.closest("details").open = true;
    wanted.click();
  });

  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied) {
      const field = copied.parentElement.querySelector("input");
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => copied.classList.add("copied"), () => {});
    }
    const stepped = event.target.closest("[data-next-radio]");
    if (stepped) {
      const radios = [...stepped.form.querySelectorAll(`input[type=radio][name="${stepped.dataset.nextRadio}"]`)];
      const next = radios[(radios.findIndex((one) => one.checked) + 1) % radios.length];
      next.checked = true;
      next.closest("section").scrollIntoView({ block: "nearest" });
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== review()) return;
    if (event.detail.xhr.responseText.includes('id="review"')) {
      event.detail.shouldSwap = true;  // also what says why nothing was written: 409 and 422
      event.detail.isError = false;
    } else {
      event.detail.shouldSwap = false;  // a log-in or a refusal: a page of its own
      window.location.assign(event.detail.xhr.responseURL);
    }
  });

  document.addEventListener("htmx:afterSettle", () => review()?.focus({ preventScroll: true }));
})();
