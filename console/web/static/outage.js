// While a part of the house does not answer, the page says so above what somebody is at, and takes it back once it is
// answered again. Fields stay as they were filled in.
(() => {
  // A live connection that ends in order is back before that.
  const PATIENCE = 5000;
  const broken = new Map();

  const told = () => document.getElementById("told");
  const takeBack = () => told().querySelector("[data-outage]")?.remove();

  const say = (words) => {
    const box = document.createElement("div");
    box.className = "refusal";
    box.setAttribute("role", "alert");
    box.dataset.outage = "";
    box.textContent = words;
    if (told().textContent.trim() !== words) told().replaceChildren(box);
  };

  document.addEventListener("htmx:sendError", () =>
    say("The console cannot be reached. What you entered stays on this page; it can be sent again."),
  );

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) takeBack();
  });

  // What is said already is not read out again every two seconds.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, serverResponse } = event.detail;
    if (target !== told()) return;
    const coming = new DOMParser().parseFromString(serverResponse, "text/html").body.textContent;
    const plain = (text) => text.replace(/\s+/g, " ").trim();
    if (plain(coming) === plain(told().textContent)) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:sseError", (event) => {
    const live = event.target;
    if (broken.has(live)) return;
    broken.set(live, setTimeout(() => say("Not connected: what you see may be old. It connects again by itself."), PATIENCE));
  });

  document.addEventListener("htmx:sseOpen", (event) => {
    if (!broken.has(event.target)) return;
    clearTimeout(broken.get(event.target));
    broken.delete(event.target);
    takeBack();
  });
})();
