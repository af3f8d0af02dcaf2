// Several generators on one table: none is best in everything, and some are worse than another in all of it. The frontier
// are those that no other one beats on every side at once: fidelity, utility, privacy and time.

import type { Score } from "../evaluation.ts";
import type { FigureSheet } from "./figure-sheet.ts";

export interface Contender {
  readonly sheet: FigureSheet;
  /** Seconds for learning the table and drawing the rows. */
  readonly seconds: number;
}

/** A side by which contenders are compared; `figure` names it among the figures, null is the time. */
export interface FrontierSide {
  readonly side: "fidelity" | "utility" | "privacy" | "time";
  readonly figure: string | null;
  readonly better: "higher" | "lower";
  /** Differences up to this are none: what another seed would change. */
  readonly tolerance: number;
}

export interface FrontierEntry {
  readonly name: string;
  /** The value on each side, in the order of the sides; null where a part was not made. */
  readonly values: readonly Score[];
  /** Names of those that beat it on all sides. */
  readonly beatenBy: readonly string[];
}

export interface Frontier {
  readonly sides: readonly FrontierSide[];
  readonly entries: readonly FrontierEntry[];
}

const candidates: readonly FrontierSide[] = [
  { side: "fidelity", figure: "two-sample-auc", better: "lower", tolerance: 0.005 },
  { side: "fidelity", figure: "quality", better: "higher", tolerance: 0.002 },
  { side: "utility", figure: "tstr", better: "higher", tolerance: 0.005 },
  { side: "privacy", figure: "mia-tpr-at-10", better: "lower", tolerance: 0.01 },
  { side: "privacy", figure: "copies", better: "lower", tolerance: 0.0005 },
  { side: "time", figure: null, better: "lower", tolerance: 0 },
];

/** Seconds that differ by less than a fifth are the machine's mood. */
const sameTime = 1.2;

/**
 * The frontier of contenders. For each side the first figure is taken that at least one of them has: the two-sample AUC
 * else quality, the score of a model that learnt synthetic rows, what a membership attack finds else exact copies, seconds.
 */
export function frontierOf(contenders: readonly Contender[]): Frontier {
  const has = ({ figure }: FrontierSide): boolean =>
    figure === null || contenders.some(({ sheet }) => (sheet.figures.get(figure)?.value ?? null) !== null);
  const sides = candidates.filter(
    (one, place) =>
      has(one) && !candidates.slice(0, place).some((other) => other.side === one.side && has(other)),
  );
  const rows = contenders.map(({ sheet, seconds }) => ({
    name: sheet.name,
    values: sides.map(({ figure }) =>
      figure === null ? seconds : (sheet.figures.get(figure)?.value ?? null),
    ),
  }));
  return {
    sides,
    entries: rows.map((row) => ({
      ...row,
      beatenBy: rows
        .filter((other) => other !== row && beats(other.values, row.values, sides))
        .map(({ name }) => name),
    })),
  };
}

/** At least as good on every side, and better on one by more than its tolerance. What is not known beats nothing. */
function beats(a: readonly Score[], b: readonly Score[], sides: readonly FrontierSide[]): boolean {
  let isBetter = false;
  for (const [place, { side, better, tolerance }] of sides.entries()) {
    const [own, other] = [a[place] ?? null, b[place] ?? null];
    if (other === null) continue;
    if (own === null) return false;
    const lead = better === "higher" ? own - other : other - own;
    if (side === "time") {
      if (own > other * sameTime) return false;
      isBetter ||= other > own * sameTime;
    } else {
      if (lead < -tolerance) return false;
      isBetter ||= lead > tolerance;
    }
  }
  return isBetter;
}
