// Filters of the management report. Without this script every row is shown and every link still leads to its table.
(() => {
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.querySelector("form.filter");
  const output = form.querySelector("output");
  const tables = $$("table[data-rows]").map((table) => {
    const section = table.closest("section");
    const rows = $$("tbody tr:not(.none)", table);
    return { key: table.dataset.rows, table, rows, texts: rows.map((r) => r.textContent.toLowerCase()),
      chips: section.querySelector(".chips"), words: table.dataset.words, asked: new Map(), parts: [] };
  });
  const names = JSON.parse(output.dataset.names);
  const views = JSON.parse(document.getElementById("views").textContent);
  const always = ["rows", "findings"];

  $$(".script").forEach((element) => { if (!element.matches(".chips")) element.hidden = false; });

  // keys that a select of the filter bar shows are set there, so that they can be seen and changed
  const controls = { unit: form.elements.unit, level: form.elements.level, band: form.elements.band };
  const tablesOf = { level: ["rows", "before"], band: ["rows"] };

  function wanted(table) {
    const keys = new Map(table.asked);
    for (const [name, control] of Object.entries(controls)) {
      if (control.value && (tablesOf[name] ?? [table.key]).includes(table.key)) keys.set(name, control.value);
    }
    return keys;
  }

  function money(cents) {
    const [whole, part] = (Math.abs(cents) / 100).toFixed(2).split(".");
    return (cents < 0 ? "-" : "") + whole.replace(/\B(?=(\d{3})+$)/g, ",") + "." + part;
  }

  const has = (row, keys) => keys.every(([k, v]) => (v === "*" ? row.dataset[k] : row.dataset[k] === v));

  function counted(words, rows, of) {
    const sum = rows.reduce((all, row) => all + Number(row.dataset.adds || 0), 0);
    return words.replace("{n}", rows.length.toLocaleString()).replace("{of}", of.toLocaleString())
      .replace("{sum}", money(sum)).replace("{total}", sum.toLocaleString());
  }

  function apply() {
    const search = form.elements.q.value.trim().toLowerCase();
    const said = [];
    for (const table of tables) {
      const keys = [...wanted(table)];
      const fit = table.rows.filter((row, i) => has(row, keys) && (!search || table.texts[i].includes(search)));
      // of a rate: the rows of both its parts, and how much each adds up to
      const parts = table.parts.map((part) => ({ ...part, rows: fit.filter((row) => has(row, part.keys)) }));
      const shown = new Set(parts.length ? parts.flatMap((part) => part.rows) : fit);
      const marked = new Set(parts.length > 1 ? parts[0].rows : []);
      for (const row of table.rows) {
        row.hidden = !shown.has(row);
        row.classList.toggle("part", marked.has(row));
      }
      for (const part of parts) part.words = counted(table.words, part.rows, table.rows.length);
      if (parts.length) said.push(...parts.map((part) => `${names[part.name]} ${part.words}`));
      else if (always.includes(table.key) || table.asked.size) said.push(counted(table.words, [...shown], table.rows.length));
      chips(table, parts);
    }
    output.textContent = said.join(output.dataset.join);
    const unit = controls.unit.value;
    $$("main tr[data-unit]").forEach((row) => {
      if (!row.closest("table[data-rows]")) row.hidden = !!unit && row.dataset.unit !== unit;
    });
    $$("main table[data-of]").forEach((table) => {
      if (table.tFoot && table.querySelector("tr[data-unit]")) table.tFoot.hidden = !!unit;
    });
    view(unit);
  }

  function chips(table, parts) {
    table.chips.replaceChildren();
    table.chips.hidden = table.asked.size === 0 && parts.length === 0;
    const chip = (words, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words;
      button.addEventListener("click", () => { act(); apply(); });
      table.chips.append(button, " ");
    };
    const picked = (part) => () => { table.parts = []; part.keys.forEach(([k, v]) => table.asked.set(k, v)); };
    for (const part of parts) chip(`${names[part.name]} ${part.words}`, picked(part));
    if (parts.length) chip("×", () => tables.forEach((one) => { one.parts = []; }));
    for (const [name, value] of table.asked) {
      const words = [names[name], names[value] ?? (value === "1" ? "" : value)].filter(Boolean).join(" ");
      chip(`${words} ×`, () => table.asked.delete(name));
    }
  }

  function clear() {
    form.reset();
    tables.forEach((one) => { one.asked.clear(); one.parts = []; });
  }

  // --- the unit's own figures, tables and charts in the place of those of the whole ---

  const tiles = $$(".tiles li").map((tile) => ({ tile, whole: [...tile.querySelectorAll("b, small")].map((x) => x.textContent),
    bad: tile.classList.contains("bad") }));
  const parts = $$("section.part").map((section) => {
    const table = section.querySelector("table[data-of]"), figure = section.querySelector("figure .wide");
    return { section, key: section.id, table, figure, chart: figure && figure.firstElementChild, about: section.querySelector(".about"),
      said: section.querySelector(".about")?.textContent, body: table && table.tBodies[0], foot: table && table.tFoot };
  });
  let now = "";

  function view(unit) {
    const own = unit ? views.units[unit] : undefined;
    const name = own ? unit : "";
    if (name === now) return;
    now = name;
    tiles.forEach(({ tile, whole, bad }, n) => {
      const [figure, under] = own ? own.tiles[n] : whole;
      tile.querySelector("b").textContent = figure;
      tile.querySelector("small").textContent = under;
      tile.classList.toggle("bad", own ? !!own.tiles[n][2] : bad);
    });
    for (const part of parts) {
      const mine = own && own.sections[part.key];
      if (part.chart) part.figure.replaceChildren(mine && mine.chart ? charted(part.key, mine.chart) : part.chart);
      if (part.about) part.about.textContent = mine && mine.about ? mine.about : part.said;
      const whose = part.section.querySelector(".whose");
      if (whose) whose.textContent = mine ? whose.dataset.own.replace("{unit}", unit) : whose.dataset.all;
      if (part.table && (!own || (mine && mine.rows))) tabled(part, mine);
    }
    const whose = document.querySelector("#figures .whose");
    whose.textContent = own ? whose.dataset.own.replace("{unit}", unit) : whose.dataset.all;
  }

  function charted(key, marks) {
    const spec = views.charts[key];
    if (!marks.length) {
      const none = document.createElement("p");
      none.textContent = output.dataset.none;
      return none;
    }
    return drawChart(spec, marks, (mark) => {
      const value = spec.money ? money(Math.round(mark[2] * 1e6)) : mark[2].toLocaleString();
      return `${mark[0]} · ${spec.parts[mark[1]][0]}: ${value}`;
    });
  }

  function tabled(part, mine) {
    const { table, body, foot } = part;
    table.tBodies[0].remove();
    if (table.tFoot) table.tFoot.remove();
    if (!mine) {
      table.append(body, ...(foot ? [foot] : []));
      return;
    }
    const fresh = table.createTBody();
    mine.rows.forEach((cells) => fresh.append(rowOf(table, cells)));
    if (!mine.rows.length) {
      const cell = fresh.insertRow().insertCell();
      cell.colSpan = table.tHead.rows[0].cells.length;
      cell.textContent = output.dataset.none;
    }
    if (mine.total) table.createTFoot().append(rowOf(table, mine.total));
  }

  // a cell is its text, or [text, show, table] (without a table: the claims), or of a rate [text, show, table, show of the whole, its table]
  function rowOf(table, cells) {
    const row = document.createElement("tr");
    cells.forEach((value, n) => {
      const cell = row.insertCell();
      const [text, show, to = "rows", of, within] = Array.isArray(value) ? value : [value];
      cell.className = table.tHead.rows[0].cells[n].classList.contains("n") ? "n" : text.length > 14 ? "long" : "short";
      let holder = cell;
      if (show !== undefined) {
        holder = document.createElement("a");
        holder.href = `#${to}`;
        holder.dataset.show = show;
        if (within) { holder.dataset.of = of; holder.dataset.in = within; }
        cell.append(holder);
      }
      holder.textContent = text;
    });
    return row;
  }

  // --- a figure: pick its rows; the link itself then leads there, so that going back returns to the figure ---

  function pick(name, value, table) {
    const control = controls[name];
    if (control && [...control.options].some((o) => o.value === value)) control.value = value;
    else if (table) table.asked.set(name, value);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show]");
    if (!link) return;
    const of = (key) => tables.find((one) => one.key === key);
    const first = link.getAttribute("href").slice(1);
    const kept = now;
    clear();
    const keys = [...new URLSearchParams(link.dataset.show)];
    if (link.dataset.in) {
      const whole = [...new URLSearchParams(link.dataset.of)];
      of(first).parts.push({ name: "part", keys });
      of(link.dataset.in).parts.push({ name: "whole", keys: whole });
      const unit = keys.find(([k, v]) => k === "unit" && whole.some(([of, value]) => of === k && value === v));
      if (unit) pick(...unit);
    } else {
      keys.forEach(([name, value]) => pick(name, value, of(first)));
    }
    if (kept && !controls.unit.value) controls.unit.value = kept;
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
