// The first screen: what was compared, the verdict, the scores beside their ceilings, warnings if there are any.

import type { Score } from "@verisim/evaluate";
import { scoreBar } from "../charts/score-bar.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { clipped, count, counted, percent } from "../text.ts";
import { bandOf, bandOfDuty, qualityCeiling, verdict } from "../verdict.ts";
import { answers } from "./answers.ts";
import { data } from "./section.ts";

function facts(view: ReportView): Html {
  const { rows, judged, target } = view.evaluation;
  const parts = [
    view.generator && html`Made by <b>${data(view.generator.name)}</b>`,
    html`<b>${count(rows.real)}</b> real rows`,
    html`<b>${count(rows.synthetic)}</b> synthetic rows`,
    judged.real + judged.synthetic < rows.real + rows.synthetic &&
      html`judged on <b>${count(judged.real)}</b> and <b>${count(judged.synthetic)}</b> of them, chosen at random`,
    rows.holdout !== null && html`<b>${count(rows.holdout)}</b> real rows held out`,
    html`<b>${count(view.columns.length)}</b> column${view.columns.length === 1 ? "" : "s"}`,
    target !== null && html`target <b>${data(target)}</b>`,
    view.date && html`${data(view.date)}`,
  ];
  return html`<ul class="facts">${parts.filter((part) => part).map((part) => html`<li>${part}</li>`)}</ul>`;
}

interface Card {
  name: string;
  score: Score;
  ceiling: Score;
  means: string;
  /** What stands under the figure where the score has no ceiling by nature. */
  note?: string;
}

const bandWords = {
  excellent: "excellent",
  good: "good",
  fair: "fair",
  poor: "poor",
  unknown: "not defined",
};

function card({ name, score, ceiling, means, note }: Card, isMain: boolean): Html {
  const band = note === undefined ? bandOf(score) : bandOfDuty(score);
  return html`<div class="card${isMain && " main"}"><h2>${name}</h2>
<p class="figure">${percent(score)}${isMain && html` <span class="band ${band}">${bandWords[band]}</span>`}</p>
${scoreBar(score, ceiling, 200, band)}
<p class="ceiling-line">${note ?? (ceiling === null ? "" : html`real holdout <b>${percent(ceiling)}</b>`)}</p>
<p class="means">${means}</p></div>`;
}

function cards(view: ReportView): Html {
  const { quality, diagnostic } = view.evaluation;
  const { columnShapes, columnPairTrends } = quality;
  const all: Card[] = [
    {
      name: "Quality",
      score: quality.score,
      ceiling: qualityCeiling(view),
      means: "Mean of shapes and trends.",
    },
    {
      name: "Shapes",
      score: columnShapes.score,
      ceiling: columnShapes.ceiling,
      means: "Does each column look the same?",
    },
    {
      name: "Trends",
      score: columnPairTrends.score,
      ceiling: columnPairTrends.ceiling,
      means: "Do pairs of columns move together?",
    },
    {
      name: "Validity",
      score: diagnostic.dataValidity.score,
      ceiling: null,
      note: "should be 100%",
      means: "Ranges, categories and keys hold.",
    },
    {
      name: "Structure",
      score: diagnostic.dataStructure.score,
      ceiling: null,
      note: "should be 100%",
      means: "Same columns, same types.",
    },
  ];
  return html`<div class="cards">${all.map((one, index) => card(one, index === 0))}</div>`;
}

/** All warnings, those of the generator last. */
export function allWarnings({ evaluation, generator }: ReportView): readonly string[] {
  return [...evaluation.warnings, ...(generator?.warnings ?? [])];
}

/** The top of the page. */
export function pageHeader(view: ReportView): Html {
  const { opening, rest, band } = verdict(view);
  const warnings = allWarnings(view);
  return html`<header id="top"><p class="eyebrow">Synthetic data report</p><h1>${data(view.title)}</h1>${facts(view)}
<p class="verdict"><strong class="${band}">${opening}</strong> ${rest}</p>
${answers(view)}
${cards(view)}
${
  !view.hasHoldout &&
  html`<p class="hint">How good could it be? Keep some real rows away from the generator and pass them with
<code>--holdout FILE</code>: each score then stands beside what fresh real rows reach.</p>`
}
${
  warnings.length > 0 &&
  html`<p class="hint warn"><a href="#warnings">${counted(warnings.length, "warning")}</a>
${data(clipped(warnings[0]!, 140))}</p>`
}</header>`;
}
