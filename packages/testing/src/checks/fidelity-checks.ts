// The floor of quality: marginals close to the real ones, and pairs of columns better than columns drawn alone.

import { isModelled, type Table } from "@verisim/core";
import { categoryShares, ksDistance, pairErrors, shareDistance } from "../association.ts";
import { exampleTable } from "../example-table.ts";
import { type GeneratorSubject, promise } from "../generator-subject.ts";
import { associatedPair, associationErrorRatio, categoryDistance, marginalDistance } from "../tolerances.ts";
import { fittedOnce } from "./structure-checks.ts";

async function sampled(
  subject: GeneratorSubject,
): Promise<{ real: Table; synthetic: Table; names: string[] }> {
  const { table, metadata } = exampleTable();
  const synthetic = await (await fittedOnce(subject)).sample(4_000, { seed: 41 });
  const names = table.columnNames.filter((name) => isModelled(metadata.columns[name]!));
  return { real: table, synthetic, names };
}

/** Each column alone: Kolmogorov-Smirnov distance of numbers, total variation of categories. */
export async function checkMarginals(subject: GeneratorSubject): Promise<void> {
  const { real, synthetic, names } = await sampled(subject);
  for (const name of names) {
    const [a, b] = [real.column(name), synthetic.column(name)];
    if (a.kind === "number" && b.kind === "number") {
      const distance = ksDistance(a.values, b.values);
      promise(
        distance <= marginalDistance,
        `column ${name}: distance ${distance.toFixed(3)} from the real marginal`,
      );
    } else {
      const distance = shareDistance(categoryShares(a), categoryShares(b));
      promise(
        distance <= categoryDistance,
        `column ${name}: shares ${distance.toFixed(3)} from the real ones`,
      );
    }
  }
}

/** Pairs of columns: nearer to the real joint shares than columns shuffled one by one. */
export async function checkAssociation(subject: GeneratorSubject): Promise<void> {
  const { real, synthetic, names } = await sampled(subject);
  const pairs = pairErrors(real, synthetic, names).filter((pair) => pair.shuffled >= associatedPair);
  promise(pairs.length >= 10, `internal: only ${pairs.length} pairs of the example are associated`);
  const sum = (key: "error" | "shuffled"): number => pairs.reduce((total, pair) => total + pair[key], 0);
  const ratio = sum("error") / sum("shuffled");
  const worst = pairs.reduce((a, b) => (b.error / b.shuffled > a.error / a.shuffled ? b : a));
  promise(
    ratio <= associationErrorRatio,
    `pairs keep ${ratio.toFixed(2)} of the error of shuffled columns; worst is ${worst.columns.join(" with ")}`,
  );
}
