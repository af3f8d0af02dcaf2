// What each figure means, in two lines each: enough to argue with.

import { html } from "../html.ts";
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

/** The glossary. */
export function definitionSection(): Section {
  const bands = bandFloors
    .filter(([, floor]) => floor > 0)
    .map(([band, floor]) => `${band} from ${percent(floor).replace(".0%", "%")}`)
    .join(", ");
  return {
    id: "definitions",
    nav: "Definitions",
    title: "What the scores mean",
    body: html`<dl class="definitions">${terms.map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}
<div><dt>Words</dt><dd>Quality is called ${bands}, and poor below. The bands are Verisim\u2019s own: a rule of thumb for a first
look, while the ceiling is the measure.</dd></div></dl>`,
  };
}
