// The letter desk: whoever stands at a sentence sees its exhibit; a sentence goes back to its composed words; nobody
// leaves with words that are not saved without being asked.
(() => {
  let unsaved = 0;
  let sending = 0;
  let shown = "";

  const show = (page) => {
    const pane = document.getElementById("pages");
    const figure = document.getElementById(`page-${page}`);
    if (!pane || !figure) return;
    shown = page;
    for (const each of pane.querySelectorAll(".chosen")) each.classList.remove("chosen");
    figure.classList.add("chosen");
    // The pane alone moves: the fields stay where the eyes are.
    pane.scrollTop += figure.getBoundingClientRect().top - pane.getBoundingClientRect().top - 8;
  };

  // New pages came for a saved version: the exhibit somebody looked at is in sight again.
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id === "pages" && shown) show(shown);
  });

  document.addEventListener("focusin", (event) => {
    const sentence = event.target.closest(".sentence[data-page]");
    if (sentence && !event.target.closest(".proof")) show(sentence.dataset.page);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#page-"]');
    if (link) {
      event.preventDefault();
      show(link.hash.slice("#page-".length));
      return;
    }
    const restoring = event.target.closest("[data-restores]");
    if (!restoring) return;
    const field = document.getElementById(restoring.dataset.restores);
    if (field.value === field.dataset.composed) return;
    field.value = field.dataset.composed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest("#wording")) unsaved += 1;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "wording") sending = unsaved;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id !== "wording" || !event.detail.successful) return;
    if (sending === unsaved) unsaved = sending = 0;
    if (!unsaved) document.getElementById("not-yet")?.replaceChildren();
  });

  // What is signed is what is kept: words that are not kept yet are never signed past.
  const said = "Not signed: your last words are not saved yet. Change them once more, wait for “saved”, then sign.";

  // A form that is sent takes along what it says; leaving in any other way asks first.
  document.addEventListener("submit", (event) => {
    if (event.target.id === "wording") return;
    if (unsaved && event.target.matches("[data-signs]")) {
      event.preventDefault();
      document.getElementById("not-yet").textContent = said;
    } else {
      unsaved = 0;
    }
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
