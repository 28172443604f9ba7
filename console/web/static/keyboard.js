// Keys: what can be pressed says so itself. An element with data-key="a" (or "g q": one after the other) is clicked, or
// focused when it is a field, by that key; the overlay behind "?" lists what is on the page. Keys never steal from
// somebody who types.
(() => {
  const WAIT = 900;
  let begun = "";
  let timer = 0;

  const types = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable ||
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement ||
      (element instanceof HTMLInputElement && !["button", "checkbox", "radio", "submit", "range"].includes(element.type)));

  // What lies in a closed choice has boxes, and is not visible all the same.
  const shown = (element) => element.checkVisibility() && !element.disabled;

  const find = (keys) => [...document.querySelectorAll("[data-key]")].filter((e) => e.dataset.key === keys && shown(e));

  const begins = (keys) => [...document.querySelectorAll("[data-key]")].some((e) => e.dataset.key.startsWith(`${keys} `));

  const act = (element) => {
    if (types(element)) {
      element.focus();
      if (element.select) element.select();
    } else {
      element.click();
    }
  };

  const list = () => {
    const into = document.getElementById("key-list");
    into.replaceChildren();
    const seen = new Set();
    for (const element of document.querySelectorAll("[data-key]")) {
      const keys = element.dataset.key;
      if (!shown(element) || seen.has(keys)) continue;
      seen.add(keys);
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = keys;
      term.append(key);
      const meaning = document.createElement("dd");
      meaning.textContent = element.dataset.keyMeaning || element.getAttribute("aria-label") || element.textContent.trim();
      into.append(term, meaning);
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && types(document.activeElement)) {
      document.activeElement.blur();
      return;
    }
    if (types(document.activeElement) || document.querySelector("dialog[open]")) return;
    // Enter and space are of the link or button somebody is at, before they are anything else's.
    if ((event.key === "Enter" || event.key === " ") && document.activeElement.matches("a[href], button, summary, input")) return;
    const keys = begun ? `${begun} ${event.key}` : event.key;
    clearTimeout(timer);
    begun = "";
    const [element] = find(keys);
    if (element) {
      event.preventDefault();
      act(element);
    } else if (begins(keys)) {
      event.preventDefault();
      begun = keys;
      timer = setTimeout(() => (begun = ""), WAIT);
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (!opener) return;
    if (opener.dataset.opens === "keys") list();
    document.getElementById(opener.dataset.opens).showModal();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
})();
