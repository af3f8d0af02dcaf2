// The figures of the attacks and of what the synthetic table gives away.

import type { AttackRates } from "@verisim/privacy";
import type { Evaluation } from "../evaluation.ts";
import {
  count,
  estimated,
  type FigureTable,
  figuresOfPart,
  largest,
  measured,
  needing,
  share,
} from "./figure.ts";

const singlingOut = ({ privacy }: Evaluation): AttackRates | null => {
  const report = privacy?.singlingOut;
  const tried = [report?.univariate, report?.multivariate].filter(
    (rates) => rates !== null && rates !== undefined,
  );
  return largest(tried, (rates) => rates.risk.value);
};

export const privacyFigures: FigureTable = {
  ...figuresOfPart("model-file", {
    "stored-values": count(
      "rare or personal values that the model file holds to the letter, less coincidences",
      "lower",
      (e) =>
        e.modelFile
          ? e.modelFile.columns.reduce(
              (sum, { stored, coincidences }) => sum + Math.max(0, stored - (coincidences ?? 0)),
              0,
            )
          : null,
    ),
    "stored-extremes": count("exact smallest and largest numbers that the model file holds", "lower", (e) =>
      e.modelFile
        ? e.modelFile.columns.reduce(
            (sum, own) => sum + Number(own.minimumStored === true) + Number(own.maximumStored === true),
            0,
          )
        : null,
    ),
  }),
  ...figuresOfPart("privacy", {
    "privacy-alarms": count("findings that are no chance", "lower", ({ privacy }) =>
      privacy ? privacy.findings.filter(({ level }) => level === "alarm").length : null,
    ),
    "copies-found": count(
      "1 where the test for verbatim and near copies found some, else 0",
      "lower",
      ({ privacy }) => (privacy ? Number(privacy.copies.found && !privacy.copies.spread) : null),
    ),
    "copies-p": share(
      "chance of such a finding in a table without copies",
      null,
      (e) => e.privacy?.copies.pValue,
    ),
    "self-test": share(
      "share of the planted copies' trials that the test for copies saw",
      "higher",
      ({ privacy }) => {
        const kinds = privacy?.selfTest?.kinds ?? [];
        const trials = kinds.reduce((sum, kind) => sum + kind.trials, 0);
        return trials === 0 ? null : kinds.reduce((sum, kind) => sum + kind.seen, 0) / trials;
      },
    ),
    "dcr-share": needing(
      ["holdout"],
      estimated(
        "share of synthetic rows nearer to a training row than to any of as many holdout rows: chance is 0.5",
        "lower",
        (e) => e.privacy?.distances?.closerToTraining,
      ),
    ),
    "mia-auc": needing(
      ["holdout"],
      measured(
        "area under the curve of the strongest membership attack: chance is 0.5",
        "lower",
        (e) => e.privacy?.membership?.strongest.auc,
      ),
    ),
    "mia-tpr-at-1": needing(
      ["holdout"],
      estimated(
        "training rows that the strongest membership attack recognises where it errs on 1 % of the others",
        "lower",
        (e) => e.privacy?.membership?.strongest.tprAt1,
      ),
    ),
    "mia-tpr-at-10": needing(
      ["holdout"],
      estimated(
        "training rows that the strongest membership attack recognises where it errs on 10 % of the others",
        "lower",
        (e) => e.privacy?.membership?.strongest.tprAt10,
      ),
    ),
    "attribute-risk": needing(
      ["holdout"],
      estimated(
        "what the synthetic table gives away of the worst column's values",
        "lower",
        (e) => e.privacy?.attributes?.worst?.rates.risk,
      ),
    ),
    "singling-out-risk": needing(
      ["holdout"],
      estimated(
        "what the synthetic table gives away about how to single out a training row",
        "lower",
        (e) => singlingOut(e)?.risk,
      ),
    ),
    "linkability-risk": needing(
      ["holdout"],
      estimated(
        "what the synthetic table gives away about which halves of records belong together",
        "lower",
        (e) => e.privacy?.linkability?.worst.risk,
      ),
    ),
    "k-map": count(
      "fewest real rows that match a synthetic row which matches any",
      "higher",
      (e) => e.privacy?.anonymity?.kMap,
    ),
    "below-eleven": share(
      "share of synthetic rows that match one to ten real rows",
      "lower",
      (e) => e.privacy?.anonymity?.belowEleven,
    ),
    reidentification: share(
      "mean chance to name the right person for a synthetic row",
      "lower",
      (e) => e.privacy?.anonymity?.reidentification,
    ),
    identifiability: share(
      "share of training rows nearer to a synthetic row than to another training row",
      "lower",
      (e) => e.privacy?.anonymity?.identifiability.training,
      (e) => e.privacy?.anonymity?.identifiability.holdout,
    ),
    "leaking-columns": count(
      "columns whose values of one training row alone turn up more often than chance",
      "lower",
      (e) => e.privacy?.values.leaking.length,
    ),
  }),
};
