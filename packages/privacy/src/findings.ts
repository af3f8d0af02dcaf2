// What a report says first, in words: which figures are beyond chance, and which of them are large.

import { wilson } from "@verisim/stats";
import { combinedInterval } from "./intervals.ts";
import type { AttackRates, Finding, PrivacyReport, RiskLevel } from "./privacy-report.ts";

/** Shares of training rows found at 10 % and 1 % false positives beyond which membership is given away. */
const alarmAt10 = 0.15;
const alarmAt1 = 0.03;
/** Risk beyond which an attack is an alarm: singling out and linkability, and inference (1/11, the threshold for health data). */
const alarmRisk = 0.05;
const alarmInference = 0.09;

/** Share of copies that is an alarm even without a holdout, or where they are spread over the table. */
const sureShare = 0.05;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

type Parts = Omit<PrivacyReport, "version" | "seed" | "rows" | "sampled" | "columns" | "level" | "findings">;

/** @param rows synthetic rows */
export function findingsOf(parts: Parts, rows: number): Finding[] {
  return [
    ...copyFindings({ ...parts, rows }),
    ...membershipFindings(parts),
    ...attackFindings(parts),
    ...valueFindings(parts),
  ];
}

export function worstLevel(findings: readonly Finding[]): RiskLevel {
  if (findings.some(({ level }) => level === "alarm")) return "alarm";
  return findings.some(({ level }) => level === "notice") ? "notice" : "clear";
}

const copyWords = {
  verbatim: "verbatim copies",
  near: "near copies",
  outliers: "near copies of outliers",
} as const;

function copyFindings({ copies, selfTest, rows }: Parts & { rows: number }): Finding[] {
  const found: Finding[] = [];
  // Without a holdout a generator that draws from the crowd alone looks a little like one that copies.
  const isSure =
    copies.estimatedCopies > sureShare * rows || (copies.control === "holdout" && !copies.spread);
  const chance = `chance makes a table look so in ${copies.pValue < 1e-6 ? "less than one of a million cases" : `${(100 * copies.pValue).toPrecision(1)} % of cases`}`;
  if (copies.found)
    found.push({
      level: isSure ? "alarm" : "notice",
      part: "copies",
      text: copies.spread
        ? `The synthetic rows lie nearer to training rows than chance puts them, throughout the table: as if ${percent(copies.estimatedCopies / rows)} of them were learnt by heart (${chance}). No copies stand out.`
        : `The synthetic table holds copies of training rows, about ${Math.round(copies.estimatedCopies)} of them (${chance}).`,
    });
  if (selfTest && !selfTest.wouldSeeCopies && !copies.found) {
    const missed = selfTest.kinds.filter(({ seen, trials }) => seen < trials);
    found.push({
      level: "notice",
      part: "self-test",
      text:
        `This report might miss copies: planted into ${percent(selfTest.share)} of the rows, ` +
        `${missed.map(({ kind, seen, trials }) => `${copyWords[kind]} were seen ${seen} of ${trials} times`).join(", ")}.`,
    });
  }
  return found;
}

function membershipFindings({ membership }: Parts): Finding[] {
  const found: Finding[] = [];
  for (const { group, strongest } of membership?.groups ?? []) {
    const { attack, tprAt10, tprAt1 } = strongest;
    if (tprAt10.low <= 0.1 && tprAt1.low <= 0.01) continue;
    const level = tprAt10.low > alarmAt10 || tprAt1.low > alarmAt1 ? "alarm" : "notice";
    found.push({
      level,
      part: "membership",
      text:
        `Of ${group}, the attack "${attack}" recognises ${percent(tprAt10.value)} of the training rows where chance ` +
        `finds 10 %, and ${percent(tprAt1.value)} where chance finds 1 %.`,
    });
  }
  return found;
}

function attackFindings({ attributes, singlingOut, linkability, anonymity }: Parts): Finding[] {
  const found: Finding[] = [];
  const add = (
    part: Finding["part"],
    rates: AttackRates | null,
    looks: number,
    alarm: number,
    what: string,
  ): void => {
    if (!rates?.strongerThanNaive || provenRisk(rates, looks) <= 0) return;
    found.push({
      level: provenRisk(rates, looks) > alarm ? "alarm" : "notice",
      part,
      text: `${what}: ${percent(rates.main.value)} of training rows against ${percent(rates.control.value)} of others, a risk of ${percent(rates.risk.value)}.`,
    });
  };
  const worst = attributes?.worst;
  if (worst)
    add(
      "attributes",
      worst.rates,
      attributes.columns.length,
      alarmInference,
      `${worst.column} is inferred better for training rows`,
    );
  add(
    "singling-out",
    singlingOut?.univariate ?? null,
    2,
    alarmRisk,
    "Single values single out training rows",
  );
  add(
    "singling-out",
    singlingOut?.multivariate ?? null,
    2,
    alarmRisk,
    "Combinations single out training rows",
  );
  add(
    "linkability",
    linkability?.worst ?? null,
    linkability?.splits.length ?? 1,
    alarmRisk,
    "Halves of records are joined through the synthetic table",
  );
  if (anonymity && !anonymity.guessed && anonymity.reidentification > alarmInference)
    found.push({
      level: "notice",
      part: "anonymity",
      text: `A synthetic row names the right person with a chance of ${percent(anonymity.reidentification)}, by ${anonymity.quasiIdentifiers.join(", ")}.`,
    });
  return found;
}

/** Lower end of the risk that holds for several attacks at once. */
function provenRisk({ attacks, main, control }: AttackRates, looks: number): number {
  const level = 1 - 0.05 / looks;
  const count = (share: number): number => Math.round(share * attacks);
  return combinedInterval(
    wilson(count(main.value), attacks, level),
    wilson(count(control.value), attacks, level),
    (own, others) => (others >= 1 ? 0 : (own - others) / (1 - others)),
  ).low;
}

function valueFindings({ values }: Parts): Finding[] {
  return values.columns
    .filter(({ column }) => values.leaking.includes(column))
    .map(({ column, pii, training, holdout }) => ({
      level: pii ? "alarm" : "notice",
      part: "values",
      text:
        `${column} repeats ${percent(training.value)} of the values that one training row alone holds, and ` +
        `${percent(holdout?.value ?? 0)} of the holdout's.`,
    }));
}
