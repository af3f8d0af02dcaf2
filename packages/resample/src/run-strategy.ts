// Which function carries out which strategy.

import { adasyn } from "./over/adasyn.ts";
import { borderlineSmote } from "./over/borderline-smote.ts";
import { randomOver } from "./over/random.ts";
import { smote } from "./over/smote.ts";
import type { Outcome, Work } from "./work.ts";

const functions: Readonly<Record<string, (work: Work) => Promise<Outcome>>> = {
  random: randomOver,
  smote,
  smotenc: smote,
  "borderline-smote-1": borderlineSmote(1),
  "borderline-smote-2": borderlineSmote(2),
  adasyn,
};

export function runStrategy(name: string, work: Work): Promise<Outcome> {
  const run = functions[name];
  if (!run) throw new Error(`internal: no function carries out ${name}`);
  return run(work);
}
