// Several synthetic tables side by side, and what has changed since an earlier judgement: one line per figure, the best
// one marked, differences that chance explains told apart from those that it does not.

import {
  differsSurely,
  type Figure,
  type FigureSheet,
  figureSheet,
  figures,
  type SheetFigure,
} from "@verisim/evaluate/figures";
import { intervalMark } from "../charts/interval-mark.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, percent, points } from "../text.ts";
import { columnLink, table, three } from "./figure-text.ts";
import { data, type Section } from "./section.ts";
import { toneOf } from "./tones.ts";

const shownColumns = 15;

/** A figure's value in its unit. */
export function writeFigure({ unit }: Figure, value: number): string {
  if (unit === "count") return count(value);
  if (unit === "number") return three(value);
  return value < 0 ? `\u2212${percent(-value)}` : percent(value);
}

function writeChange({ unit }: Figure, change: number): string {
  if (unit === "share") return `${points(change)} points`;
  const size = unit === "count" ? count(Math.abs(change)) : three(Math.abs(change));
  return `${change > 0 ? "+" : "\u2212"}${size}`;
}

function isBetter({ better }: Figure, a: number, b: number): boolean {
  return better === "higher" ? a > b : better === "lower" ? a < b : false;
}

function cell(figure: Figure, own: SheetFigure | undefined, isBest: boolean): Html {
  const value = own?.value ?? null;
  if (value === null) return html`<td class="number quiet">n/a</td>`;
  const text = writeFigure(figure, value);
  return html`<td class="number">${isBest ? html`<b class="best">${text}</b>` : text}</td>`;
}

function sideBySide(sheets: readonly FigureSheet[]): Html {
  const rows = Object.entries(figures).flatMap(([name, figure]) => {
    const own = sheets.map((sheet) => sheet.figures.get(name));
    const values = own.flatMap((entry) =>
      entry?.value === null || entry === undefined ? [] : [entry.value],
    );
    if (values.length === 0 || figure.better === null) return [];
    const best = values.reduce((held, value) => (isBetter(figure, value, held) ? value : held));
    const leader = own.find((entry) => entry?.value === best);
    // The best is marked where its lead is no chance: intervals that meet tell nothing.
    const isTied =
      values.every((value) => value === values[0]) ||
      own.some((entry) => entry && leader && entry.value !== best && differsSurely(entry, leader) === false);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const reference = own.find((entry) => entry?.reference !== null)?.reference ?? null;
    return [
      html`<tr><th scope="row"><b>${name}</b><span class="quiet small means">${figure.description}</span></th>${own.map(
        (entry) => cell(figure, entry, !isTied && entry?.value === best),
      )}<td class="number quiet">${reference === null ? "" : writeFigure(figure, reference)}</td>
<td><svg class="strip" viewBox="0 0 120 14" width="120" height="14" aria-hidden="true"><line class="axis" x1="4" x2="116" y1="7" y2="7"/>${own.map(
        (entry, place) =>
          entry?.value !== null &&
          entry !== undefined &&
          html`<circle class="${toneOf(place)}" cx="${(high > low ? 6 + ((entry.value - low) / (high - low)) * 108 : 60).toFixed(1)}" cy="7" r="4"/>`,
      )}</svg></td></tr>`,
    ];
  });
  return table(
    [
      "Figure",
      ...sheets.map(({ name }, place) => html`<i class="dot ${toneOf(place)}"></i> ${data(name)}`),
      "Reference",
      "",
    ],
    rows,
    [...sheets.map((_, place) => place + 1), sheets.length + 1],
  );
}

function columnsSideBySide(view: ReportView, sheets: readonly FigureSheet[]): Html {
  const names = view.ranked.map(({ name }) => name);
  const spread = (name: string): number => {
    const scores = sheets
      .map((sheet) => sheet.columns.get(name))
      .filter((score) => typeof score === "number");
    return scores.length < 2 ? 0 : Math.max(...scores) - Math.min(...scores);
  };
  const shown = [...names].sort((a, b) => spread(b) - spread(a)).slice(0, shownColumns);
  return html`<h3>Columns on which they differ most</h3>${table(
    ["Column", ...sheets.map(({ name }) => data(name))],
    shown.map((name) => {
      const scores = sheets.map((sheet) => sheet.columns.get(name) ?? null);
      const best = Math.max(...scores.filter((score) => score !== null));
      return html`<tr><th scope="row">${columnLink(view, name)}</th>${scores.map(
        (score) =>
          html`<td class="number">${score === null ? "n/a" : score === best && spread(name) > 0 ? html`<b class="best">${percent(score)}</b>` : percent(score)}</td>`,
      )}</tr>`;
    }),
    sheets.map((_, place) => place + 1),
  )}`;
}

/** Null where one table alone was judged. */
export function comparisonSection(view: ReportView): Section | null {
  const others = view.compared ?? [];
  if (others.length === 0) return null;
  const sheets = [
    figureSheet(view.title, view.evaluation),
    ...others.map(({ name, evaluation }) => figureSheet(name, evaluation)),
  ];
  return {
    id: "compared",
    nav: "Side by side",
    title: "Side by side",
    lead: html`${count(sheets.length)} synthetic tables against the same real rows; the best of each line is marked, the reference is what fresh real rows, or a model that learnt them, reach. All other sections are about ${data(view.title)}.`,
    body: html`${sideBySide(sheets)}${columnsSideBySide(view, sheets)}`,
  };
}

/** Smaller changes of figures without an interval are not worth a line. */
const worthNaming = 0.0005;

function changeRow(name: string, figure: Figure, now: SheetFigure, before: SheetFigure): Html | null {
  if (now.value === null || before.value === null || figure.better === null) return null;
  const change = now.value - before.value;
  const sure = differsSurely(now, before);
  if (Math.abs(change) < worthNaming) return null;
  const isGood = isBetter(figure, now.value, before.value);
  const words = sure === false ? "within chance" : isGood ? "better" : "worse";
  const tone = sure === false ? "quiet" : isGood ? "good" : "poor";
  const asEstimate = ({ value, low, high }: SheetFigure): { value: number; low: number; high: number } => ({
    value: value!,
    low: low ?? value!,
    high: high ?? value!,
  });
  const [a, b] = [asEstimate(now), asEstimate(before)];
  const [low, high] = [Math.min(a.low, b.low), Math.max(a.high, b.high)];
  return html`<tr><th scope="row"><b>${name}</b><span class="quiet small means">${figure.description}</span></th><td class="number">${writeFigure(figure, before.value)}</td>
<td class="number"><b>${writeFigure(figure, now.value)}</b></td><td class="number">${writeChange(figure, change)}</td>
<td>${intervalMark({ estimate: a, control: b, domain: [low, high], tone })}</td><td><b class="${tone}">${words}</b></td></tr>`;
}

/** Null without an earlier judgement. */
export function changesSection(view: ReportView): Section | null {
  const { earlier } = view;
  if (!earlier) return null;
  const now = figureSheet(view.title, view.evaluation);
  const all = Object.entries(figures);
  const both = all.filter(
    ([name]) => now.figures.get(name)?.value !== null && (earlier.figures.get(name)?.value ?? null) !== null,
  );
  const rows = both.flatMap(
    ([name, figure]) => changeRow(name, figure, now.figures.get(name)!, earlier.figures.get(name)!) ?? [],
  );
  const moved = view.ranked
    .flatMap(({ name, shape }) => {
      const before = earlier.columns.get(name);
      return typeof before === "number" && shape?.score != null ? [{ name, before, score: shape.score }] : [];
    })
    .filter(({ before, score }) => Math.abs(score - before) >= 0.005)
    .sort((a, b) => a.score - a.before - (b.score - b.before));
  return {
    id: "changes",
    nav: "Changes",
    title: "What has changed",
    lead: html`Against ${data(earlier.name)}${earlier.rows.synthetic !== null && html`, ${count(earlier.rows.synthetic)} synthetic rows`}: the dot is now, the tick was then, both with their intervals where they
are estimates. Of ${count(both.length)} figures that both have, ${count(rows.length)} moved.`,
    body: html`${rows.length > 0 ? table(["Figure", "Then", "Now", "Change", "", "Verdict"], rows, [1, 2, 3]) : html`<p>No figure has moved.</p>`}${
      moved.length > 0 &&
      html`<h3>Columns that moved</h3>${table(
        ["Column", "Then", "Now", "Change, points"],
        moved.slice(0, shownColumns).map(
          ({
            name,
            before,
            score,
          }) => html`<tr><th scope="row">${columnLink(view, name)}</th><td class="number">${percent(before)}</td>
<td class="number"><b>${percent(score)}</b></td><td class="number ${score > before ? "good" : "poor"}">${points(score - before)}</td></tr>`,
        ),
        [1, 2, 3],
      )}`
    }`,
  };
}
