// What the page does besides: firms listed while typing, trials in place, printing. Without it everything works, too.
"use strict";

const WAIT_MS = 180;

function suggest(box) {
  const input = box.querySelector("input");
  const hint = box.querySelector(".hint");
  const list = document.createElement("ul");
  let timer, asked = 0, active = -1;
  list.className = "options";
  list.id = input.id + "-options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "符合的企业");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["aria-expanded", "false"]]) {
    input.setAttribute(name, value);
  }

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(option) {
    input.value = option.dataset.code;
    hint.textContent = option.dataset.name || "";
    close();
    input.focus();
  }

  function mark(place) {
    const options = [...list.children];
    if (!options.length) return;
    active = (place + options.length) % options.length;
    options.forEach((one, number) => one.setAttribute("aria-selected", String(number === active)));
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    list.replaceChildren(...found.map((firm, number) => {
      const option = document.createElement("li");
      const name = document.createElement("b");
      const code = document.createElement("span");
      name.textContent = firm.name || "（名称未知）";
      code.textContent = firm.entity_id;
      option.append(name, code);
      option.id = `${list.id}-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.code = firm.entity_id;
      option.dataset.name = firm.name || "";
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
      return option;
    }));
    active = -1;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (!found.length) hint.textContent = "没有找到符合的企业";
  }

  async function ask() {
    const text = input.value.trim(), turn = ++asked;
    if (!text) { close(); hint.textContent = ""; return; }
    try {
      const told = await fetch(`${box.dataset.search}?q=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } });
      if (told.ok && !told.redirected && turn === asked && document.activeElement === input) show(await told.json());
    } catch { close(); }
  }

  input.addEventListener("input", () => { hint.textContent = ""; clearTimeout(timer); timer = setTimeout(ask, WAIT_MS); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) { ask(); } else { mark(event.key === "ArrowDown" ? active + 1 : Math.max(active, 0) - 1); }
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      choose(list.children[active]);
      event.preventDefault();
    } else if (event.key === "Escape" && !list.hidden) {
      close();
      event.preventDefault();
    }
  });
}

function tryInPlace(form) {
  let turn = 0;

  async function send(submitter) {
    const mine = ++turn, place = document.getElementById(form.dataset.part);
    const body = new URLSearchParams(new FormData(form));
    if (submitter && submitter.name) body.set(submitter.name, submitter.value);
    place.setAttribute("aria-busy", "true");
    try {
      const told = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" } });
      if (told.redirected || ![200, 422].includes(told.status)) throw new Error(String(told.status));
      const part = new DOMParser().parseFromString(await told.text(), "text/html").getElementById(form.dataset.part);
      if (mine === turn && part) put(place, part);
    } catch {
      if (submitter) { const typed = document.createElement("input"); typed.type = "hidden"; typed.name = submitter.name || "set"; typed.value = submitter.value || ""; form.append(typed); }
      form.submit(); // the server then says on a whole page what is wrong
    }
  }

  function put(place, part) {
    const typed = JSON.parse(part.dataset.typed || "{}");
    place.replaceWith(part);
    for (const [name, value] of Object.entries(typed)) {
      const field = document.getElementById("t-" + name);
      if (field && field.value !== value) field.value = value;
    }
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); send(event.submitter); });
  form.addEventListener("change", () => { if (form.checkValidity()) send(null); });
}

for (const box of document.querySelectorAll("[data-search]")) suggest(box);
for (const form of document.querySelectorAll("form[data-part]")) tryInPlace(form);
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
