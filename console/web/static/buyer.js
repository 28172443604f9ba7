// What makes the buyer's page a little kinder; everything works without it.
(() => {
  // A due time in the device's own zone and the page's language, as the reader's country writes it.
  const spoken = document.documentElement.lang;
  const tongue = navigator.languages.find((one) => one.split("-")[0] === spoken) || spoken;
  for (const each of document.querySelectorAll("time[data-local]")) {
    const moment = new Date(each.dateTime);
    const shown = new Intl.DateTimeFormat(tongue, { calendar: "gregory", dateStyle: "long", timeStyle: "short" });
    each.firstElementChild.textContent = shown.format(moment);
  }
  // A second tap on a form that is on its way does nothing; the server would not count it either.
  for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      form.querySelector("button").setAttribute("aria-disabled", "true");
    });
  }
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.querySelector("button").removeAttribute("aria-disabled");
    }
  });
  // While something is under way, look again a few times; never over what somebody has begun to write.
  if (document.querySelector("main[data-moving]")) {
    const key = `looked:${location.pathname}`;
    const looked = Number(sessionStorage.getItem(key) || 0);
    const typed = () => [...document.querySelectorAll("textarea, input:not([type=hidden])")].some((field) => field.value);
    if (looked < 60) {
      setTimeout(() => {
        if (document.hidden || typed()) return;
        sessionStorage.setItem(key, String(looked + 1));
        location.reload();
      }, 2000 + 250 * looked);
    }
  } else {
    sessionStorage.removeItem(`looked:${location.pathname}`);
  }
})();
