// What each generator costs and gives on this table: a line per generator, and two drawings of the frontier.

import {
  type FrontierEntry,
  type FrontierSide,
  figureSheet,
  figures,
  frontierOf,
} from "@verisim/evaluate/figures";
import { type ChartSide, frontierChart } from "../charts/frontier-chart.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, duration } from "../text.ts";
import { writeFigure } from "./comparison.ts";
import { table } from "./figure-text.ts";
import { data, type Section } from "./section.ts";
import { toneOf } from "./tones.ts";

const sideWords: Readonly<Record<FrontierSide["side"], string>> = {
  fidelity: "Fidelity",
  utility: "Utility",
  privacy: "Privacy",
  time: "Time",
};

function chartSide({ figure, better }: FrontierSide): ChartSide {
  return {
    label: figure ?? "seconds to learn and draw",
    better,
    isTime: figure === null,
    write: (value) => (figure === null ? duration(value) : writeFigure(figures[figure]!, value)),
  };
}

function chart(
  sides: readonly FrontierSide[],
  entries: readonly FrontierEntry[],
  across: FrontierSide["side"],
  up: FrontierSide["side"],
): Html | null {
  const x = sides.findIndex(({ side }) => side === across);
  const y = sides.findIndex(({ side }) => side === up);
  if (x < 0 || y < 0) return null;
  const points = entries.flatMap(({ name, values, beatenBy }, place) => {
    const [own, other] = [values[x], values[y]];
    if (own === null || own === undefined || other === null || other === undefined) return [];
    return [{ name, x: own, y: other, isOnFrontier: beatenBy.length === 0, tone: toneOf(place) }];
  });
  if (points.length < 2) return null;
  const title = `${sideWords[up]} and ${across}`;
  return html`<figure class="frontier-chart"><figcaption>${title}</figcaption>${frontierChart(points, chartSide(sides[x]!), chartSide(sides[y]!), `${title} of ${points.map(({ name }) => name).join(", ")}`)}</figure>`;
}

/** Null unless several tables were judged and it is known what each took. */
export function frontierSection(view: ReportView): Section | null {
  const all = [
    { name: view.title, evaluation: view.evaluation, seconds: view.seconds },
    ...(view.compared ?? []),
  ];
  const timed = all.flatMap(({ name, evaluation, seconds }) =>
    seconds === undefined ? [] : [{ sheet: figureSheet(name, evaluation), seconds }],
  );
  if (timed.length < 2 || timed.length < all.length) return null;
  const { sides, entries } = frontierOf(timed);
  const charts = [chart(sides, entries, "privacy", "fidelity"), chart(sides, entries, "time", "fidelity")];
  const best = sides.map((side, place) => bestOf(side, entries, place));
  return {
    id: "frontier",
    nav: "Frontier",
    title: "What each generator gives and costs",
    lead: html`${count(entries.length)} generators on the same rows. On the frontier are those that no other one equals on all sides and beats on one; which of them to take is a question of what the rows are for. The best of each column is marked.`,
    body: html`${table(
      [
        "Generator",
        ...sides.map(
          ({ side, figure }) =>
            html`${sideWords[side]}<span class="quiet small means">${figure ?? "learning and drawing"}</span>`,
        ),
        "Frontier",
      ],
      entries.map(
        ({ name, values, beatenBy }, place) =>
          html`<tr><th scope="row"><span class="unbroken"><i class="dot ${toneOf(place)}"></i> ${data(name)}</span></th>${sides.map(
            (side, column) => {
              const value = values[column] ?? null;
              if (value === null) return html`<td class="number quiet">n/a</td>`;
              const text = chartSide(side).write(value);
              return html`<td class="number">${value === best[column] ? html`<b class="best">${text}</b>` : text}</td>`;
            },
          )}<td>${beatenBy.length === 0 ? html`<b class="good">on it</b>` : html`<span class="quiet">beaten by ${beatenBy.map((other, index) => html`${index > 0 && ", "}${data(other)}`)}</span>`}</td></tr>`,
      ),
      sides.map((_, place) => place + 1),
    )}<p class="quiet small">${sides.flatMap(({ figure }) => (figure === null ? [] : [html`<b>${figure}</b>: ${figures[figure]!.description}. `]))}</p>
<div class="frontier-charts">${charts}</div>`,
  };
}

function bestOf({ better }: FrontierSide, entries: readonly FrontierEntry[], column: number): number | null {
  const values = entries.flatMap(({ values }) => values[column] ?? []);
  if (values.length === 0) return null;
  return better === "higher" ? Math.max(...values) : Math.min(...values);
}
