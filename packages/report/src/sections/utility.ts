// What are the synthetic rows worth to a model? Each score of a model that learnt them, beside one that learnt the real
// rows, with the interval of the gap; per class; and whether both tables together help.

import type { UtilityReport } from "@verisim/evaluate";
import { domainOf, intervalMark } from "../charts/interval-mark.ts";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, percent } from "../text.ts";
import { columnLink, estimateText, figure, leftOut, table, three } from "./figure-text.ts";
import { data, type Section } from "./section.ts";

const modelNames: Readonly<Record<string, string>> = {
  "boosted-trees": "Boosted trees",
  linear: "A linear model",
};
const shownClasses = 20;

type Model = UtilityReport["models"][0];
type Scores = Model["scores"][0];

/** Errors in units of the target keep four significant digits; all else lies between -1 and 1. */
function writeScore({ score }: Scores): (value: number) => string {
  return /RMSE|MAE/.test(score) ? (value) => String(Number(value.toPrecision(4))) : three;
}

function scoreRow(score: Scores, naive: number | undefined, isMain: boolean): Html {
  const write = writeScore(score);
  const domain = domainOf([score.real, score.synthetic], naive === undefined ? [] : [naive]);
  const costs = score.gap && score.gap.low > 0;
  return html`<tr><th scope="row">${isMain ? html`<b>${score.score}</b>` : score.score}${score.better === "lower" && html` <span class="quiet">lower is better</span>`}</th>
<td>${intervalMark({ width: 240, estimate: score.synthetic, control: score.real, domain, ...(naive === undefined ? {} : { zero: naive }) })}</td>
<td class="number">${estimateText(score.synthetic, write)}</td><td class="number">${estimateText(score.real, write)}</td>
<td class="number">${naive === undefined ? "" : write(naive)}</td><td class="number ${costs && "poor"}">${estimateText(score.gap, write)}</td></tr>`;
}

function modelTable({ model, scores }: Model, naive: Readonly<Record<string, number>>): Html {
  return html`<h3>${modelNames[model] ?? model}</h3>${table(
    ["On held-out real rows", "", "Learnt synthetic", "Learnt real", "Naive", "What it costs"],
    scores.map((score, place) =>
      scoreRow(score, Object.hasOwn(naive, score.score) ? naive[score.score] : undefined, place === 0),
    ),
    [2, 3, 4, 5],
  )}`;
}

function classTable({ classes }: Model): Html | null {
  if (classes.length === 0) return null;
  const pair = (synthetic: number | null | undefined, real: number | null): Html =>
    html`<td class="number"><b>${figure(synthetic)}</b> <span class="quiet">${figure(real)}</span></td>`;
  return html`<h4>Class by class</h4><p class="quiet small">Each figure: learnt synthetic, then learnt real.</p>${table(
    ["Class", "Held-out rows", "Share synthetic, real", "Precision", "Recall", "F1", "AUC"],
    classes.slice(0, shownClasses).map(
      ({
        label,
        rows,
        shareReal,
        shareSynthetic,
        real,
        synthetic,
      }) => html`<tr><th scope="row"><span class="name">${data(label)}</span></th>
<td class="number">${count(rows)}</td>${pair(shareSynthetic, shareReal)}${pair(synthetic?.precision, real.precision)}${pair(synthetic?.recall, real.recall)}
${pair(synthetic?.f1, real.f1)}${pair(synthetic?.auc, real.auc)}</tr>`,
    ),
    [1, 2, 3, 4, 5, 6],
  )}${classes.length > shownClasses && html`<p class="quiet small">${count(shownClasses)} of ${count(classes.length)} classes.</p>`}`;
}

function importance(view: ReportView, { importance: own }: UtilityReport): Html | null {
  if (!own) return null;
  const rows = [...own.columns].sort((a, b) => b.real - a.real).slice(0, 10);
  const top = Math.max(...rows.flatMap(({ real, synthetic }) => [real, synthetic]), 0);
  return html`<h3>Which columns the trees use</h3><p class="quiet">Distance ${percent(own.distance)}: 0% is the same use, 100% none in common.${
    own.rankCorrelation !== null && html` Rank correlation ${three(own.rankCorrelation)}.`
  }</p>${table(
    ["Column", "", "Learnt synthetic", "Learnt real"],
    rows.map(
      ({ column, real, synthetic }) => html`<tr><th scope="row">${columnLink(view, column)}</th>
<td>${intervalMark({ width: 240, estimate: { value: synthetic, low: synthetic, high: synthetic }, control: real, domain: [0, top] })}</td>
<td class="number">${percent(synthetic)}</td><td class="number">${percent(real)}</td></tr>`,
    ),
    [2, 3],
  )}`;
}

const augmentationWords = {
  better: "Yes: synthetic rows beside the real ones make the trees better.",
  "no difference":
    "No difference: synthetic rows beside the real ones change nothing that can be told from chance.",
  worse: "No: synthetic rows beside the real ones make the trees worse.",
} as const;

function augmentation({ augmentation: own }: UtilityReport): Html | null {
  if (!own) return null;
  return html`<h3>Do they help beside the real rows?</h3><p><b>${augmentationWords[own.verdict]}</b></p>${table(
    ["On held-out real rows", "", "Real and synthetic", "Real alone", "Gain"],
    own.scores.map(({ score, real, augmented, gain, better }) => {
      const write = writeScore({ score } as Scores);
      return html`<tr><th scope="row">${score}${better === "lower" && html` <span class="quiet">lower is better</span>`}</th>
<td>${intervalMark({ width: 240, estimate: gain, domain: domainOf([gain], [0]), zero: 0 })}</td><td class="number">${write(augmented)}</td>
<td class="number">${write(real)}</td><td class="number">${estimateText(gain, write)}</td></tr>`;
    }),
    [2, 3, 4],
  )}`;
}

/** Null where it was not asked for. */
export function utilitySection(view: ReportView): Section | null {
  const report = view.evaluation.utility;
  const lack = leftOut(view, "utility");
  if (!report && !lack) return null;
  return {
    id: "utility",
    nav: "Utility",
    title: "Does a model learn as much from it?",
    lead:
      report &&
      html`Models that predict <b>${data(report.target)}</b> learn ${count(report.rows.synthetic)} synthetic or ${count(report.rows.real)} real rows and are judged
on ${count(report.rows.holdout)} real rows that neither has seen. The dot is the synthetic side, the tick the real one, the dashed line a guess without any column.`,
    body: report
      ? html`${report.failure !== null && html`<p class="left-out">Nothing could be learnt from the synthetic rows: ${data(report.failure)}.</p>`}
${report.models.map((model, place) => html`${modelTable(model, report.naive)}${place === 0 && classTable(model)}`)}${augmentation(report)}${importance(view, report)}`
      : lack,
  };
}
