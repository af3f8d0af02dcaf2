// What drawn rows are worth to a model, where nobody has named a target: of the columns that real rows predict best from
// the others, boosted trees learn each from drawn rows and are asked about real ones (train on synthetic, test on real;
// C. Esteban et al., "Real-valued (Medical) Time Series Generation with Recurrent Conditional GANs", 2017, section 4.1).

import { type RunOptions, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import { decidingScore, GradientBoostedTrees, type TableFeatures, tableFeatures } from "@verisim/trees";

/** Columns that are asked: those that real rows predict best, because elsewhere there is nothing to lose. */
const askedColumns = 3;
/** Skill, 0 at chance and 1 without error, below which a column counts as not predicted: its scores are mostly noise. */
const leastSkill = 0.1;
/** Held-out rows of other classes than the commonest, below which one row decides the score of a column. */
const leastOthers = 10;
/** Every class grows trees of its own in each round; columns of more classes are seldom what one predicts. */
const mostClasses = 30;
/** A tenth of the work of LightGBM's defaults, and the same order of what is predicted well. */
const quickTrees = { numIterations: 20, learningRate: 0.2, numLeaves: 15 };

/** A column, and how well the others tell it in real rows. */
export interface AskedColumn {
  readonly features: TableFeatures;
  /** AUC, macro F1 or R2 of trees that learnt real rows, on others. */
  readonly real: number;
}

/**
 * The columns that real rows predict best above chance, at most three, best first. None of more than 30 classes, and none
 * of which fewer than ten held-out rows are of other classes than the commonest.
 * @param learnt real rows that trees learn
 * @param held real rows that they are asked about
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function bestPredicted(
  learnt: Table,
  held: Table,
  metadata: TableMetadata,
  run: RunOptions = {},
): Promise<readonly AskedColumn[]> {
  const asked: (AskedColumn & { skill: number })[] = [];
  for (const column of learnt.columnNames) {
    const features = featuresFor(learnt, metadata, column);
    if (!features || features.classes.length > mostClasses) continue;
    const naive = naiveScore(features, held);
    const real = naive === null ? null : await scoreOf(features, learnt, held, run);
    if (naive === null || real === null) continue;
    const skill = (real - naive) / (1 - naive);
    if (skill >= leastSkill) asked.push({ features, real, skill });
  }
  return asked.sort((a, b) => b.skill - a.skill).slice(0, askedColumns);
}

/**
 * The mean over the columns of the score of trees that learnt drawn rows over the score of those that learnt real ones,
 * each 0 to 1; null where no column can be asked.
 * @param judging real rows that the trees are asked about
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function columnUtility(
  columns: readonly AskedColumn[],
  drawn: Table,
  judging: Table,
  run: RunOptions = {},
): Promise<number | null> {
  if (columns.length === 0) return null;
  let sum = 0;
  for (const { features, real } of columns) {
    const score = (await scoreOf(features, drawn, judging, run)) ?? 0;
    sum += Math.max(0, Math.min(1, score / real));
  }
  return sum / columns.length;
}

/** Null for columns that nothing predicts: ids, dates, constants, or the only one. */
function featuresFor(table: Table, metadata: TableMetadata, column: string): TableFeatures | null {
  try {
    return tableFeatures(table, metadata, column);
  } catch (error) {
    if (VerisimError.isInstance(error) && ["VERISIM_TARGET", "VERISIM_UNKNOWN_COLUMN"].includes(error.code))
      return null;
    throw error;
  }
}

/** What rows score that are all taken for the commonest class, or for the mean; null where too few are anything else. */
function naiveScore(features: TableFeatures, asked: Table): number | null {
  const { labels } = features.encode(asked);
  if (features.objective === "regression") return labels.length < leastOthers ? null : 0;
  const counts = features.classes.map((_, place) =>
    labels.reduce((sum, label) => sum + +(label === place), 0),
  );
  const commonest = counts.indexOf(Math.max(...counts));
  if (labels.length - counts[commonest]! < leastOthers) return null;
  if (features.objective === "binary") return 0.5;
  const always = Float64Array.from({ length: labels.length * counts.length }, (_, at) =>
    at % counts.length === commonest ? 1 : 0,
  );
  return decidingScore(features, always, labels);
}

/** Null where the rows hold fewer than two labels, or those asked about cannot be scored. */
async function scoreOf(
  features: TableFeatures,
  given: Table,
  asked: Table,
  { signal }: RunOptions,
): Promise<number | null> {
  const [learnt, judged] = [features.encode(given), features.encode(asked)];
  const seen = [...new Set(learnt.labels)].sort((a, b) => a - b);
  if (seen.length < 2) return null;
  const isRegression = features.objective === "regression";
  const trees = new GradientBoostedTrees({
    objective: isRegression ? "regression" : seen.length === 2 ? "binary" : "multiclass",
    ...quickTrees,
  });
  const stop = signal ? { signal } : {};
  const places = new Map(seen.map((label, place) => [label, place]));
  await trees.fit(
    learnt.features,
    isRegression ? learnt.labels : learnt.labels.map((label) => places.get(label)!),
    stop,
  );
  const own = await trees.predict(judged.features, stop);
  const predictions = features.objective === "multiclass" ? ofAllClasses(own, seen, features) : own;
  const score = decidingScore(features, predictions, judged.labels);
  return Number.isFinite(score) ? score : null;
}

/** One probability per row and class; 0 for classes that the learnt rows lack. */
function ofAllClasses(own: Float64Array, seen: readonly number[], { classes }: TableFeatures): Float64Array {
  const outputs = seen.length === 2 ? 1 : seen.length;
  const rows = own.length / outputs;
  const all = new Float64Array(rows * classes.length);
  for (let row = 0; row < rows; row++)
    for (const [place, label] of seen.entries()) {
      const value = outputs > 1 ? own[row * outputs + place]! : place === 1 ? own[row]! : 1 - own[row]!;
      all[row * classes.length + label] = value;
    }
  return all;
}
