// The verdict at one glance: the questions that people ask of synthetic data, each with one word and one sentence, and a
// way to the section that proves it. Only what was measured is answered.

import type { Evaluation } from "@verisim/evaluate";
import { type Html, html } from "../html.ts";
import type { ReportView } from "../report-input.ts";
import { count, counted, isolated, percent } from "../text.ts";
import { bandOf, qualityCeiling } from "../verdict.ts";
import { three } from "./figure-text.ts";
import { levelWords } from "./privacy.ts";

interface Answer {
  question: string;
  word: string;
  tone: "excellent" | "good" | "fair" | "poor" | "unknown";
  because: string;
  section: string;
}

function looks(view: ReportView): Answer {
  const { quality } = view.evaluation;
  const ceiling = qualityCeiling(view);
  const band = bandOf(quality.score);
  const words = {
    excellent: "very close",
    good: "close",
    fair: "partly",
    poor: "no",
    unknown: "unknown",
  } as const;
  return {
    question: "Does it look like the real data?",
    word: words[band],
    tone: band,
    because: `Quality ${percent(quality.score)}${ceiling === null ? "" : `; fresh real rows reach ${percent(ceiling)}`}.`,
    section: "worst",
  };
}

function apart({ twoSample }: Evaluation): Answer | null {
  if (!twoSample) return null;
  const { auc, ceiling, columns } = twoSample;
  const best = ceiling?.auc.high ?? 0.52;
  const [word, tone] =
    auc.value <= best || auc.low <= 0.5
      ? (["no", "excellent"] as const)
      : auc.value < 0.6
        ? (["barely", "good"] as const)
        : auc.value < 0.75
          ? (["often", "fair"] as const)
          : (["easily", "poor"] as const);
  const first = columns.find(({ gainShare }) => gainShare > 0);
  return {
    question: "Can a model tell it apart?",
    word,
    tone,
    because: `AUC ${three(auc.value)}, where 0.5 is a coin${tone !== "excellent" && first ? `; most is seen in ${isolated(first.column)}` : ""}.`,
    section: "apart",
  };
}

function variety({ diversity }: Evaluation): Answer | null {
  if (!diversity) return null;
  const { totals, modes, subgroups } = diversity;
  const shares = [totals.central, totals.category, totals.rare, modes?.share ?? null].filter(
    (share) => share !== null,
  );
  const least = Math.min(1, ...shares);
  const expected = Math.min(
    1,
    ...[totals.ceiling?.central, totals.ceiling?.category, totals.ceiling?.rare].filter(
      (share) => typeof share === "number",
    ),
  );
  const band = bandOf(Math.min(1, least + (1 - expected)));
  const words = {
    excellent: "yes",
    good: "nearly all",
    fair: "some is lost",
    poor: "much is lost",
    unknown: "unknown",
  } as const;
  const lost = modes ? modes.modes.filter(({ covered }) => !covered).length : 0;
  // All values may be there while most groups of rows are spread over them in another way.
  const isUneven =
    (band === "excellent" || band === "good") &&
    subgroups.significant - (subgroups.ceilingSignificant ?? 0) > subgroups.tested / 2;
  return {
    question: "Is all of the variety there?",
    word: isUneven ? "values yes, groups no" : words[band],
    tone: isUneven ? "fair" : band,
    because: `${totals.rare === null ? `Categories: ${totals.category === null ? "none" : percent(totals.category)}` : `Rare categories: ${percent(totals.rare)}`} occur${
      lost > 0 ? `; ${counted(lost, "cluster")} lost` : ""
    }; ${count(subgroups.significant)} of ${counted(subgroups.tested, "subgroup")} ${subgroups.significant === 1 ? "is" : "are"} spread differently.`,
    section: "diversity",
  };
}

function learns({ utility }: Evaluation): Answer | null {
  if (!utility) return null;
  const score = utility.models[0]?.scores[0];
  const base = { question: "Does a model learn as much from it?", section: "utility" };
  if (!score) return { ...base, word: "unknown", tone: "unknown", because: "No model could be trained." };
  if (!score.synthetic || !score.gap)
    return { ...base, word: "no", tone: "poor", because: "Nothing can be learnt from the synthetic rows." };
  const { gap, real, synthetic } = score;
  const [word, tone] =
    gap.low <= 0
      ? (["yes", "excellent"] as const)
      : gap.value < 0.02
        ? (["almost", "good"] as const)
        : gap.value < 0.08
          ? (["less", "fair"] as const)
          : (["far less", "poor"] as const);
  return {
    ...base,
    word,
    tone,
    because: `${score.score} ${three(synthetic.value)}, learnt from real rows ${three(real.value)}.`,
  };
}

function fair({ bias }: Evaluation): Answer | null {
  if (!bias || bias.columns.length === 0) return null;
  const base = { question: "Are groups treated alike?", section: "bias" };
  const gaps = bias.columns.filter(({ gap }) => gap !== null);
  if (gaps.length === 0) {
    const most = bias.columns.reduce((held, one) => (one.shareDistance > held.shareDistance ? one : held));
    const limit = Math.max(0.02, 2 * (most.ceilingDistance ?? 0));
    const isSame = most.shareDistance <= limit;
    return {
      ...base,
      word: isSame ? "same shares" : "shares moved",
      tone: isSame ? "good" : "fair",
      because: `The groups by ${isolated(most.columns.join(" and "))} moved by ${percent(most.shareDistance)}.`,
    };
  }
  const amplified = gaps.filter(({ gap }) => gap!.verdict === "amplified");
  const worst = amplified.reduce<(typeof gaps)[0] | null>(
    (held, one) => (held === null || one.gap!.amplification!.low > held.gap!.amplification!.low ? one : held),
    null,
  );
  const erring = bias.columns.filter(({ models }) => (models?.equalizedOdds?.change?.low ?? 0) > 0);
  if (worst === null && erring.length > 0)
    return {
      ...base,
      word: "errors differ more",
      tone: "fair",
      because: `No outcome gap grew, but a model that learns it errs more unevenly by ${isolated(erring[0]!.columns.join(" and "))}.`,
    };
  return worst === null
    ? {
        ...base,
        word: "no gap grew",
        tone: "excellent",
        because: `None of ${counted(gaps.length, "outcome gap")} is wider than in the real rows.`,
      }
    : {
        ...base,
        word: amplified.length === 1 ? "a gap grew" : "gaps grew",
        tone: worst.gap!.amplification!.low > 0.05 ? "poor" : "fair",
        because: `${counted(amplified.length, "outcome gap")} of ${gaps.length} wider than in the real rows, surest by ${isolated(worst.columns.join(" and "))}.`,
      };
}

function secret({ privacy }: Evaluation): Answer | null {
  if (!privacy) return null;
  const { level, selfTest } = privacy;
  const { word, tone } = levelWords[level];
  const alarms = privacy.findings.filter((finding) => finding.level === level).length;
  const seen =
    selfTest === null || selfTest.alreadyFound
      ? ""
      : selfTest.wouldSeeCopies
        ? ` A copy of ${percent(selfTest.share)} would have been seen.`
        : ` A copy of ${percent(selfTest.share)} might not have been seen.`;
  return {
    question: "Does it give people away?",
    word,
    tone: tone as Answer["tone"],
    because: `${level === "clear" ? "No alarm by any attack or test." : `${counted(alarms, "finding")}: see there.`}${seen}`,
    section: "privacy",
  };
}

function valid({ diagnostic }: Evaluation): Answer {
  const failed = diagnostic.dataValidity.columns.filter(({ score }) => score !== null && score < 1).length;
  const structure = diagnostic.dataStructure.score ?? 1;
  const isRight = failed === 0 && structure === 1;
  return {
    question: "Is every value valid?",
    word: isRight ? "yes" : "no",
    tone: isRight ? "excellent" : "fair",
    because: isRight
      ? "Ranges, categories, keys and columns all hold."
      : [
          failed > 0 && `${counted(failed, "check")} not met`,
          structure < 1 && "columns or types do not match",
        ]
          .filter(Boolean)
          .join("; ")
          .concat("."),
    section: "checks",
  };
}

/** Tiles of questions and answers; null where only quality was measured, which the scores below say already. */
export function answers(view: ReportView): Html | null {
  const { evaluation } = view;
  const deeper = [
    apart(evaluation),
    variety(evaluation),
    learns(evaluation),
    fair(evaluation),
    secret(evaluation),
  ].filter((one) => one !== null);
  if (deeper.length === 0) return null;
  const all = [looks(view), ...deeper, valid(evaluation)];
  return html`<ul class="answers" aria-label="The verdict, question by question">${all.map(
    ({
      question,
      word,
      tone,
      because,
      section,
    }) => html`<li class="answer ${tone}"><a href="#${section}"><span class="question">${question}</span>
<b class="word">${word}</b><span class="because">${because}</span></a></li>`,
  )}</ul>`;
}
