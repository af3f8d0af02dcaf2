// One generator in a comparison: learnt in its share of the time, its rows drawn and judged. One that cannot learn the
// table is a line of the result, not the end of the others.

import { type Table, type TableMetadata, throwIfAborted, VerisimError } from "@verisim/core";
import type { Evaluation, PartName } from "@verisim/evaluate";
import { judge } from "./judging.ts";
import { type FitPlan, fitGenerator } from "./learning.ts";
import { drawRows } from "./sampling.ts";
import type { Session } from "./session.ts";

export interface Contest {
  readonly train: Table;
  readonly holdout: Table;
  readonly metadata: TableMetadata;
  readonly target: string | undefined;
  readonly parts: readonly PartName[] | undefined;
  readonly rows: number;
  readonly seed: number;
}

export interface Entrant {
  readonly name: string;
  readonly fitSeconds: number;
  readonly sampleSeconds: number;
  readonly evaluation: Evaluation;
  readonly warnings: readonly string[];
}

export interface Dropout {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Lets one generator take part.
 * @throws VerisimError `VERISIM_ABORTED` when the signal fires
 */
export async function enter(plan: FitPlan, contest: Contest, session: Session): Promise<Entrant | Dropout> {
  const { train, metadata, seed, rows } = contest;
  const { name } = plan.definition;
  const clock = (): number => performance.now() / 1000;
  try {
    const begun = clock();
    const read = { table: train, metadata };
    const generator = await session.timed(name, () => fitGenerator(plan, read, seed, session));
    const learnt = clock();
    const drawn = await session.timed(name, () =>
      drawRows(
        generator,
        { rows, from: 0, where: undefined, counts: undefined, fairness: undefined },
        seed,
        session,
      ),
    );
    const done = clock();
    const evaluation = await judge({ ...contest, real: train, synthetic: drawn.table }, session);
    return {
      name,
      fitSeconds: learnt - begun,
      sampleSeconds: done - learnt,
      evaluation,
      warnings: [...generator.warnings, ...drawn.notes.map(({ message }) => message)],
    };
  } catch (error) {
    throwIfAborted(session.signal);
    if (!VerisimError.isInstance(error)) throw error;
    return { name, code: error.code, message: error.message };
  }
}
