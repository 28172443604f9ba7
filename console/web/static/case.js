// Deciding: a choice that opens takes the keyboard to where it is confirmed or filled in, arrow keys change an amount,
// and the seconds left to take a decision back run.
(() => {
  const first = (within) => within.querySelector("[data-first]") || within.querySelector("[data-confirms]");

  // At once and not on the toggle event, which comes later: the next key may be pressed before it.
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-choice] > summary")?.parentElement;
    if (!choice) return;
    event.preventDefault();
    choice.open = !choice.open;
    const into = choice.open && first(choice);
    if (!into) return;
    into.focus({ preventScroll: true });
    if (into.select) into.select();
    choice.scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.dataset || !field.dataset.steps || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const decimals = Number(field.dataset.decimals);
    const [whole, part = ""] = field.value.trim().replace(",", ".").split(".");
    if (!/^[0-9]+$/.test(whole) || !/^[0-9]*$/.test(part) || part.length > decimals) return;
    const minor = BigInt(whole + part.padEnd(decimals, "0"));
    const step = BigInt(field.dataset.steps.split(" ")[event.shiftKey ? 1 : 0]);
    const moved = event.key === "ArrowUp" ? minor + step : minor > step ? minor - step : 0n;
    const digits = String(moved).padStart(decimals + 1, "0");
    field.value = decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
  });

  // What a key chose (the second key, where the proposal was wrong) leads to the confirmation, so that Enter is the next
  // key. Whoever moves between the choices with arrow keys or a pointer stands on them already, and stays.
  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (!["looked", "wrong"].includes(chosen.name) || !chosen.checked) return;
    if (chosen.name === "wrong" && chosen === document.activeElement) return;
    chosen.form.querySelector("[data-confirms]").focus();
  });

  const tick = () => {
    for (const each of document.querySelectorAll("[data-until]")) {
      const left = Math.ceil((Date.parse(each.dataset.until) - Date.now()) / 1000);
      if (left > 0) {
        each.textContent = String(left);
      } else {
        each.closest(".undo").replaceChildren(document.createTextNode("It is being carried out."));
      }
    }
  };
  setInterval(tick, 250);

  // What was refused before stands no longer once the panel is new.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "decision") document.getElementById("told").replaceChildren();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const into = event.target.id === "correction" && first(event.target);
    if (into) into.focus();
  });
})();
