// From the facts of a table, a purpose and a budget to a generator with its options, and why: the first of the ranking
// that the budget allows. Those passed over are named with the reason. Where a table is small enough to measure which one is
// closest, the first names its rivals.

import type { Generator, GeneratorChoice, GeneratorDefinition } from "@verisim/core";
import { type Candidate, rankedCandidates, rivalsOf } from "./candidates.ts";
import type { Purpose } from "./options.ts";
import type { TableFacts } from "./table-facts.ts";

export interface ChoiceRequest {
  readonly purpose: Purpose;
  readonly maxTimeMs?: number | undefined;
  readonly maxMemoryBytes?: number | undefined;
}

export interface ChosenGenerator {
  readonly definition: GeneratorDefinition;
  readonly choice: GeneratorChoice;
  /** Of the first: those that fit measures against it, because the table is small; none where they would cost too much. */
  readonly rivals?: readonly ChosenGenerator[];
  /** Of one that was measured and taken: the model, which has learnt all rows. */
  readonly learnt?: Generator;
}

/** Fewest rows of which a fifth can judge, and most for which seconds suffice whatever the columns hold. */
const [leastMeasured, mostMeasured] = [100, 10_000];
/** Seconds on two cores that learning a rival may take, which is what measuring costs where it is not taken. */
const mostMeasuring = 60;

/**
 * What to learn a table with: the choices to try in order, of which the first is the one for it and the others are for
 * when it fails. At least one; a budget that none keeps to leaves the cheapest.
 */
export function chooseGenerators(
  facts: TableFacts,
  request: ChoiceRequest,
): readonly [ChosenGenerator, ...ChosenGenerator[]] {
  const ranking = rankedCandidates(request.purpose);
  const passedOver: { name: string; reason: string }[] = [];
  const fitting = ranking.filter((candidate) => {
    const reason = beyondBudget(candidate, facts, request);
    if (reason !== null) passedOver.push({ name: candidate.definition.name, reason });
    return reason === null;
  });
  const chosen = (candidate: Candidate): ChosenGenerator => ({
    definition: candidate.definition,
    choice: {
      name: candidate.definition.name,
      options: candidate.options(request.purpose),
      reason: reasonFor(candidate, facts, request.purpose),
      passedOver: passedOver.filter(({ name }) => name !== candidate.definition.name),
    },
  });
  const [first = cheapest(ranking, facts), ...others] = fitting;
  const rivals = rivalsOf(request.purpose, facts).filter((rival) => isMeasured(rival, facts, request));
  if (rivals.length === 0 || first !== ranking[0]) return [chosen(first), ...others.map(chosen)];
  return [{ ...chosen(first), rivals: rivals.map(chosen) }, ...others.map(chosen)];
}

/** Whether a rival is worth its time. A budget must do for learning twice: most of the rows too, to see whether any come back. */
function isMeasured(rival: Candidate, facts: TableFacts, request: ChoiceRequest): boolean {
  if (facts.rows < leastMeasured || facts.rows > mostMeasured) return false;
  const twice: Candidate = { ...rival, seconds: (of) => 2 * rival.seconds(of) };
  return rival.seconds(facts) <= mostMeasuring && beyondBudget(twice, facts, request) === null;
}

function beyondBudget(
  candidate: Candidate,
  facts: TableFacts,
  { maxTimeMs, maxMemoryBytes }: ChoiceRequest,
): string | null {
  const seconds = candidate.seconds(facts);
  if (maxTimeMs !== undefined && seconds * 1000 > maxTimeMs)
    return `about ${Math.ceil(seconds)} s are more than the ${Math.round(maxTimeMs / 1000)} s allowed`;
  const bytes = candidate.bytes(facts);
  if (maxMemoryBytes !== undefined && bytes > maxMemoryBytes)
    return `about ${megabytes(bytes)} MB are more than the ${megabytes(maxMemoryBytes)} MB allowed`;
  return null;
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1e6);

function cheapest(ranking: readonly Candidate[], facts: TableFacts): Candidate {
  return ranking.reduce((best, candidate) =>
    candidate.seconds(facts) < best.seconds(facts) ? candidate : best,
  );
}

function reasonFor(candidate: Candidate, facts: TableFacts, purpose: Purpose): string {
  return `${candidate.strength(purpose)} (${sizeText(facts, purpose)})`;
}

/** The table and the purpose in words. @param more what else is to be said of the rows */
export function sizeText({ rows, modelled }: TableFacts, purpose: Purpose, more?: string): string {
  const counted = `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}${more === undefined ? "" : `, ${more}`}`;
  return `${counted}, ${modelled} modelled ${modelled === 1 ? "column" : "columns"}, purpose ${purpose}`;
}
