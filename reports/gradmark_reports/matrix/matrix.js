"use strict";
(async () => {
  const one = (name) => document.getElementById(name);
  const table = one("table"), tools = one("tools"), only = one("only"), field = one("q");
  const all = one("all"), count = one("count"), nothing = one("nothing");
  if (!("DecompressionStream" in window)) {
    one("old").hidden = false;
    return;
  }
  const packed = Uint8Array.from(atob(one("cells").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { words, silent, runs, chapters: fields } = JSON.parse(await new Response(stream).text());
  const kinds = Object.fromEntries(
    Object.entries(words).map(([letter, word]) => [letter, word.replace(" ", "-")]));
  const chapters = Object.fromEntries(Object.entries(fields).map(([name, of]) => {
    const rows = of.slugs.map((slug, at) => {
      const cells = of.cells.map((letters) => letters[at]);
      const asked = cells.filter((letter) => !silent.includes(letter)).length;
      const id = `${name}.${slug}`, title = of.titles[at];
      const text = `${title} ${id}`.toLowerCase();
      return { id, title, text, level: of.levels[at], cells, holds: of.holds[at], asked };
    });
    return [name, { rows, ranked: of.ranked.map((at) => rows[at]) }];
  }));
  const bodies = [...table.querySelectorAll("tbody[data-chapter]")];
  const buttons = new Map();

  function make(name, text, kind) {
    const found = document.createElement(name);
    if (text) found.textContent = text;
    if (kind) found.className = kind;
    return found;
  }

  function line({ id, title, level, cells, holds, asked }) {
    const tr = make("tr", "", "behaviour"), head = make("th"), about = make("small");
    tr.dataset.id = id;
    head.scope = "row";
    about.append(`${holds} of ${asked} · ${level || "level unknown"} `, make("span", id, "id"));
    head.append(make("bdi", title || id), " ", about);
    tr.append(head);
    cells.forEach((letter, at) => {
      const td = make("td", words[letter], kinds[letter]);
      td.dataset.l = letter === "-" ? "–" : letter;
      td.title = `${runs[at]}: ${words[letter]}`;
      tr.append(td);
    });
    return tr;
  }

  const inOrder = () => document.querySelector("input[name=order]:checked").value === "spec";

  function fitting(chapter) {
    const { rows, ranked } = chapters[chapter];
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    return (inOrder() ? rows : ranked).filter(({ text, holds, asked }) =>
      (!only.checked || (holds > 0 && holds < asked)) && wanted.every((word) => text.includes(word)));
  }

  function fill(body) {
    const open = buttons.get(body).getAttribute("aria-expanded") === "true";
    const rows = open ? fitting(body.dataset.chapter).map(line) : [];
    body.replaceChildren(body.firstElementChild, ...rows);
  }

  function toggle(body, open) {
    buttons.get(body).setAttribute("aria-expanded", String(open));
    fill(body);
    const every = bodies.every((b) => buttons.get(b).getAttribute("aria-expanded") === "true");
    all.textContent = every ? "Close all" : "Open all";
    all.setAttribute("aria-pressed", String(every));
  }

  function apply() {
    let shown = 0, size = 0;
    const filtered = only.checked || field.value.trim() !== "";
    for (const body of bodies) {
      const fits = fitting(body.dataset.chapter).length;
      body.hidden = filtered && !fits;
      shown += fits;
      size += chapters[body.dataset.chapter].rows.length;
      fill(body);
    }
    count.textContent = filtered ? `${shown} of ${size} behaviours` : "";
    nothing.hidden = shown > 0;
  }

  function follow() {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { return; }
    const body = bodies.find((b) => name.startsWith(`${b.dataset.chapter}.`) || name === b.id);
    if (!body) return;
    field.value = "";
    only.checked = false;
    apply();
    toggle(body, true);
    const target = [...body.children].find((tr) => tr.dataset.id === name) || body.firstElementChild;
    table.querySelector(".found")?.classList.remove("found");
    target.classList.add("found");
    target.scrollIntoView({ block: "center" });
  }

  for (const body of bodies) {
    const label = body.querySelector(".open"), button = make("button");
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.append(...label.childNodes);
    button.addEventListener("click", () => toggle(body, button.getAttribute("aria-expanded") !== "true"));
    label.replaceWith(button);
    buttons.set(body, button);
  }
  all.addEventListener("click", () => {
    const open = all.getAttribute("aria-pressed") !== "true";
    for (const body of bodies) toggle(body, open);
  });
  for (const control of tools.querySelectorAll("input")) control.addEventListener("input", apply);
  addEventListener("hashchange", follow);
  // A phone has room for letters, not for words.
  const small = matchMedia("(max-width: 44rem)"), many = document.body.classList.contains("narrow");
  const fit = () => document.body.classList.toggle("narrow", many || small.matches);
  small.addEventListener("change", fit);
  fit();
  document.body.classList.add("live");
  tools.hidden = false;
  follow();
})();
