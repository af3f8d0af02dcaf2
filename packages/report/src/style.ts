// The look: dense and calm like a printed page, system fonts, one accent. Real data is neutral ink, synthetic data is
// blue; both differ in form too (area and line, wide and slim bar), so colour is never the only sign.
// Every colour is a pair for light and dark; the theme button only changes `color-scheme`.

import { chartStyle } from "./style-charts.ts";
import { partStyle } from "./style-parts.ts";

const tokens = `
:root { color-scheme: light dark;
  --paper: light-dark(#faf9f6, #131519); --surface: light-dark(#ffffff, #1a1d23); --sunken: light-dark(#f1efea, #22262e);
  --ink: light-dark(#1a1c21, #e9e7e2); --quiet: light-dark(#5a5f6a, #a4a9b4); --rule: light-dark(#dfdcd4, #31363f);
  --control: light-dark(#83868f, #767c88);
  --real: light-dark(#3d424c, #c9cdd6); --real-fill: light-dark(#d5d3cd, #454b56);
  --synthetic: light-dark(#1d57c9, #7fabff); --holdout: light-dark(#7a5a12, #d8b25a);
  --excellent: light-dark(#1b6b45, #62c795); --good: light-dark(#2f6a1f, #8fc46a); --fair: light-dark(#84560a, #e0aa48);
  --poor: light-dark(#ab3018, #ff8d6e); --focus: light-dark(#1d57c9, #9dbeff);
  --serif: ui-serif, "Iowan Old Style", "Palatino Linotype", Charter, "Source Serif 4", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }`;

const page = `
* { box-sizing: border-box; }
html { scroll-padding-top: 56px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--sans); font-variant-numeric: tabular-nums; }
main, footer, nav > div { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
h1, h2 { font-family: var(--serif); font-weight: 600; letter-spacing: -0.01em; line-height: 1.15; overflow-wrap: anywhere; }
h1 { font-size: clamp(28px, 4.4vw, 44px); margin: 4px 0 12px; }
h2 { font-size: 27px; margin: 0 0 6px; }
h3 { font-size: 16px; margin: 28px 0 8px; }
h4, .label-head { font-size: 12px; margin: 12px 0 4px; color: var(--quiet); text-transform: uppercase; letter-spacing: 0.06em; }
p { margin: 0 0 10px; }
a { color: var(--synthetic); text-underline-offset: 2px; }
code { font-family: var(--mono); font-size: 0.92em; background: var(--sunken); padding: 1px 5px; border-radius: 3px; }
section { border-top: 1px solid var(--rule); padding: 30px 0 12px; margin-top: 30px; }
.lead { color: var(--quiet); max-width: 76ch; margin-bottom: 16px; }
.quiet { color: var(--quiet); } .small { font-size: 13px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
html:not(.js) .script-only { display: none; }
.skip { position: absolute; left: -9999px; top: 8px; z-index: 20; background: var(--surface); padding: 6px 10px; }
.skip:focus { left: 8px; }
nav { position: sticky; top: 0; z-index: 10; background: var(--paper); border-bottom: 1px solid var(--rule); }
nav > div { display: flex; gap: 18px; align-items: center; height: 46px; }
nav ul { display: flex; gap: 13px; list-style: none; margin: 0; padding: 0; overflow-x: auto; flex: 1; scrollbar-width: none; }
nav a { color: var(--quiet); text-decoration: none; white-space: nowrap; font-size: 13.5px; padding: 4px 0; }
nav a:hover { color: var(--ink); text-decoration: underline; }
nav .brand { color: var(--ink); font-family: var(--serif); font-weight: 600; font-size: 17px; }
button, input, select { font: inherit; font-size: 14px; color: var(--ink); background: var(--surface);
  border: 1px solid var(--control); border-radius: 4px; padding: 4px 10px; min-height: 32px; }
button { cursor: pointer; white-space: nowrap; }
button:hover { background: var(--sunken); }
footer { color: var(--quiet); padding-top: 22px; padding-bottom: 40px; font-size: 13px; }`;

const header = `
header#top { padding-top: 34px; }
.eyebrow { font-size: 12px; letter-spacing: 0.09em; text-transform: uppercase; color: var(--quiet); margin: 0; }
.facts { list-style: none; margin: 0 0 20px; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px; color: var(--quiet); }
.facts b { color: var(--ink); font-weight: 600; overflow-wrap: anywhere; }
.verdict { font-family: var(--serif); font-size: clamp(18px, 2.2vw, 22px); line-height: 1.4; max-width: 62ch; margin-bottom: 22px;
  overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: 1.35fr repeat(4, 1fr); gap: 0; border: 1px solid var(--rule); border-radius: 6px;
  background: var(--surface); overflow: hidden; }
.card { padding: 14px 18px 12px; border-left: 1px solid var(--rule); min-width: 0; }
.card:first-child { border-left: 0; }
.card h2 { margin: 0; font: 600 14px/1.5 var(--sans); letter-spacing: 0; }
.card .figure { font-size: 28px; line-height: 1.2; margin: 2px 0 4px; font-weight: 600; letter-spacing: -0.02em; white-space: nowrap; }
.card.main .figure { font-size: 40px; line-height: 1.05; }
.card .score-bar { width: 100%; display: block; }
.card p { margin: 4px 0 0; font-size: 13px; } .card .means { color: var(--quiet); }
.ceiling-line { color: var(--quiet); } .ceiling-line b { color: var(--ink); }
.band { font-size: 13px; font-weight: 600; letter-spacing: 0; vertical-align: middle; padding: 2px 8px; border-radius: 99px; border: 1px solid; }
.excellent { color: var(--excellent); } .good { color: var(--good); } .fair { color: var(--fair); } .poor { color: var(--poor); }
.unknown { color: var(--quiet); }
.hint { margin: 14px 0 0; color: var(--quiet); max-width: 90ch; } .hint.warn a { color: var(--fair); font-weight: 600; }`;

const tables = `
.table-scroll { overflow-x: auto; margin: 0 0 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: middle; }
thead th { font-size: 13px; line-height: 22px; color: var(--quiet); font-weight: 600; vertical-align: bottom; white-space: nowrap; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
td.number:last-child, th.number:last-child { padding-right: 4px; }
.fixed { display: inline-block; min-width: 52px; }
.name { display: inline-block; max-width: 300px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
.sortable thead button { border: 0; background: none; padding: 0; line-height: 22px; min-height: 0; color: inherit; font-weight: 600; font-size: 13px; }
.sortable thead button::after { content: "\\2195"; opacity: 0.75; margin-left: 4px; }
.sortable [aria-sort="ascending"] button::after { content: "\\2191"; opacity: 1; }
.sortable [aria-sort="descending"] button::after { content: "\\2193"; opacity: 1; }
.sortable [aria-sort] button { color: var(--ink); }
.sortable tbody:hover > tr:first-child > * { background: var(--sunken); }
.sortable tbody { content-visibility: auto; }
.open, .closed { padding: 2px 4px 2px 0; }
.open { border: 0; background: none; min-height: 0; text-align: left; font-weight: 600; }
.open::before { content: "\\25B8"; color: var(--quiet); display: inline-block; width: 18px; }
.open[aria-expanded="true"]::before { content: "\\25BE"; }
html:not(.js) .open::before { content: none; }
.closed { padding-left: 18px; }
.js tbody:not(.is-open) > .details-row { display: none; }
.details-row > td { background: var(--surface); padding: 14px 18px; }
.details { display: grid; grid-template-columns: minmax(280px, 460px) 1fr; gap: 8px 32px; }
.details .label-head:first-child { margin-top: 0; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-bottom: 10px; font-size: 14px; color: var(--quiet); }
.controls input { width: 220px; }
.timings { width: auto; } .total > * { font-weight: 600; border-bottom: 0; }
details > summary { cursor: pointer; margin: 8px 0; color: var(--synthetic); width: fit-content; }
.check-summary { font-weight: 600; } .check-summary.failed { color: var(--poor); } .check-summary.passed { color: var(--excellent); }
.warnings { padding-left: 18px; } .warnings li { margin-bottom: 6px; overflow-wrap: anywhere; }
.record > div { min-width: 0; } .record { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 0 40px; }
.facts-list { display: grid; grid-template-columns: fit-content(45%) minmax(0, 1fr); gap: 3px 18px; font-size: 14px; margin: 0 0 10px; }
.facts-list dt { color: var(--quiet); overflow-wrap: anywhere; } .facts-list dd { margin: 0; overflow-wrap: anywhere; font-family: var(--mono); font-size: 13px; }
.definitions { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 14px 36px; margin: 0; }
.definitions dt { font-weight: 600; } .definitions dd { margin: 0; color: var(--quiet); font-size: 14px; }`;

const narrowAndPrint = `
@media (max-width: 980px) { .cards { grid-template-columns: repeat(4, 1fr); }
  .card.main { grid-column: 1 / -1; border-bottom: 1px solid var(--rule); } .card:nth-child(2) { border-left: 0; } }
@media (max-width: 640px) { main, footer, nav > div { padding: 0 16px; } .cards { grid-template-columns: 1fr 1fr; }
  .card { padding: 12px 14px 10px; } .card:nth-child(n + 4) { border-top: 1px solid var(--rule); } .card:nth-child(even) { border-left: 0; }
  .details { grid-template-columns: 1fr; } .name { max-width: 150px; } .wide-only { position: absolute; left: -9999px; } .controls input { width: 160px; } nav > div { gap: 12px; }
  .details-row > td { padding: 12px 0; } .details { max-width: calc(100vw - 32px); }
  .record > div { min-width: 0; } .record { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 0 40px; }
.facts-list { grid-template-columns: minmax(0, 1fr); } .facts-list dd { margin-bottom: 6px; } section { padding-top: 22px; margin-top: 22px; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (forced-colors: active) { .real-area, .real-bar, .score-bar .fill { forced-color-adjust: none; } }
@page { margin: 14mm 12mm; }
@media print { :root, :root[data-theme] { color-scheme: light; } body { font-size: 11px; background: #fff; } nav, .controls, .skip, .map-readout,
  .one-at-a-time > label { display: none; } main { max-width: none; padding: 0; } section { margin-top: 14px; padding-top: 14px; }
  .column-card, figure, .cards, tr, .pair-details, .lead, h2, h3 { break-inside: avoid; } h2, h3, .lead, .key, h2 + p, h3 + p { break-after: avoid; } * { print-color-adjust: exact; }
  details::details-content { content-visibility: visible; } .definitions { grid-template-columns: 1fr 1fr; } footer { break-before: avoid; padding-bottom: 0; }
  .answers { grid-template-columns: repeat(4, 1fr); } .planes { grid-template-columns: repeat(4, 1fr); } .interval { width: 76px; }
  .means { min-width: 0; } .small { font-size: 9.5px; } td.small { font-size: 8.5px; overflow-wrap: anywhere; white-space: normal; } table { font-size: 9.5px; } thead th, .sortable thead button { font-size: 9px; line-height: 1.3; } thead th { white-space: normal; } th, td { padding: 3px 8px 3px 0; }
  .estimate, td .range-text { white-space: normal; font-size: 8.5px; } .estimate b { font-size: 9.5px; } .name { max-width: 120px; } .spark { width: 70px; }
  td .score-bar { width: 50px; } .wrap { min-width: 90px; } .joint th, .joint td { min-width: 0; padding: 2px 4px; }
  .one-at-a-time > figure.map { display: block; } .map-scroll, .table-scroll { overflow: visible; max-height: none; } }`;

/** The style sheet of the report. */
export const pageStyle: string = [tokens, page, header, tables, chartStyle, partStyle, narrowAndPrint].join(
  "\n",
);
