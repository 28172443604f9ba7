// The evidence: pictures by key, zoom, the listing beside them, and the way from a citation to the exact span, box,
// event or field it names.
(() => {
  const SVG = "http://www.w3.org/2000/svg";

  const show = (thumb) => {
    const shown = document.getElementById("shown");
    shown.src = thumb.dataset.source;
    shown.alt = thumb.getAttribute("aria-label");
    shown.dataset.photo = thumb.dataset.photo;
    document.getElementById("caption").textContent = thumb.dataset.caption;
    document.getElementById("boxes").replaceChildren();
    for (const each of document.querySelectorAll(".thumb")) each.setAttribute("aria-pressed", String(each === thumb));
  };

  const draw = (box) => {
    const [left, top, right, bottom] = box.split(",").map((side) => 100 * Number(side));
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("x", left);
    rect.setAttribute("y", top);
    rect.setAttribute("width", right - left);
    rect.setAttribute("height", bottom - top);
    document.getElementById("boxes").replaceChildren(rect);
  };

  const begins = (pointer, start) => pointer === start || pointer.startsWith(`${start}/`);

  const places = (cite) => {
    const { kind, target, pointer } = cite.dataset;
    const all = (selector) => [...document.querySelectorAll(selector)];
    switch (kind) {
      case "message":
        return all("[data-cites]").filter((each) => each.dataset.cites.split(" ").includes(cite.dataset.cite));
      case "scan": {
        const scans = all("[data-scan]").filter((each) => each.dataset.scan === target);
        const exact = scans.filter((each) => each.dataset.pointer === pointer);
        return exact.length ? exact : scans.filter((each) => begins(pointer, each.dataset.pointer)).slice(-1);
      }
      case "mark":
        return all("li[data-mark]").filter((each) => each.dataset.mark === target);
      case "field": {
        const fields = all("[data-field]").filter((each) => begins(pointer, each.dataset.field));
        fields.sort((one, other) => other.dataset.field.length - one.dataset.field.length);
        const found = fields[0] || all("[data-field]").find((each) => begins(each.dataset.field, pointer));
        if (!found) return [];
        return found.tagName === "DT" ? [found, found.nextElementSibling] : [found];
      }
      case "document":
        return all("[data-document]").filter((each) => each.dataset.document === target);
      default:
        return [];
    }
  };

  const open = (cite) => {
    for (const each of document.querySelectorAll(".pointed")) each.classList.remove("pointed");
    if (cite.dataset.kind === "photo") {
      const thumb = [...document.querySelectorAll(".thumb")].find((each) => each.dataset.photo === cite.dataset.target);
      if (!thumb) return;
      show(thumb);
      draw(cite.dataset.box);
      document.getElementById("gallery").scrollIntoView({ block: "nearest" });
      return;
    }
    let found = places(cite);
    if (!found.length && cite.dataset.kind === "message") {
      found = [...document.querySelectorAll("[data-message]")].filter((e) => e.dataset.message === cite.dataset.target);
    }
    const marks = new Set(found.map((each) => each.dataset.mark).filter(Boolean));
    for (const each of document.querySelectorAll('[data-kind="mark"]')) {
      if (marks.has(each.dataset.target)) each.classList.add("pointed");
    }
    for (const each of found) {
      each.classList.add("pointed");
      if (each instanceof HTMLDetailsElement) {
        each.open = true;
        const frame = each.querySelector("iframe");
        if (frame) frame.src = `${frame.src.split("#")[0]}#page=${cite.dataset.pointer}`;
      }
    }
    if (found.length) found[0].scrollIntoView({ block: "center" });
  };

  const press = (button) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    return on;
  };

  document.addEventListener("click", (event) => {
    const thumb = event.target.closest(".thumb");
    if (thumb) show(thumb);
    const cite = event.target.closest("[data-cite]");
    if (cite) {
      if (cite.dataset.kind === "mark") event.preventDefault();
      open(cite);
    }
    const zooms = event.target.closest("[data-zooms]");
    if (zooms) {
      document.getElementById("gallery").classList.toggle("zoomed", press(zooms));
      // What a picture is about is in its middle more often than in its corner.
      for (const one of document.querySelectorAll("#gallery .picture")) {
        one.scrollTo((one.scrollWidth - one.clientWidth) / 2, (one.scrollHeight - one.clientHeight) / 2);
      }
    }
    const compares = event.target.closest("[data-compares]");
    if (compares) document.getElementById("listing").hidden = !press(compares);
  });
})();
