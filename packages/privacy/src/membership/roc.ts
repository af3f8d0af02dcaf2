// How well scores tell members from others: area under the curve and rates at few false alarms, with intervals. E. DeLong,
// D. DeLong and D. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic
// curves", 1988; rates at low false alarms as N. Carlini et al., "Membership inference attacks from first principles",
// 2022, ask for.

import { lowerBound, normalQuantile, rocArea, upperBound } from "@verisim/stats";
import { clopperPearson } from "../intervals.ts";
import type { Estimate } from "../privacy-report.ts";

/** The scores of an attack in order. */
export class Roc {
  readonly #members: Float64Array;
  readonly #others: Float64Array;

  /** @param members higher scores say "member"; not empty, as `others` */
  constructor(members: Float64Array, others: Float64Array) {
    this.#members = members.slice().sort();
    this.#others = others.slice().sort();
  }

  /** Chance that a member scores above a non-member, ties halved. */
  auc(level: number = 0.95): Estimate {
    const { value, error } = rocArea(this.#members, this.#others);
    const reach = normalQuantile(0.5 + level / 2) * error;
    return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
  }

  /**
   * Share of the members found where a share of the others is taken for members. The interval holds for the members'
   * number and for the threshold, which is as uncertain as the others are few.
   */
  truePositives(falsePositives: number, level: number = 0.95): Estimate {
    const members = this.#members.length;
    const others = this.#others.length;
    const value = this.#at(falsePositives);
    const own = clopperPearson(Math.round(value * members), members, level);
    const allowed = Math.max(1, Math.round(falsePositives * others));
    const threshold = clopperPearson(allowed, others, level);
    const down = Math.hypot(
      value - Math.min(value, own.low),
      value - this.#at(Math.min(falsePositives, threshold.low)),
    );
    const up = Math.hypot(
      Math.max(value, own.high) - value,
      this.#at(Math.max(falsePositives, threshold.high)) - value,
    );
    return { value, low: Math.max(0, value - down), high: Math.min(1, value + up) };
  }

  /** The curve at a share of false positives; straight between its corners. */
  #at(falsePositives: number): number {
    const members = this.#members;
    const others = this.#others;
    const place = falsePositives * others.length;
    const whole = Math.floor(place);
    if (whole >= others.length) return 1;
    const threshold = others[others.length - 1 - whole]!;
    const above = members.length - upperBound(members, threshold);
    const tied = upperBound(members, threshold) - lowerBound(members, threshold);
    const othersAbove = others.length - upperBound(others, threshold);
    const othersTied = upperBound(others, threshold) - lowerBound(others, threshold);
    return (above + (tied * (place - othersAbove)) / othersTied) / members.length;
  }
}
