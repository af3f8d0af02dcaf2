// Random over-sampling: rows of the class again, drawn with replacement. With `shrinkage` each number moves by a normal
// draw whose width is the kernel's rule of thumb, (4 / ((d + 2) n))^(1 / (d + 4)) standard deviations of the class
// (Menardi and Torelli 2014, section 3): a smoothed bootstrap.

import { wholeNumbers } from "../draws.ts";
import { standardDeviation } from "../feature-rows.ts";
import type { NewRows } from "../new-rows.ts";
import { allRows, missingRows, type Outcome, type Work } from "../work.ts";

export async function randomOver(work: Work): Promise<Outcome> {
  const made: NewRows[] = [];
  const { shrinkage } = work.options;
  for (const [label, count] of missingRows(work)) {
    const rows = work.classRows[label]!;
    const name = work.classes[label]!;
    const base = wholeNumbers(await work.draws.uniforms(`${name}: row`, count), rows.length).map(
      (at) => rows[at]!,
    );
    const share = new Float64Array(count);
    if (shrinkage === 0) {
      made.push({ label, base, other: base, share, repeats: true });
      continue;
    }
    const { numbers } = work.features;
    const width = (4 / ((numbers.length + 2) * rows.length)) ** (1 / (numbers.length + 4));
    const noise = await work.draws.normals(`${name}: move`, numbers.length, count);
    for (const [d, { values }] of numbers.entries()) {
      const scale = shrinkage * width * standardDeviation(values, rows);
      for (let i = d * count; i < (d + 1) * count; i++) noise[i]! *= scale;
    }
    made.push({ label, base, other: base, share, noise });
  }
  return { kept: allRows(work), made };
}
