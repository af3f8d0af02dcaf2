// The figures of the parts: what tells the tables apart, diversity, utility, bias.

import type { SensitiveColumn } from "../bias/bias-report.ts";
import type { Evaluation } from "../evaluation.ts";
import type { PrecisionRecallScores } from "../metrics/precision-recall-report.ts";
import type { UtilityModel } from "../utility/utility-report.ts";
import {
  count,
  estimated,
  type Figure,
  type FigureRow,
  type FigureTable,
  figuresOfPart,
  largest,
  measured,
  needing,
  share,
} from "./figure.ts";

/** A figure of rows and their neighbourhoods, with the holdout's beside it. */
function nearby(
  description: string,
  better: Figure["better"],
  of: (scores: PrecisionRecallScores) => number | null,
): FigureRow {
  return share(
    description,
    better,
    ({ neighbours }) => neighbours && of(neighbours.synthetic),
    ({ neighbours }) => neighbours?.ceiling && of(neighbours.ceiling),
  );
}

const modelOf = ({ utility }: Evaluation, model: UtilityModel["model"]) =>
  utility?.models.find((own) => own.model === model)?.scores[0];

// Of several columns the one that is surely the worst: the largest value of many would be that of the smallest group.
const amplified = ({ bias }: Evaluation): SensitiveColumn | null =>
  largest(bias?.columns ?? [], ({ gap }) => gap?.amplification?.low);

const unfair = ({ bias }: Evaluation): SensitiveColumn | null =>
  largest(bias?.columns ?? [], ({ models }) => models?.equalizedOdds?.change?.low);

const shifted = ({ bias }: Evaluation): SensitiveColumn | null =>
  largest(bias?.columns ?? [], ({ shareDistance }) => shareDistance);

export const partFigures: FigureTable = {
  ...figuresOfPart("projection", {
    "projection-overlap": share(
      "overlap of real and synthetic rows on the plane in which the real ones vary most",
      "higher",
      (e) => e.projection?.overlap,
      (e) => e.projection?.ceiling,
    ),
  }),
  ...figuresOfPart("two-sample", {
    "two-sample-auc": measured(
      "how well boosted trees tell synthetic rows from real ones: 0.5 is not at all",
      "lower",
      (e) => e.twoSample?.auc,
      (e) => e.twoSample?.ceiling?.auc,
    ),
    "two-sample-p": share(
      "chance of such an AUC, or a higher one, between two samples of one distribution",
      null,
      (e) => e.twoSample?.pValue,
      (e) => e.twoSample?.ceiling?.pValue,
    ),
  }),
  ...figuresOfPart("neighbours", {
    precision: nearby("share of synthetic rows near some real row", "higher", ({ prdc }) => prdc.precision),
    recall: nearby("share of real rows near some synthetic row", "higher", ({ prdc }) => prdc.recall),
    density: nearby(
      "real neighbourhoods around a synthetic row: about 1 at best",
      null,
      ({ prdc }) => prdc.density,
    ),
    coverage: nearby(
      "share of real rows with a synthetic one in their neighbourhood",
      "higher",
      ({ prdc }) => prdc.coverage,
    ),
    "alpha-precision": nearby(
      "how well synthetic rows fill the spheres of the real ones",
      "higher",
      ({ spheres }) => spheres.alphaPrecision,
    ),
    "beta-recall": nearby(
      "how well synthetic rows reach the real ones: unseen real rows score 0.5",
      "higher",
      ({ spheres }) => spheres.betaRecall,
    ),
    authenticity: nearby(
      "share of synthetic rows that are no nearer to a real row than that is to another",
      "higher",
      ({ spheres }) => spheres.authenticity,
    ),
  }),
  ...figuresOfPart("diversity", {
    "range-coverage": share(
      "share of the real ranges that synthetic numbers reach",
      "higher",
      (e) => e.diversity?.totals.range,
      (e) => e.diversity?.totals.ceiling?.range,
    ),
    "category-coverage": share(
      "share of the real categories that occur",
      "higher",
      (e) => e.diversity?.totals.category,
      (e) => e.diversity?.totals.ceiling?.category,
    ),
    "rare-coverage": share(
      "share of the categories of fewer than 1 % of the real rows that occur",
      "higher",
      (e) => e.diversity?.totals.rare,
      (e) => e.diversity?.totals.ceiling?.rare,
    ),
    "mode-coverage": share(
      "share of the real rows' clusters that are covered",
      "higher",
      (e) => e.diversity?.modes?.share,
      (e) => e.diversity?.modes?.ceiling,
    ),
    "worst-subgroup": share(
      "how differently the worst-served subgroup is spread",
      "lower",
      ({ diversity }) => (diversity ? (diversity.subgroups.worst[0]?.distance ?? 0) : null),
    ),
    "bad-subgroups": count(
      "subgroups that differ significantly",
      "lower",
      (e) => e.diversity?.subgroups.significant,
      (e) => e.diversity?.subgroups.ceilingSignificant,
    ),
  }),
  ...figuresOfPart("utility", {
    tstr: needing(
      ["holdout", "target"],
      measured(
        "score of boosted trees that learnt the synthetic rows, on held-out real rows",
        "higher",
        (e) => modelOf(e, "boosted-trees")?.synthetic,
        (e) => modelOf(e, "boosted-trees")?.real,
      ),
    ),
    trtr: needing(
      ["holdout", "target"],
      measured(
        "score of boosted trees that learnt the real rows",
        null,
        (e) => modelOf(e, "boosted-trees")?.real,
      ),
    ),
    "tstr-gap": needing(
      ["holdout", "target"],
      measured(
        "what learning synthetic rows instead of real ones costs boosted trees",
        "lower",
        (e) => modelOf(e, "boosted-trees")?.gap,
      ),
    ),
    "linear-tstr-gap": needing(
      ["holdout", "target"],
      measured(
        "what learning synthetic rows instead of real ones costs a linear model",
        "lower",
        (e) => modelOf(e, "linear")?.gap,
      ),
    ),
    "augmentation-gain": needing(
      ["holdout", "target"],
      measured(
        "what synthetic rows beside the real ones add to boosted trees",
        "higher",
        (e) => e.utility?.augmentation?.scores[0]?.gain,
      ),
    ),
    "importance-distance": needing(
      ["holdout", "target"],
      share(
        "how differently the trees use the columns: 0 is equal",
        "lower",
        (e) => e.utility?.importance?.distance,
      ),
    ),
  }),
  ...figuresOfPart("bias", {
    "bias-amplification": needing(
      ["target"],
      estimated(
        "growth of the outcome gap between groups, of the column where it is surest",
        "lower",
        (e) => amplified(e)?.gap?.amplification,
        (e) => amplified(e)?.gap?.control,
      ),
    ),
    "group-shift": share(
      "largest change of the groups' shares",
      "lower",
      (e) => shifted(e)?.shareDistance,
      (e) => shifted(e)?.ceilingDistance,
    ),
    "equalized-odds-change": needing(
      ["holdout", "target"],
      estimated(
        "growth of the gap of error rates when a model learns synthetic rows, where it is surest",
        "lower",
        (e) => unfair(e)?.models?.equalizedOdds?.change,
      ),
    ),
  }),
};
