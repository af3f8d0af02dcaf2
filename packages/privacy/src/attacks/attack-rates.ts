// What an attack proves: how much better it does on training rows than on real rows that the generator has not seen, on
// the scale from that control to certainty. The three criteria are those of the Article 29 Working Party, "Opinion
// 05/2014 on Anonymisation Techniques": singling out, linkability, inference.

import { wilson } from "@verisim/stats";
import { combinedInterval } from "../intervals.ts";
import type { AttackRates } from "../privacy-report.ts";

/** Successes among equally many attacks on each side. */
export interface AttackCounts {
  readonly attacks: number;
  readonly main: number;
  readonly control: number;
  readonly naive: number;
}

export function attackRates({ attacks, main, control, naive }: AttackCounts): AttackRates {
  const rates = {
    main: wilson(main, attacks),
    control: wilson(control, attacks),
    naive: wilson(naive, attacks),
  };
  const risk = combinedInterval(rates.main, rates.control, (onTraining, onOthers) =>
    onOthers >= 1 ? 0 : (onTraining - onOthers) / (1 - onOthers),
  );
  return {
    attacks,
    ...rates,
    risk: {
      value: Math.max(0, risk.value),
      low: Math.max(0, risk.low),
      high: Math.max(0, Math.min(1, risk.high)),
    },
    strongerThanNaive: rates.main.low > rates.naive.value,
  };
}
