// The generators that the choice is made among, each with what it is good for, how it is set up for a purpose, and what
// it costs. The costs are fits of measured runs on two cores, rounded up: they decide what a budget allows, no more.

import { gaussianCopula } from "@verisim/copula";
import type { GeneratorDefinition } from "@verisim/core";
import { sequentialTrees } from "@verisim/forest";
import { autoregressive } from "@verisim/language";
import type { Purpose } from "./options.ts";
import type { TableFacts } from "./table-facts.ts";

export interface Candidate {
  readonly definition: GeneratorDefinition;
  /** What it is taken for, as the end of a sentence. */
  strength(purpose: Purpose): string;
  /** Options beside the defaults. */
  options(purpose: Purpose): Readonly<Record<string, unknown>>;
  /** Seconds that learning is expected to take on two cores, at least. */
  seconds(facts: TableFacts): number;
  /** Bytes that learning is expected to take beside the table. */
  bytes(facts: TableFacts): number;
}

const trees: Candidate = {
  definition: sequentialTrees,
  strength: (purpose) =>
    purpose === "privacy"
      ? "large groups behind every value that it draws"
      : purpose === "conditions"
        ? "rows that meet any condition, drawn by weight"
        : "rows closest to the real ones, in seconds",
  options: (purpose) => (purpose === "privacy" ? { minGroup: 20, minLeaf: 100 } : {}),
  seconds: ({ rows, modelled }) => 0.5 + 8e-8 * rows * modelled * Math.min(modelled, 48),
  bytes: ({ rows, modelled }) => 60e6 + 24 * rows * modelled,
};

const copula: Candidate = {
  definition: gaussianCopula,
  strength: (purpose) => (purpose === "speed" ? "the least time" : "rows closest to the real ones"),
  options: (purpose) => (purpose === "privacy" ? { minGroup: 20 } : {}),
  seconds: ({ rows, modelled }) => 0.2 + 1e-8 * rows * modelled * modelled,
  bytes: ({ rows, modelled }) => 40e6 + 16 * rows * modelled,
};

const network: Candidate = {
  definition: autoregressive,
  strength: () => "rows closest to the real ones",
  options: () => ({}),
  // Below 300 rows it trains four times, to find how long.
  seconds: ({ rows, modelled }) =>
    (rows < 300 ? 4 : 1) * (0.1 + 0.012 * modelled * modelled + 1.4e-4 * rows * modelled),
  bytes: ({ rows, modelled }) => 200e6 + 24 * rows * modelled,
};

/** The candidates for a purpose, best suited first. */
export function rankedCandidates(purpose: Purpose): readonly Candidate[] {
  return purpose === "speed" ? [copula, trees] : [trees, copula];
}

/** Rows below which a model of few parameters may be closer than one that asks twenty rows before every step. */
const fewRows = 2000;

/** Those that are not known to be better or worse than the first of a purpose before they are measured, quick ones first. */
export function rivalsOf(purpose: Purpose, { rows }: TableFacts): readonly Candidate[] {
  if (purpose !== "fidelity") return [];
  return rows < fewRows ? [copula, network] : [network];
}

/** Every generator that may be chosen. */
export const chosenAmong: readonly GeneratorDefinition[] = [trees, network, copula].map(
  ({ definition }) => definition,
);
