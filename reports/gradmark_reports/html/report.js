"use strict";
(() => {
  const one = (name) => document.getElementById(name);
  const items = [...document.querySelectorAll("[data-o]")];
  const sections = [...document.querySelectorAll("[data-section]")];
  const tools = one("tools"), field = one("q"), count = one("count"), nothing = one("nothing");
  const chosen = ["chapter", "level", "change"].map(one).filter(Boolean);
  const boxes = [...tools.querySelectorAll("input[name=o]")];
  const texts = items.map((item) => {
    const id = item.querySelector(".id").textContent;
    const title = item.querySelector(".title, bdi").textContent;
    return { id, chapter: id.split(".", 1)[0], words: `${title} ${id}`.toLowerCase() };
  });

  function state() {
    const found = new URLSearchParams();
    const q = field.value.trim();
    if (q) found.set("q", q);
    for (const select of chosen) if (select.value) found.set(select.id, select.value);
    const on = boxes.filter((box) => box.checked).map((box) => box.value);
    if (on.length !== boxes.length) found.set("show", on.join("."));
    return found;
  }

  function restore() {
    const asked = new URLSearchParams(location.search);
    field.value = asked.get("q") || "";
    for (const select of chosen) {
      select.value = asked.get(select.id) || "";
      if (select.selectedIndex < 0) select.value = "";
    }
    const on = asked.has("show") ? asked.get("show").split(".") : null;
    for (const box of boxes) box.checked = !on || on.includes(box.value);
  }

  function apply() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const on = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const [chapter, level, change] = ["chapter", "level", "change"].map((name) => one(name)?.value);
    let shown = 0;
    items.forEach((item, at) => {
      const { o, l, c } = item.dataset, text = texts[at];
      const fits = on.has(o) && (!chapter || text.chapter === chapter) && (!level || l === level)
        && (!change || c === change) && words.every((word) => text.words.includes(word));
      if (item.hidden === fits) item.hidden = !fits;
      shown += fits;
    });
    const filtered = [...state()].length > 0;
    for (const section of sections) {
      section.hidden = filtered && !section.querySelector("[data-o]:not([hidden])");
    }
    count.textContent = filtered ? `${shown} of ${items.length} shown` : `${items.length} behaviours`;
    nothing.hidden = shown > 0;
  }

  let waiting = 0;
  function changed() {
    apply();
    if (!nothing.hidden) {
      const { top, bottom } = nothing.getBoundingClientRect();
      const covered = Math.max(0, tools.getBoundingClientRect().bottom);
      if (top < covered || bottom > innerHeight) nothing.scrollIntoView({ block: "center" });
    }
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const query = state().toString();
      try {
        history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash);
      } catch { /* some browsers keep a file's address as it is */ }
    }, 150);
  }

  function clear() {
    field.value = "";
    for (const select of chosen) select.value = "";
    for (const box of boxes) box.checked = true;
    changed();
  }

  function follow() {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { return; }
    const target = name && one(name);
    if (!target) return;
    const item = target.closest("[data-o]");
    if (item?.hidden) clear();
    for (let at = target.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    const show = () => (item || target).scrollIntoView();
    show();
    requestAnimationFrame(() => requestAnimationFrame(show));
    if (item) (item.querySelector("summary") || item).focus({ preventScroll: true });
  }

  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.nextElementSibling);
      button.textContent = document.execCommand("copy") ? "Copied" : "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }

  function dress(card) {
    for (const pre of card.querySelectorAll("pre.copy:not([data-dressed])")) {
      pre.dataset.dressed = "";
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copier";
      button.textContent = "Copy";
      const lines = [...pre.querySelectorAll("code, mark")];
      const text = () => lines.length ? lines.map((l) => l.textContent.trimEnd()).join("\n") : pre.textContent.trim();
      button.addEventListener("click", () => copy(button, `${text()}\n`));
      pre.before(button);
    }
  }

  function visible() {
    return items.filter((item) => item.tagName === "DETAILS" && !item.hidden);
  }

  function move(step) {
    const cards = visible();
    const here = cards.indexOf(document.activeElement.closest("details.card"));
    const next = cards[here < 0 ? (step > 0 ? 0 : cards.length - 1) : here + step];
    if (!next) return;
    next.firstElementChild.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  }

  const keys = {
    "/": () => field.focus(),
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const cards = visible(), open = !cards.every((card) => card.open);
      for (const card of cards) card.open = open;
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (event.key === "Escape" && (typing || [...state()].length)) clear();
    else if (!typing && one("shortcuts").checked && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  one("keys").addEventListener("click", () => {
    const help = one("help");
    help.hidden = !help.hidden;
    one("keys").setAttribute("aria-expanded", String(!help.hidden));
  });
  one("clear").addEventListener("click", clear);
  for (const control of [field, ...chosen, ...boxes]) control.addEventListener("input", changed);
  document.addEventListener("toggle", (event) => {
    if (event.target.open && event.target.matches(".card")) dress(event.target);
  }, true);
  addEventListener("hashchange", follow);
  let printed = [];
  addEventListener("beforeprint", () => {
    printed = visible().filter((card) => !card.open && !card.classList.contains("blocked"));
    for (const card of printed) card.open = true;
  });
  addEventListener("afterprint", () => {
    for (const card of printed) card.open = false;
  });
  for (const link of document.querySelectorAll("a[data-chapter]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      one("chapter").value = link.dataset.chapter;
      changed();
      tools.scrollIntoView();
    });
  }

  tools.hidden = false;
  for (const card of document.querySelectorAll(".card[open]")) dress(card);
  restore();
  apply();
  follow();
})();
