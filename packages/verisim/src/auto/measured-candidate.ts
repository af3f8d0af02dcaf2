// One candidate, measured: it learns all rows, so that what is measured is the very model that is kept, and what it draws
// is judged against them. Whether it gives rows back is seen of a second model that learnt four fifths of them.

import {
  type FitOptions,
  type Generator,
  type RunOptions,
  sampleRowNumbers,
  streamKey,
  type Table,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { type CandidateFigures, meanFigures } from "./candidate-figures.ts";
import type { ChosenGenerator } from "./choose-generator.ts";
import { type AskedColumn, bestPredicted, columnUtility } from "./column-utility.ts";

/** Share of the rows that are held out. */
const heldShare = 0.2;
/** Rows per side of the two-sample test, at most: its figure stands to the second digit. */
const toldRows = 2000;
/** Rows that are drawn to be judged in several tables of the learnt one's length, at most; and tables, at most. */
const [drawnRows, mostDraws] = [800, 3];
/** Share of drawn rows nearer to a learnt row than to a held-out one, beyond which rows count as repeated. */
const mostNearer = 0.53;

/** The time of a run that measures, as a fit's. */
export type MeasuringRun = Omit<FitOptions, "checkpoint">;

/** The rows that all candidates learn, cut once. */
export class LearntRows {
  readonly all: Table;
  /** Four fifths of them, and the others. */
  readonly part: Table;
  readonly held: Table;
  #asked: Promise<readonly AskedColumn[]> | undefined;

  /** @param seed chooses the rows that are held out */
  constructor(table: Table, seed: number) {
    const count = Math.round(table.rowCount * heldShare);
    const held = sampleRowNumbers(table.rowCount, count, streamKey(seed, "auto", "held out"));
    const isHeld = new Set(held);
    const part = Array.from({ length: table.rowCount }, (_, row) => row).filter((row) => !isHeld.has(row));
    this.all = table;
    this.part = table.take(part);
    this.held = table.take(held);
  }

  /** The columns by which utility is judged, found once. */
  asked({ metadata, signal }: MeasuringRun): Promise<readonly AskedColumn[]> {
    this.#asked ??= bestPredicted(this.part, this.held, metadata, signal ? { signal } : {});
    return this.#asked;
  }
}

/** A candidate that has learnt all rows, and the tables that it drew. */
export class MeasuredCandidate {
  readonly candidate: ChosenGenerator;
  readonly generator: Generator;
  readonly #rows: LearntRows;
  readonly #run: MeasuringRun;
  readonly #drawn: readonly Table[];

  private constructor(
    candidate: ChosenGenerator,
    generator: Generator,
    rows: LearntRows,
    run: MeasuringRun,
    drawn: readonly Table[],
  ) {
    this.candidate = candidate;
    this.generator = generator;
    this.#rows = rows;
    this.#run = run;
    this.#drawn = drawn;
  }

  /** Null where the candidate cannot learn the rows. @throws VerisimError `VERISIM_ABORTED` */
  static of(
    candidate: ChosenGenerator,
    rows: LearntRows,
    run: MeasuringRun,
  ): Promise<MeasuredCandidate | null> {
    return unlessUnable(run, async () => {
      const { rowCount } = rows.all;
      const generator = await learnt(candidate, rows.all, run);
      const drawn: Table[] = [];
      const draws = Math.max(1, Math.min(mostDraws, Math.floor(drawnRows / rowCount)));
      for (let draw = 0; draw < draws; draw++)
        drawn.push(await generator.sample(rowCount, { ...sampling(candidate, run), from: draw * rowCount }));
      return new MeasuredCandidate(candidate, generator, rows, run, drawn);
    });
  }

  /** Shapes, pair trends and AUC of the drawn rows, without utility; null where they cannot be judged. */
  figures(): Promise<CandidateFigures | null> {
    const { metadata, seed = 0 } = this.#run;
    const told = toldOf(this.candidate, this.#run);
    return unlessUnable(this.#run, async () => {
      const [{ qualityReport }, { twoSampleTest }] = await Promise.all([
        import("@verisim/evaluate"),
        import("@verisim/evaluate/two-sample"),
      ]);
      const all: CandidateFigures[] = [];
      for (const synthetic of this.#drawn) {
        const { columnShapes, columnPairTrends } = await qualityReport(
          this.#rows.all,
          synthetic,
          metadata,
          told,
        );
        const pair = { real: this.#rows.all, synthetic, metadata };
        const test = await twoSampleTest(pair, { ...told, seed, maxRows: toldRows });
        if (!test) return null;
        all.push({
          shapes: columnShapes.score,
          trends: columnPairTrends.score,
          auc: test.auc.value,
          utility: null,
        });
      }
      return meanFigures(all);
    });
  }

  /** What models learn from the drawn rows of the columns that real rows predict best; null where none does. */
  async utility(): Promise<number | null> {
    const { signal } = this.#run;
    const stop = signal ? { signal } : {};
    const columns = await this.#rows.asked(this.#run);
    let sum = 0;
    for (const synthetic of this.#drawn) {
      const utility = await columnUtility(columns, synthetic, this.#rows.all, stop);
      if (utility === null) return null;
      sum += utility / this.#drawn.length;
    }
    return sum;
  }

  /**
   * Whether rows come back that were learnt, more often or more nearly than held-out rows and chance explain: seen of a
   * model that learnt four fifths of the rows. False where there is none.
   */
  async repeats(maxTimeMs: number | undefined): Promise<boolean> {
    const { part, held } = this.#rows;
    const run = maxTimeMs === undefined ? this.#run : { ...this.#run, maxTimeMs };
    const repeats = await unlessUnable(run, async () => {
      const generator = await learnt(this.candidate, part, run);
      const synthetic = await generator.sample(part.rowCount, sampling(this.candidate, run));
      return givesBack({ real: part, synthetic, holdout: held }, run, toldOf(this.candidate, run));
    });
    return repeats ?? false;
  }
}

async function givesBack(
  tables: { real: Table; synthetic: Table; holdout: Table },
  { metadata, seed = 0 }: MeasuringRun,
  told: RunOptions,
): Promise<boolean> {
  const { closestRecordShare, compareTables, copyCheck } = await import("@verisim/evaluate");
  const compared = compareTables({ ...tables, metadata });
  const copies = copyCheck(compared.columns, compared.rowCounts);
  const nearest = await closestRecordShare(compared, { ...told, seed });
  const held = tables.holdout.rowCount;
  // What a fair coin, tossed once for each held-out row, stays within in 19 of 20 cases.
  const chance = 1 / Math.sqrt(held);
  const usual = Math.max(copies.holdoutCopyShare ?? 0, 1 / held);
  return (
    (nearest !== null && nearest.share.value - chance > mostNearer) ||
    copies.exactCopyShare > usual + 2 * Math.sqrt(usual / held)
  );
}

async function learnt(candidate: ChosenGenerator, rows: Table, run: MeasuringRun): Promise<Generator> {
  const { definition, choice } = candidate;
  const { maxTimeMs: _, maxMemoryBytes: __, ...untrained } = run;
  const options = { ...(definition.trains ? run : untrained), ...toldOf(candidate, run) };
  return definition.create(choice.options).fit(rows, options);
}

function sampling(candidate: ChosenGenerator, run: MeasuringRun): RunOptions & { seed: number } {
  return { seed: run.seed ?? 0, ...toldOf(candidate, run) };
}

function toldOf({ definition }: ChosenGenerator, { signal, onProgress }: MeasuringRun): RunOptions {
  return {
    ...(signal ? { signal } : {}),
    ...(onProgress
      ? { onProgress: (progress) => onProgress({ ...progress, detail: `trying ${definition.name}` }) }
      : {}),
  };
}

/** Null where the work ends with an error that another candidate may not share. @throws VerisimError `VERISIM_ABORTED` */
async function unlessUnable<T>({ signal }: RunOptions, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    throwIfAborted(signal);
    if (!VerisimError.isInstance(error)) throw error;
    return null;
  }
}
