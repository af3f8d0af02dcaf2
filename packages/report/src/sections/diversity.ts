// Is all of the real variety there? Ranges, categories, rare ones, clusters, and the subgroups that are served worst.

import type { DiversityReport } from "@verisim/evaluate";
import { intervalMark } from "../charts/interval-mark.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, counted, percent } from "../text.ts";
import { columnLink, figure, leftOut, meansCell, table } from "./figure-text.ts";
import { data, type Section } from "./section.ts";

const shownRows = 12;

type Conditions = DiversityReport["subgroups"]["worst"][0]["conditions"];

function conditionText(conditions: Conditions): Html {
  return html`${conditions.map(
    ({ column, value }, place) =>
      html`${place > 0 && html` <span class="quiet">and</span> `}${data(column)} <b>${data(value)}</b>`,
  )}`;
}

function totals({ totals: own, modes }: DiversityReport): Html {
  const row = (
    name: string,
    means: string,
    share: number | null,
    ceiling: number | null | undefined,
  ): Html => {
    const estimate = share === null ? null : { value: share, low: share, high: share };
    return html`<tr><th scope="row">${name}</th><td>${intervalMark({ width: 200, estimate, control: ceiling ?? null, domain: [0, 1] })}</td>
<td class="number"><b>${figure(share)}</b></td><td class="number">${figure(ceiling)}</td>${meansCell(means)}</tr>`;
  };
  const { ceiling } = own;
  return table(
    ["Share that is covered", "", "Synthetic", "Real holdout", "Means"],
    [
      row(
        "Ranges",
        "of the real range of numbers and dates, the mean over columns",
        own.range,
        ceiling?.range,
      ),
      row("Middle ranges", "of the range of the middle 98%", own.central, ceiling?.central),
      row("Categories", "that occur at all", own.category, ceiling?.category),
      row("Rare categories", "of fewer than 1% of the real rows", own.rare, ceiling?.rare),
      row("Very rare categories", "of fewer than 0.1%", own.veryRare, ceiling?.veryRare),
      row(
        "Clusters",
        "of the real rows that have at least half their share",
        modes?.share ?? null,
        modes?.ceiling,
      ),
    ],
    [2, 3],
  );
}

function lostCategories(view: ReportView, { categories }: DiversityReport): Html | null {
  const lost = categories
    .filter(({ missing }) => missing.length > 0)
    .sort((a, b) => b.missing[0]!.share - a.missing[0]!.share);
  const invented = categories.filter((column) => column.invented.categories > 0);
  if (lost.length === 0 && invented.length === 0) return null;
  return html`${
    lost.length > 0 &&
    html`<h3>Categories that never occur</h3>${table(
      ["Column", "Missing", "Commonest of them", "Share of real rows"],
      lost.slice(0, shownRows).map(
        ({ column, all, missing }) => html`<tr><th scope="row">${columnLink(view, column)}</th>
<td class="number">${count(all.categories - all.covered)} of ${count(all.categories)}</td>
<td>${missing.slice(0, 4).map(({ category }, place) => html`${place > 0 && ", "}${data(category)}`)}</td>
<td class="number">${percent(missing[0]!.share)}</td></tr>`,
      ),
      [1, 3],
    )}`
  }${
    invented.length > 0 &&
    html`<h3>Categories that the real table lacks</h3><ul class="plain">${invented
      .slice(0, shownRows)
      .map(
        ({ column, invented: own }) =>
          html`<li>${columnLink(view, column)}: ${count(own.categories)} invented, in ${percent(own.rows)} of the synthetic rows.</li>`,
      )}</ul>`
  }`;
}

function subgroups(view: ReportView, { subgroups: own }: DiversityReport): Html {
  const { tested, significant, ceilingSignificant, worst, misSized } = own;
  const row = (group: (typeof worst)[0], isSized: boolean): Html =>
    html`<tr><th scope="row">${conditionText(group.conditions)}</th><td class="number">${percent(group.real)}</td>
<td class="number">${percent(group.synthetic)}</td>${
      !isSized &&
      html`<td class="number"><b>${percent(group.distance)}</b></td><td class="number">${figure(group.ceiling)}</td>
<td>${group.worstColumn !== null && html`${columnLink(view, group.worstColumn)} <span class="quiet">${percent(group.worstDistance)}</span>`}</td>`
    }</tr>`;
  return html`<h3>Subgroups that are served worst</h3><p>Of ${counted(tested, "subgroup")} with one or two conditions, <b>${count(significant)}</b> ${
    significant === 1 ? "differs" : "differ"
  } by more than chance${ceilingSignificant !== null && html`; of the holdout ${count(ceilingSignificant)}`}.</p>${
    worst.length > 0 &&
    table(
      ["Real rows with", "Real share", "Synthetic share", "Difference within", "Holdout\u2019s", "Worst in"],
      worst.map((group) => row(group, false)),
      [1, 2, 3, 4],
    )
  }${
    misSized.length > 0 &&
    html`<h4>Of the wrong size</h4>${table(
      ["Rows with", "Real share", "Synthetic share"],
      misSized.map((group) => row(group, true)),
      [1, 2],
    )}`
  }`;
}

function clusters({ modes }: DiversityReport): Html | null {
  if (!modes) return null;
  const most = Math.max(...modes.modes.flatMap(({ real, synthetic }) => [real, synthetic]), 0);
  return html`<details><summary>${counted(modes.modes.length, "cluster")} of the real rows</summary>${table(
    ["What most of its rows have", "", "Real", "Synthetic", "Holdout"],
    modes.modes.map(
      ({
        traits,
        real,
        synthetic,
        holdout,
        covered,
      }) => html`<tr><th scope="row" class="wrap">${conditionText(traits)}</th>
<td>${intervalMark({ width: 200, estimate: { value: synthetic, low: synthetic, high: synthetic }, control: real, domain: [0, most], ...(covered ? {} : { tone: "poor" }) })}</td>
<td class="number">${percent(real)}</td><td class="number">${percent(synthetic)}${!covered && html` <span class="poor">lost</span>`}</td>
<td class="number">${figure(holdout)}</td></tr>`,
    ),
    [2, 3, 4],
  )}</details>`;
}

/** Null where it was not asked for. */
export function diversitySection(view: ReportView): Section | null {
  const report = view.evaluation.diversity;
  const lack = leftOut(view, "diversity");
  if (!report && !lack) return null;
  return {
    id: "diversity",
    nav: "Diversity",
    title: "Is all of the variety there?",
    lead: "A generator that makes only typical rows scores well on averages. Here count the rare values, the rare rows and the small groups.",
    body: report
      ? html`${totals(report)}${subgroups(view, report)}${lostCategories(view, report)}${clusters(report)}`
      : lack,
  };
}
