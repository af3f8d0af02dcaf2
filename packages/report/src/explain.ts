// Why a column scores what it scores, in sentences: the differences that the metric itself adds up, largest first.

import type { ColumnDistribution, DiagnosticCheck } from "@verisim/evaluate";
import type { ColumnView } from "./report-input.ts";
import { count, counted, isolated, moment, percent, shortNumber } from "./text.ts";

/** Differences of shares below this are not worth a sentence. */
const worthNaming = 0.005;

/** True where each bin holds whole numbers and its edges lie half-way between them. */
function hasWholeBins({ kind, edges }: ColumnDistribution): boolean {
  return kind === "number" && edges.length > 1 && edges.every((edge) => Number.isInteger(edge + 0.5));
}

/** The text of the least value above a bin edge of a numeric or datetime column. */
export function edgeText(distribution: ColumnDistribution, edge: number): string {
  const { edges, kind } = distribution;
  if (kind === "datetime") return moment(edge, edges.at(-1)! - edges[0]!);
  return shortNumber(hasWholeBins(distribution) ? Math.ceil(edge) : edge);
}

/** The values that a bin holds, in words. */
export function binText(distribution: ColumnDistribution, bin: number): string {
  const { edges, openLow, openHigh, real } = distribution;
  const [low, high] = [edges[bin]!, edges[bin + 1]!];
  const isWhole = hasWholeBins(distribution);
  const from = edgeText(distribution, low);
  const to = isWhole ? shortNumber(Math.floor(high)) : edgeText(distribution, high);
  if (openLow && bin === 0) return isWhole ? `up to ${to}` : `below ${to}`;
  if (openHigh && bin === real.length - 1) return `${from} and above`;
  return from === to ? from : `${from} to ${to}`;
}

/** The label of a category as the report shows it. */
export function labelText(distribution: ColumnDistribution, index: number): string {
  const isPooled = distribution.pooled > 0 && index === distribution.labels.length - 1;
  if (!isPooled) return distribution.labels[index]!;
  return `${count(distribution.pooled)} more`;
}

function missingReason({ missing }: ColumnView): string[] {
  if (missing === null || Math.abs(missing.real - missing.synthetic) < worthNaming) return [];
  return [
    `Missing in ${percent(missing.real)} of the real rows, in ${percent(missing.synthetic)} of the synthetic ones.`,
  ];
}

function categoryReasons(distribution: ColumnDistribution): string[] {
  const { real, synthetic, labels } = distribution;
  const order = labels
    .map((_, index) => index)
    .sort((a, b) => Math.abs(synthetic[b]! - real[b]!) - Math.abs(synthetic[a]! - real[a]!));
  const named = order
    .slice(0, 2)
    .filter((index) => Math.abs(synthetic[index]! - real[index]!) >= worthNaming);
  const reasons = named.map(
    (index) =>
      `${isolated(labelText(distribution, index))}: ${percent(real[index]!)} of the real values, ` +
      `${percent(synthetic[index]!)} of the synthetic ones.`,
  );
  const lost = labels.filter((_, index) => real[index]! > 0 && synthetic[index] === 0).length;
  if (lost > 0)
    reasons.push(
      `${counted(lost, "value")} of those drawn never ${lost === 1 ? "occurs" : "occur"} in the synthetic table.`,
    );
  return reasons;
}

// The Kolmogorov-Smirnov distance is the widest gap between the two cumulative curves: say where it opens.
function shiftReason(distribution: ColumnDistribution): string[] {
  const { edges, real, synthetic, spike } = distribution;
  let below = { real: 0, synthetic: 0 };
  let widest = { bin: 0, real: 0, synthetic: 0 };
  for (let bin = 0; bin < real.length - 1; bin++) {
    below = { real: below.real + real[bin]!, synthetic: below.synthetic + synthetic[bin]! };
    if (Math.abs(below.real - below.synthetic) > Math.abs(widest.real - widest.synthetic))
      widest = { bin, ...below };
  }
  const gap = widest.synthetic - widest.real;
  if (Math.abs(gap) < worthNaming) return [];
  const [low, high] = [edges[widest.bin]!, edges[widest.bin + 1]!];
  // A gap that opens at the dominant value is what the sentence on that value says.
  if (spike !== null && spike.value >= low && spike.value <= high) return [];
  const direction =
    distribution.kind === "datetime" ? (gap > 0 ? "early" : "late") : gap > 0 ? "low" : "high";
  return [
    `Below ${edgeText(distribution, high)} lie ${percent(widest.real)} of the real values and ` +
      `${percent(widest.synthetic)} of the synthetic ones: too many ${direction} values.`,
  ];
}

function spikeReason({ spike }: ColumnDistribution): string[] {
  if (spike === null || Math.abs(spike.real - spike.synthetic) < worthNaming) return [];
  return [
    `Exactly ${shortNumber(spike.value)}: ${percent(spike.real)} of the real values, ` +
      `${percent(spike.synthetic)} of the synthetic ones.`,
  ];
}

function tailReason(distribution: ColumnDistribution): string[] {
  const { edges, real, synthetic } = distribution;
  const first = synthetic.findIndex((share) => share > 0);
  const last = synthetic.findLastIndex((share) => share > 0);
  if (first < 0) return [];
  const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);
  const [low, high] = [sum(real.slice(0, first)), sum(real.slice(last + 1))];
  const reasons: string[] = [];
  if (low >= worthNaming)
    reasons.push(
      `Nothing synthetic below ${edgeText(distribution, edges[first]!)}, where ${percent(low)} of the real values lie.`,
    );
  if (high >= worthNaming)
    reasons.push(
      `Nothing synthetic above ${edgeText(distribution, edges[last + 1]!)}, where ${percent(high)} of the real values lie.`,
    );
  return reasons;
}

/** One diagnostic check in words, or null where it is passed or not defined. */
export function checkFailure({ metric, score }: DiagnosticCheck): string | null {
  if (score === null || score >= 1) return null;
  const share = percent(1 - score);
  if (metric === "BoundaryAdherence") return `${share} of the synthetic values lie outside the real range.`;
  if (metric === "RegexFormatAdherence") return `${share} of the synthetic values do not match the pattern.`;
  if (metric === "CategoryAdherence")
    return `${share} of the synthetic values are categories that the real table lacks.`;
  return `${share} of the synthetic keys are missing or occur more than once.`;
}

/** One to five sentences on a column with a score. */
export function reasonsFor(column: ColumnView): string[] {
  const { distribution, shape } = column;
  const reasons = missingReason(column);
  if (distribution && distribution.real.length > 0) {
    if (distribution.kind === "category") reasons.push(...categoryReasons(distribution));
    else
      reasons.push(...spikeReason(distribution), ...shiftReason(distribution), ...tailReason(distribution));
  }
  for (const check of column.checks) {
    const failure = checkFailure(check);
    if (failure) reasons.push(failure);
  }
  if (reasons.length > 0) return reasons;
  if (shape === null || shape.score === null) return ["There is nothing to compare: no score is defined."];
  return [
    shape.score >= 0.97
      ? "Follows the real column closely; no single difference is worth naming."
      : "Many small differences, spread over the whole range, add up to the score.",
  ];
}
