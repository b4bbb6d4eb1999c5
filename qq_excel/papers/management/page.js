"use strict";
// Filters of the management report. Without this script every row is shown and every link still leads to its table.
(() => {
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.querySelector("form.filter");
  const output = form.querySelector("output");
  const tables = $$("table[data-rows]").map((table) => {
    const section = table.closest("section");
    const rows = $$("tbody tr:not(.none)", table);
    return { key: table.dataset.rows, table, rows, texts: rows.map((r) => r.textContent.toLowerCase()),
      chips: section.querySelector(".chips"), asked: new Map() };
  });
  const names = JSON.parse(output.dataset.names);

  $$(".script").forEach((element) => { if (!element.matches(".chips")) element.hidden = false; });

  // keys that a select of the filter bar shows are set there, so that they can be seen and changed
  const controls = { unit: form.elements.unit, level: form.elements.level, band: form.elements.band };
  const ofClaimsOnly = ["level", "band"];

  function wanted(table) {
    const keys = new Map(table.asked);
    for (const [name, control] of Object.entries(controls)) {
      if (control.value && (table.key === "rows" || !ofClaimsOnly.includes(name))) keys.set(name, control.value);
    }
    return keys;
  }

  function money(cents) {
    const [whole, part] = (Math.abs(cents) / 100).toFixed(2).split(".");
    return (cents < 0 ? "-" : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + "." + part;
  }

  function apply() {
    const search = form.elements.q.value.trim().toLowerCase();
    const said = [];
    for (const table of tables) {
      const keys = [...wanted(table)];
      let shown = 0, cents = 0;
      table.rows.forEach((row, i) => {
        const fits = keys.every(([k, v]) => row.dataset[k] === v) && (!search || table.texts[i].includes(search));
        row.hidden = !fits;
        if (fits) { shown += 1; cents += Number(row.dataset.cents || 0); }
      });
      const words = output.dataset[table.key === "rows" ? "claims" : "findings"];
      said.push(words.replace("{n}", shown.toLocaleString()).replace("{of}", table.rows.length.toLocaleString())
        .replace("{sum}", money(cents)));
      chips(table);
    }
    output.textContent = said.join(output.dataset.join);
    $$("main tr[data-unit]").forEach((row) => {
      if (!row.closest("table[data-rows]")) row.hidden = !!controls.unit.value && row.dataset.unit !== controls.unit.value;
    });
  }

  function chips(table) {
    table.chips.replaceChildren();
    table.chips.hidden = table.asked.size === 0;
    for (const [name, value] of table.asked) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `${[names[name], names[value] ?? (value === "1" ? "" : value)].filter(Boolean).join(" ")} ×`;
      button.addEventListener("click", () => { table.asked.delete(name); apply(); });
      table.chips.append(button, " ");
    }
  }

  function clear() {
    form.reset();
    tables.forEach((one) => one.asked.clear());
  }

  // a figure: pick its rows; the link itself then leads there, so that going back returns to the figure
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show]");
    if (!link) return;
    const table = tables.find((one) => `#${one.key}` === link.getAttribute("href"));
    clear();
    for (const [name, value] of new URLSearchParams(link.dataset.show)) {
      const control = controls[name];
      if (control && [...control.options].some((o) => o.value === value)) control.value = value;
      else table.asked.set(name, value);
    }
    apply();
  });

  function sortable(table) {
    $$("thead th", table).forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        $$("th", table).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const number = head.classList.contains("n");
        const value = (row) => {
          const text = row.cells[column].textContent.trim();
          return number ? (text === "" ? -Infinity : Number(text.replace(/[,%]/g, ""))) : text;
        };
        const body = table.tBodies[0];
        const order = [...body.rows].map((row) => [value(row), row]);
        order.sort(([a], [b]) => (number ? a - b : a.localeCompare(b, document.documentElement.lang)) * (up ? 1 : -1));
        body.append(...order.map(([, row]) => row));
      });
    });
  }

  $$("main table").forEach(sortable);
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.clear.addEventListener("click", () => { clear(); apply(); });
  form.elements.print.addEventListener("click", () => window.print());
  apply();
})();
