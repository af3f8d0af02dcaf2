// What the page does by itself, as plain browser JavaScript: theme, sort, filter, open, read values under the pointer
// or by arrow keys. Data reaches the page only through textContent; there is no innerHTML and no eval.

/** Runs in the head, before anything is drawn: marks that scripts run, so that details start closed. */
export const earlyScript: string = `document.documentElement.classList.add("js");`;

const theme = `
const root = document.documentElement;
const themeButton = document.getElementById("theme");
const themes = ["auto", "light", "dark"];
themeButton.addEventListener("click", () => {
  const next = themes[(themes.indexOf(root.dataset.theme || "auto") + 1) % 3];
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  document.getElementById("theme-name").textContent = next;
});`;

const table = String.raw`
const table = document.getElementById("column-table");
const bodies = [...table.tBodies];
const setOpen = (body, open) => {
  const button = body.querySelector("button.open");
  if (!button) return;
  body.classList.toggle("is-open", open);
  button.setAttribute("aria-expanded", String(open));
};
for (const body of bodies) {
  setOpen(body, false);
  body.querySelector("button.open")?.addEventListener("click", () => setOpen(body, !body.classList.contains("is-open")));
}
const openAll = document.getElementById("open-all");
openAll.addEventListener("click", () => {
  const open = openAll.getAttribute("aria-pressed") !== "true";
  openAll.setAttribute("aria-pressed", String(open));
  openAll.textContent = open ? "Close all" : "Open all";
  for (const body of bodies) setOpen(body, open);
});
const camel = (key) => key.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const collator = new Intl.Collator([], { numeric: true });
for (const button of table.querySelectorAll("[data-sort]")) {
  button.addEventListener("click", () => {
    const head = button.closest("th");
    const ascending = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.querySelectorAll("th[aria-sort]")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    const key = camel(button.dataset.sort);
    const isNumber = button.dataset.kind === "number";
    const sign = ascending ? 1 : -1;
    bodies.sort((a, b) => {
      const [x, y] = [a.dataset[key], b.dataset[key]];
      if (!isNumber) return sign * collator.compare(x, y);
      if (x === "" || y === "") return (x === "") - (y === "");
      return sign * (Number(x) - Number(y));
    });
    table.append(...bodies);
  });
}
const search = document.getElementById("column-filter");
const type = document.getElementById("type-filter");
const shown = document.getElementById("column-count");
const filter = () => {
  const words = search.value.trim().toLowerCase();
  let count = 0;
  for (const body of bodies) {
    const match = body.dataset.name.toLowerCase().includes(words) && (!type.value || body.dataset.type === type.value);
    body.hidden = !match;
    if (match) count++;
  }
  shown.textContent = count + " of " + bodies.length;
};
search.addEventListener("input", filter);
type.addEventListener("change", filter);
const follow = () => {
  const target = document.getElementById(location.hash.slice(1));
  if (target && target.tagName === "DETAILS") {
    target.open = true;
    target.scrollIntoView({ block: "start" });
  }
  const body = /^#column-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
  if (!body) return;
  if (body.hidden) { search.value = ""; type.value = ""; filter(); }
  setOpen(body, true);
  body.scrollIntoView({ block: "start" });
};
addEventListener("hashchange", follow);
follow();`;

const tooltip = `
const tooltip = document.getElementById("tooltip");
const hideTip = () => { tooltip.hidden = true; };
const showTip = (text, x, y) => {
  tooltip.textContent = text;
  tooltip.hidden = false;
  const box = tooltip.getBoundingClientRect();
  tooltip.style.left = Math.max(6, Math.min(innerWidth - box.width - 6, x + 14)) + "px";
  tooltip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 10 : y + 18) + "px";
};
addEventListener("scroll", hideTip, { passive: true });`;

const charts = String.raw`
for (const chart of document.querySelectorAll("svg.chart")) {
  let tips = null;
  let current = -1;
  const cursor = chart.querySelector(".cursor");
  const rows = chart.querySelectorAll("g");
  const edges = cursor
    ? [Number(chart.dataset.left), Number(chart.dataset.right)]
    : [Number(chart.dataset.top), Number(chart.dataset.bottom)];
  const show = (index, x, y) => {
    tips ??= JSON.parse(chart.dataset.tips);
    current = Math.max(0, Math.min(tips.length - 1, index));
    const [name, real, synthetic, holdout] = tips[current];
    if (cursor) {
      const at = String(edges[0] + ((current + 0.5) / tips.length) * (edges[1] - edges[0]));
      cursor.setAttribute("x1", at);
      cursor.setAttribute("x2", at);
      cursor.classList.add("on");
    } else rows.forEach((row, place) => row.classList.toggle("on", place === current));
    const lines = [name || "(empty)", "real " + real + ", synthetic " + synthetic];
    if (holdout !== undefined) lines.push("real holdout " + holdout);
    showTip(lines.join("\n"), x, y);
  };
  const leave = () => {
    hideTip();
    current = -1;
    cursor?.classList.remove("on");
    for (const row of rows) row.classList.remove("on");
  };
  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    tips ??= JSON.parse(chart.dataset.tips);
    const at = cursor
      ? ((event.clientX - box.left) / box.width) * Number(chart.dataset.width)
      : ((event.clientY - box.top) / box.height) * Number(chart.dataset.height);
    show(Math.floor(((at - edges[0]) / (edges[1] - edges[0])) * tips.length), event.clientX, event.clientY);
  });
  chart.addEventListener("pointerleave", leave);
  chart.addEventListener("blur", leave);
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") leave();
    if (!step) return;
    event.preventDefault();
    const box = chart.getBoundingClientRect();
    show(current + step, box.left + box.width / 2, box.top + box.height / 2);
  });
}`;

const heatMaps = String.raw`
const pairData = document.getElementById("pair-data");
if (pairData) {
  const { names, pairs } = JSON.parse(pairData.textContent);
  const count = names.length;
  const readout = document.getElementById("map-readout");
  const two = (value) => (value === null ? "n/a" : (value / 1000).toFixed(2));
  const describe = (row, column) => {
    if (row === column) return names[row] + " with itself";
    const pair = pairs[pairIndex(Math.min(row, column), Math.max(row, column))];
    const lines = [names[row] + " \u00d7 " + names[column]];
    if (!pair) return lines[0] + "\nnot compared";
    const [real, synthetic, score, counted, isCorrelation] = pair;
    lines.push((isCorrelation ? "correlation" : "association") + ": real " + two(real) + ", synthetic " + two(synthetic));
    lines.push(score === null ? "score not defined" : "score " + (score / 10).toFixed(1) + "%");
    if (!counted) lines.push("not counted in the average");
    return lines.join("\n");
  };
  const pairIndex = (i, j) => i * count - (i * (i + 1)) / 2 + (j - i - 1);
  for (const map of document.querySelectorAll("[data-map]")) {
    const cell = Number(map.dataset.cell);
    const cursor = map.querySelector(".map-cursor");
    const at = { row: 0, column: 0 };
    const show = (row, column, x, y) => {
      at.row = Math.max(0, Math.min(count - 1, row));
      at.column = Math.max(0, Math.min(count - 1, column));
      cursor.hidden = false;
      cursor.style.left = at.column * cell + "px";
      cursor.style.top = at.row * cell + "px";
      cursor.style.width = cursor.style.height = cell - 1 + "px";
      const text = describe(at.row, at.column);
      readout.textContent = text.replaceAll("\n", " \u00b7 ");
      showTip(text, x, y);
    };
    const leave = () => { hideTip(); cursor.hidden = true; };
    map.addEventListener("pointermove", (event) => {
      const box = map.getBoundingClientRect();
      const [x, y] = [event.clientX, event.clientY];
      show(Math.floor((y - box.top) / cell), Math.floor((x - box.left) / cell), x, y);
    });
    map.addEventListener("pointerleave", leave);
    map.addEventListener("blur", leave);
    map.addEventListener("keydown", (event) => {
      const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
      if (event.key === "Escape") leave();
      if (!move) return;
      event.preventDefault();
      show(at.row + move[0], at.column + move[1], 0, 0);
      cursor.scrollIntoView({ block: "nearest", inline: "nearest" });
      const box = cursor.getBoundingClientRect();
      show(at.row, at.column, box.right, box.bottom);
    });
  }
}`;

/** Runs at the end of the body; in a scope of its own. */
export const pageScript: string = `"use strict";(() => {${theme}${table}${tooltip}${charts}${heatMaps}
})();`;
