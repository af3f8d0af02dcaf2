// What is said of the rows that a candidate draws, and the one number that candidates are compared by: the mean of what
// columns, pairs, a two-sample test and models that learn from them find in them.

/** Figures of rows that a candidate drew, against the rows that it learnt. */
export interface CandidateFigures {
  /** SDMetrics' Column Shapes and Column Pair Trends, 0 to 1; null where nothing can be scored. */
  readonly shapes: number | null;
  readonly trends: number | null;
  /** Of the two-sample test by boosted trees: 0.5 is best. */
  readonly auc: number;
  /** Of models that learnt the drawn rows, over that of models that learnt real ones, 0 to 1; null where none was asked. */
  readonly utility: number | null;
}

/** Gain in the score below which the quicker one is kept: another table of the same model changes the score by as much. */
const leastGain = 0.005;
/** An AUC up to which rivals are not worth their time. */
const hardlyTold = 0.55;

/** Mean of shapes, pair trends, how little the two-sample test finds, and utility; higher is closer. */
export function scoreOf({ shapes, trends, auc, utility }: CandidateFigures): number {
  const scores = [shapes, trends, 1 - toldApart(auc), utility].filter((score) => score !== null);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

export function isClearlyCloser(one: CandidateFigures, other: CandidateFigures): boolean {
  return scoreOf(one) > scoreOf(other) + leastGain;
}

/** Whether boosted trees find next to nothing by which to tell the rows. */
export function isHardlyTold({ auc }: CandidateFigures): boolean {
  return auc <= hardlyTold;
}

/**
 * How well the two-sample test tells rows: 0 not at all, 1 without error.
 *
 * Both ways count. The AUC is out of fold, and rows of another sample have 0.5 on average; it falls below where drawn rows
 * keep to the learnt ones more closely than another sample would: of a copied row the fold that is judged has one, the
 * folds that were learnt the other, with the other label.
 */
function toldApart(auc: number): number {
  return Math.abs(2 * auc - 1);
}

/** The means of figures of several tables; null where any has none. At least one. */
export function meanFigures(all: readonly CandidateFigures[]): CandidateFigures {
  const mean = (of: (figures: CandidateFigures) => number | null): number | null =>
    all.reduce<number | null>((sum, figures) => {
      const value = of(figures);
      return sum === null || value === null ? null : sum + value / all.length;
    }, 0);
  return {
    shapes: mean(({ shapes }) => shapes),
    trends: mean(({ trends }) => trends),
    auc: mean(({ auc }) => auc)!,
    utility: mean(({ utility }) => utility),
  };
}

export function figuresText({ shapes, trends, auc, utility }: CandidateFigures): string {
  const parts = [
    `two-sample AUC ${auc.toFixed(2)}`,
    shapes === null ? "" : `shapes ${shapes.toFixed(2)}`,
    trends === null ? "" : `pair trends ${trends.toFixed(2)}`,
    utility === null ? "" : `utility ${utility.toFixed(2)}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}
