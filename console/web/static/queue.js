// The queue by keyboard: rows are moved between by their links, so that Enter opens and a screen reader follows; the card
// beside the table shows the row somebody is at. Nothing here asks the server for anything.
(() => {
  let last = "";

  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const current = () => document.activeElement.closest("tr[data-row]") || document.getElementById(last);

  const show = (row) => {
    const card = document.getElementById("card");
    if (!card || !row || card.dataset.row === row.id) return;
    card.dataset.row = row.id;
    card.replaceChildren(row.querySelector("template").content.cloneNode(true));
  };

  const move = (by) => {
    const all = rows();
    const at = all.indexOf(current());
    const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    if (to) to.querySelector("a").focus();
  };

  document.addEventListener("click", (event) => {
    const moves = event.target.closest("[data-move]");
    if (moves) move(Number(moves.dataset.move));
    if (event.target.closest("[data-picks]")) {
      const row = current();
      if (row) row.querySelector("input[type=checkbox]").click();
    }
  });

  // A browser that comes back to the page restores what was selected without a word.
  const tally = () => {
    const picked = document.getElementById("picked");
    if (picked) picked.textContent = String(document.querySelectorAll("tr[data-row] input[type=checkbox]:checked").length);
  };
  document.addEventListener("change", tally);
  window.addEventListener("pageshow", tally);

  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (!row) return;
    last = row.id;
    show(row);
  });

  document.addEventListener("mouseover", (event) => show(event.target.closest("tr[data-row]")));
})();
