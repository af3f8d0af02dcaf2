// What a chart tells when it is pointed at: per bin or category its name and the share in each table, as JSON for the
// page's script, which puts it in as text.

import type { ColumnDistribution } from "@verisim/evaluate";
import { percent } from "../text.ts";

/** One entry per bin or category: [name, real, synthetic, holdout?]. */
export function chartTips(
  names: readonly string[],
  { real, synthetic, holdout }: ColumnDistribution,
): string {
  return JSON.stringify(
    names.map((name, index) => [
      name,
      percent(real[index]!),
      percent(synthetic[index]!),
      ...(holdout ? [percent(holdout[index]!)] : []),
    ]),
  );
}
