// What each figure means, in two lines each: enough to argue with.

import type { PartName } from "@verisim/evaluate";
import { html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { percent } from "../text.ts";
import { bandFloors } from "../verdict.ts";
import type { Section } from "./section.ts";

const terms: readonly (readonly [string, string])[] = [
  [
    "Quality",
    "The mean of shapes and trends. It says how well the synthetic table stands in for the real one in counts, averages and relations; it says nothing about privacy.",
  ],
  [
    "Shapes",
    "Per column, 1 minus the largest gap between the two cumulative curves (numbers and datetimes: KSComplement) or 1 minus half the summed differences of the shares (categories: TVComplement). The mean over the columns.",
  ],
  [
    "Trends",
    "Per pair, 1 minus half the difference of the two correlations (CorrelationSimilarity), or 1 minus half the summed differences of the joint shares (ContingencySimilarity). The mean over the pairs that are counted.",
  ],
  [
    "Validity",
    "The share of synthetic values within the real range (BoundaryAdherence), among the real categories (CategoryAdherence), of keys that are present and unique (KeyUniqueness), of ids that match their pattern (RegexFormatAdherence).",
  ],
  [
    "Structure",
    "The share of columns that both tables have, with the same type. Anything but 100% means that a file was changed on the way.",
  ],
  [
    "Real holdout",
    "The same score for real rows that the generator never saw, against the real table. Random samples differ, so this is what to aim for; a short holdout scores a little lower by chance.",
  ],
  [
    "Exact copies",
    "Synthetic rows that equal a real row in every column. Beside it stands how often held-out real rows do so by chance; more than that deserves a look.",
  ],
  [
    "Missing",
    "The share of empty cells. Shapes and correlations leave them out; in a contingency they are a category of their own.",
  ],
];

/** Terms of the parts, given where the part was made. */
const partTerms: readonly (readonly [PartName, string, string])[] = [
  [
    "two-sample",
    "Two-sample AUC",
    "LightGBM with its defaults learns to tell synthetic from real rows and is judged on rows that it has not learnt (5 folds). The area under its ROC curve: 0.5 where nothing tells them apart. The interval is DeLong\u2019s.",
  ],
  [
    "projection",
    "Plane",
    "The first two directions of a factor analysis of mixed data (Pag\u00e8s, 2004) of the real rows: numbers as normal scores of their ranks, categories by their indicators. Overlap is 1 minus half the summed differences of the shares in its cells.",
  ],
  [
    "neighbours",
    "Neighbours",
    "Precision, recall, density and coverage are those of Naeem et al. (ICML 2020), \u03b1-precision, \u03b2-recall and authenticity those of Alaa et al. (ICML 2022), on exact nearest neighbours of the mixed rows.",
  ],
  [
    "diversity",
    "Subgroups",
    "Rows with given values in one or two columns. The difference within one is the mean over the other columns of half the summed differences of the shares, less what chance shows between samples of these sizes; significant after Holm\u2019s correction for all of them.",
  ],
  [
    "utility",
    "Learnt synthetic, learnt real",
    "Train on synthetic, test on real (TSTR) beside train on real, test on real. Intervals are those of a paired bootstrap over the held-out rows.",
  ],
  [
    "bias",
    "Outcome gap",
    "The difference of two groups\u2019 shares with the outcome (demographic parity). Equalized odds: the larger of the gaps of true and of false positive rates. Amplified means that the interval of the change lies above 0.",
  ],
  [
    "privacy",
    "Risk",
    "(success on training rows \u2212 success on the holdout) / (1 \u2212 success on the holdout), with Wilson intervals. What an attack reaches on people who were never in the data is not the table\u2019s doing.",
  ],
];

/** The glossary. */
export function definitionSection({ evaluation }: ReportView): Section {
  const made = new Set(evaluation.parts.filter(({ state }) => state === "done").map(({ part }) => part));
  const deeper = partTerms.filter(([part]) => made.has(part)).map(([, term, text]) => [term, text] as const);
  const bands = bandFloors
    .filter(([, floor]) => floor > 0)
    .map(([band, floor]) => `${band} from ${percent(floor).replace(".0%", "%")}`)
    .join(", ");
  return {
    id: "definitions",
    nav: "Definitions",
    title: "What the scores mean",
    body: html`<dl class="definitions">${[...terms, ...deeper].map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}
<div><dt>Words</dt><dd>Quality is called ${bands}, and poor below. The bands are Verisim\u2019s own: a rule of thumb for a first
look, while the ceiling is the measure.</dd></div></dl>`,
  };
}
