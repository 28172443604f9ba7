// Clocks: <time data-due datetime="…"> counts down to its moment; the server's words stand until this runs, and the
// text changes once a minute, so that nobody is read a running second.
(() => {
  const text = (until) => {
    const over = until < 0;
    const minutes = Math.floor(Math.abs(until) / 60000);
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    const span = days ? `${days} d ${hours} h` : hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
    return over ? `over by ${span}` : span;
  };
  const tick = () => {
    for (const each of document.querySelectorAll("time[data-due]")) {
      const until = Date.parse(each.dateTime) - Date.now();
      const words = text(until);
      if (each.textContent !== words) each.textContent = words;
      const close = until < 0 ? "over" : until < 6 * 3600000 ? "soon" : until < 24 * 3600000 ? "today" : "later";
      if (each.dataset.due !== close) each.dataset.due = close;
    }
  };
  document.addEventListener("DOMContentLoaded", tick);
  document.addEventListener("htmx:afterSettle", tick);
  document.addEventListener("htmx:sseMessage", tick);
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 15000);
})();
