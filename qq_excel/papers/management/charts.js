"use strict";
// Charts of one unit, in the looks of those of the whole, which stand in the page already drawn.
// Each mark is [name, part, value, show, table] (without a table: the claims); spec says how they are drawn (see unit_views.py).
const drawChart = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 860, INK = "#262626", SOFT = "#4F5863", GRID = "#E3E7EC";

  function make(name, attributes, parent, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    if (parent) parent.append(element);
    return element;
  }

  const wide = (text, size) => [...text].reduce((sum, c) => sum + (c.codePointAt(0) > 0x2e7f ? size : size * 0.56), 0);

  function clipped(text, size, most) {
    if (wide(text, size) <= most) return text;
    let short = text;
    while (short && wide(short + "…", size) > most) short = short.slice(0, -1);
    return short + "…";
  }

  const number = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 6 });

  // about seven ticks at round numbers, from the smallest to the largest value
  function scale(low, high, from, to) {
    const span = high - low || 1;
    const power = 10 ** Math.floor(Math.log10(span / 6));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => span / n <= 7);
    const first = Math.floor(low / step), last = Math.max(Math.ceil(high / step), first + 1);
    const ticks = Array.from({ length: last - first + 1 }, (_, n) => Number(((first + n) * step).toPrecision(12)));
    const at = (value) => from + (value - ticks[0]) / (ticks.at(-1) - ticks[0]) * (to - from);
    return { ticks, at };
  }

  function legend(svg, parts) {
    let x = 10, y = 16;
    for (const [name, ink] of parts) {
      const room = 24 + wide(name, 13) + 14;
      if (x + room > WIDTH && x > 10) { x = 10; y += 20; }
      make("rect", { x, y: y - 10, width: 11, height: 11, fill: ink }, svg);
      make("text", { x: x + 17, y, "font-size": 13, fill: INK }, svg, name);
      x += room;
    }
    return y + 14;
  }

  // a link to the rows of a mark; the table under the chart has the same for the keyboard
  function linked(svg, mark, words) {
    let parent = svg;
    if (mark[3] !== undefined) parent = make("a", { href: `#${mark[4] ?? "rows"}`, "data-show": mark[3], tabindex: -1 }, svg);
    return (name, attributes) => make("title", {}, make(name, attributes, parent), words);
  }

  // where each mark of bars or columns begins and ends: stacked apart above and below zero, or each from zero
  function stacked(marks, grouped) {
    const ends = new Map();
    return marks.map((mark) => {
      if (grouped) return [0, mark[2]];
      const key = `${mark[0]} ${mark[2] < 0}`;
      const start = ends.get(key) ?? 0;
      ends.set(key, start + mark[2]);
      return [start, start + mark[2]];
    });
  }

  return function drawChart(spec, marks, words) {
    const svg = make("svg", { class: "chart", "aria-hidden": "true", focusable: "false" });
    const names = [...new Set(marks.map((m) => m[0]))];
    const used = [...new Set(marks.map((m) => m[1]))].sort((a, b) => a - b);
    const top = legend(svg, used.map((n) => spec.parts[n]));
    const spans = spec.kind === "lines" ? marks.map((m) => [0, m[2]]) : stacked(marks, spec.grouped);
    const low = Math.min(0, ...spans.flat()), high = Math.max(0, ...spans.flat());
    let bottom;
    if (spec.kind === "bars") {
      const left = 12 + Math.min(190, Math.max(...names.map((n) => wide(n, 12))));
      const row = spec.grouped ? Math.max(28, 17 * used.length) + 10 : 28;
      bottom = top + row * names.length;
      const { ticks, at } = scale(low, high, left, WIDTH - 24);
      for (const tick of ticks) {
        make("line", { x1: at(tick), x2: at(tick), y1: top, y2: bottom, stroke: GRID }, svg);
        make("text", { x: at(tick), y: bottom + 16, "font-size": 12, fill: INK, "text-anchor": "middle" }, svg, number(tick));
      }
      make("text", { x: (left + WIDTH) / 2, y: bottom + 36, "font-size": 12, fill: SOFT, "text-anchor": "middle" }, svg, spec.axis);
      names.forEach((name, n) => make("text", { x: left - 8, y: top + row * (n + 0.5) + 4, "font-size": 12, fill: INK,
        "text-anchor": "end" }, svg, clipped(name, 12, 190)));
      marks.forEach((mark, n) => {
        const [from, to] = spans[n].map(at);
        const thick = spec.grouped ? (row - 10) / used.length : row - 6;
        const shift = spec.grouped ? 5 + used.indexOf(mark[1]) * thick : 3;
        linked(svg, mark, words(mark))("path", { fill: spec.parts[mark[1]][1],
          d: `M${from},${top + row * names.indexOf(mark[0]) + shift}H${to}v${thick}H${from}Z` });
      });
      bottom += 44;
    } else {
      const left = 78, high_ = 220, step = (WIDTH - left - 12) / names.length;
      bottom = top + high_;
      const { ticks, at } = scale(low, high, bottom, top);
      for (const tick of ticks) {
        make("line", { x1: left, x2: WIDTH - 12, y1: at(tick), y2: at(tick), stroke: GRID }, svg);
        make("text", { x: left - 6, y: at(tick) + 4, "font-size": 12, fill: INK, "text-anchor": "end" }, svg, number(tick));
      }
      const turned = step < 80;
      const middle = (name) => left + step * (names.indexOf(name) + 0.5);
      names.forEach((name) => {
        const x = middle(name), y = bottom + 16;
        const how = turned ? { "text-anchor": "end", transform: `rotate(-45 ${x} ${y})` } : { "text-anchor": "middle" };
        make("text", { x, y, "font-size": 12, fill: INK, ...how }, svg, clipped(name, 12, 110));
      });
      make("text", { x: 14, y: top + high_ / 2, "font-size": 12, fill: SOFT, "text-anchor": "middle",
        transform: `rotate(-90 14 ${top + high_ / 2})` }, svg, spec.axis);
      if (spec.kind === "columns") {
        marks.forEach((mark, n) => {
          const [from, to] = spans[n].map(at);
          if (mark[2]) linked(svg, mark, words(mark))("path", { fill: spec.parts[mark[1]][1],
            d: `M${middle(mark[0]) - step * 0.42},${from}V${to}h${step * 0.84}V${from}Z` });
        });
      } else {
        for (const part of used) {
          const mine = marks.filter((m) => m[1] === part), ink = spec.parts[part][1];
          const points = mine.map((m) => `${middle(m[0])},${at(m[2])}`).join(" ");
          make("polyline", { points, fill: "none", stroke: ink, "stroke-width": 2 }, svg);
          for (const mark of mine) {
            linked(svg, mark, words(mark))("circle", { cx: middle(mark[0]), cy: at(mark[2]), r: 4, fill: ink });
          }
        }
      }
      bottom += turned ? 78 : 30;
    }
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${bottom}`);
    return svg;
  };
})();
