// From the facts of a table, a purpose and a budget to a generator with its options, and why: the first of the ranking
// that the budget allows. Those passed over are named with the reason.

import type { GeneratorChoice, GeneratorDefinition } from "@verisim/core";
import { type Candidate, rankedCandidates } from "./candidates.ts";
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
}

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
  return [chosen(first), ...others.map(chosen)];
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
  const { rows, modelled } = facts;
  const size = `${rows.toLocaleString("en-US")} ${rows === 1 ? "row" : "rows"}, ${modelled} modelled ${modelled === 1 ? "column" : "columns"}`;
  return `${candidate.strength(purpose)} (${size}, purpose ${purpose})`;
}
