// The choice by measurement, where it is cheap: on small tables no rule by rows and columns says which generator is best, and
// one learns the same table better by one seed than by another. So they learn it, what they draw is judged, and the very
// model that was judged best is kept. The first of the ranking stays where boosted trees hardly tell its rows from real ones;
// only else do its rivals learn, quick ones first, until one is hardly told.

import type { Table } from "@verisim/core";
import { type CandidateFigures, figuresText, isClearlyCloser, isHardlyTold } from "./candidate-figures.ts";
import { type ChosenGenerator, sizeText } from "./choose-generator.ts";
import { LearntRows, MeasuredCandidate, type MeasuringRun } from "./measured-candidate.ts";
import type { Purpose } from "./options.ts";
import type { TableFacts } from "./table-facts.ts";

export interface ComparisonRun extends MeasuringRun {
  readonly purpose: Purpose;
  readonly facts: TableFacts;
}

/** One that may be taken. */
interface Contender {
  readonly measured: MeasuredCandidate;
  readonly figures: CandidateFigures;
  readonly repeats: boolean;
}

/**
 * The ranking with the closest generator first, as it learnt the table and with its reason said in figures. As it was where
 * nothing can be measured. A function of table, seed and candidates, but for a time budget.
 * @param first the one that is taken unless a rival is clearly closer
 * @param rivals tried in order
 * @throws VerisimError `VERISIM_ABORTED`
 */
export async function compareCandidates(
  first: ChosenGenerator,
  rivals: readonly ChosenGenerator[],
  table: Table,
  { purpose, facts, ...run }: ComparisonRun,
): Promise<readonly [ChosenGenerator, ...ChosenGenerator[]]> {
  const started = performance.now();
  const { maxTimeMs } = run;
  /** Half the time is for the candidates that are left, the same for each; the other half for whether they repeat rows. */
  const within = (left: number): MeasuringRun =>
    maxTimeMs === undefined ? run : { ...run, maxTimeMs: maxTimeMs / 2 / left };
  const timeLeft = (): number | undefined =>
    maxTimeMs === undefined ? undefined : Math.max(1, maxTimeMs - (performance.now() - started));
  const rows = new LearntRows(table, run.seed ?? 0);
  const size = sizeText(facts, purpose, `${rows.held.rowCount.toLocaleString("en-US")} of them held out`);
  const taken = ({ measured }: Contender, reason: string): ChosenGenerator => {
    const { candidate, generator } = measured;
    const choice = { ...candidate.choice, reason: `${reason} (${size})` };
    return { definition: candidate.definition, choice, learnt: generator };
  };

  const measured = await MeasuredCandidate.of(first, rows, within(1));
  const own = await measured?.figures();
  if (!measured || !own) return [first];
  let best: Contender = { measured, figures: own, repeats: await measured.repeats(timeLeft()) };
  const nothingToGain = ({ figures, repeats }: Contender): boolean => isHardlyTold(figures) && !repeats;
  if (nothingToGain(best))
    return [taken(best, `rows that boosted trees hardly tell from real ones: ${figuresText(own)}`)];

  best = { ...best, figures: { ...own, utility: await measured.utility() } };
  const others: string[] = [];
  for (const [place, candidate] of rivals.entries()) {
    if (nothingToGain(best)) break;
    const rival = await MeasuredCandidate.of(candidate, rows, within(rivals.length - place));
    const drawn = await rival?.figures();
    if (!rival || !drawn) continue;
    const figures = { ...drawn, utility: await rival.utility() };
    const isRanked = best.repeats || isClearlyCloser(figures, best.figures);
    // Learning the rows again is only worth while where the rival would be taken.
    const repeats = isRanked && (await rival.repeats(timeLeft()));
    const contender: Contender = { measured: rival, figures, repeats };
    const [winner, loser] = isRanked && !repeats ? [contender, best] : [best, contender];
    best = winner;
    others.push(
      `${loser.measured.candidate.definition.name}: ${figuresText(loser.figures)}${loser.repeats ? " with learnt rows repeated" : ""}`,
    );
  }
  const reason = `rows closest to the real ones: ${[figuresText(best.figures), ...others].join("; against ")}`;
  const rest = [first, ...rivals].filter((candidate) => candidate !== best.measured.candidate);
  return [taken(best, reason), ...rest];
}
