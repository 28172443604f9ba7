// Whoever comes back from a sample sees that it was opened, also where the browser kept the page as it was.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
