// The conformance suite: one line in a generator's tests runs every promise of the contract. The checks are plain functions
// that throw, so that they are themselves tested on generators that break one promise each (broken-generators.test.ts).

import type { GeneratorDefinition } from "@verisim/core";
import { describe, test } from "vitest";
import { checkAnyTable } from "./checks/any-table-check.ts";
import * as conditions from "./checks/condition-checks.ts";
import * as edges from "./checks/edge-checks.ts";
import * as fidelity from "./checks/fidelity-checks.ts";
import * as lifecycle from "./checks/lifecycle-checks.ts";
import { checkResume } from "./checks/resume-check.ts";
import * as rowChecks from "./checks/row-checks.ts";
import * as structure from "./checks/structure-checks.ts";
import { type GeneratorSubject, subjectOf } from "./generator-subject.ts";

export interface ConformanceOptions {
  /** Options for the generator, for example fewer epochs. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Options, beside those, for the checks that look at how good the rows are: {@link qualityChecks}. */
  readonly qualityOptions?: Readonly<Record<string, unknown>>;
  /** Promises that this kind of generator does not make; each name is a key of {@link generatorChecks}, with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  /** Per check. Default 120,000. */
  readonly timeoutMs?: number;
}

type Check = (subject: GeneratorSubject) => Promise<void>;

/** Every check by the sentence that it tests. */
export const generatorChecks: Readonly<Record<string, Check>> = {
  "keeps names, order and kinds of columns and the number of rows": structure.checkColumns,
  "keeps decimals, dates, categories, id patterns and unique keys, and reproduces no personal value":
    structure.checkFormats,
  "keeps the pattern of missing cells": structure.checkMissing,
  "leaves the table that it learns from alone": structure.checkInputUntouched,
  "learns one row": edges.checkOneRow,
  "learns one column of any sdtype": edges.checkOneColumn,
  "keeps constants constant": edges.checkConstantColumns,
  "keeps empty columns empty and warns of them": edges.checkAllMissing,
  "refuses no rows in words or learns them": edges.checkNoRows,
  "learns 100,000 categories": (subject: GeneratorSubject): Promise<void> =>
    edges.checkManyCategories(subject),
  "learns infinities and labels seen once": edges.checkHostileCells,
  "learns any table": (subject) => checkAnyTable(subject),
  "gives the same rows however they are cut": rowChecks.checkCuts,
  "gives the same rows whatever the batch size": rowChecks.checkBatches,
  "tells the same notes whatever the batch size": rowChecks.checkNotes,
  "draws batches as they are taken": rowChecks.checkLazyBatches,
  "gives the same rows whatever the number of threads": rowChecks.checkThreads,
  "gives the same rows for a seed, and others for another": rowChecks.checkSeeds,
  "gives rows that differ": rowChecks.checkRowsDiffer,
  "leaves the random streams of other columns alone when one is added": rowChecks.checkColumnStreams,
  "meets every condition in every row": conditions.checkConditions,
  "keeps the shares inside a condition": conditions.checkConditionalShares,
  "keeps exact counts per label": conditions.checkCounts,
  "refuses impossible conditions, naming them": conditions.checkImpossible,
  "meets or refuses ranges never seen": conditions.checkFarRange,
  "refuses impossible label counts": conditions.checkImpossibleCounts,
  "says clearly that it must be fitted first": lifecycle.checkBeforeFit,
  "gives back its metadata": lifecycle.checkMetadata,
  "travels as a model file: same rows, same bytes": lifecycle.checkArtifact,
  "stops on an abort signal": lifecycle.checkAbort,
  "goes on with a training that was stopped, to the bit": checkResume,
  "forgets the first fit at the second": lifecycle.checkRefit,
  "keeps memory flat over refits": lifecycle.checkRefitMemory,
  "refuses requests that make no sense": lifecycle.checkBadRequests,
  "keeps marginals": fidelity.checkMarginals,
  "keeps pairs better than columns drawn alone": fidelity.checkAssociation,
};

/** Checks that a generator passes only once it has learnt something. */
export const qualityChecks: readonly string[] = [
  "keeps the pattern of missing cells",
  "keeps the shares inside a condition",
  "keeps marginals",
  "keeps pairs better than columns drawn alone",
];

/**
 * Registers the conformance suite of a generator with vitest.
 *
 * @example
 * describeGenerator(gaussianCopula);
 * describeGenerator(ctgan, { options: { epochs: 2 }, qualityOptions: { epochs: 50 } });
 */
export function describeGenerator(definition: GeneratorDefinition, options: ConformanceOptions = {}): void {
  const subject = subjectOf(definition, options.options);
  const learned = subjectOf(definition, { ...options.options, ...options.qualityOptions });
  const { without = {}, timeoutMs = 120_000 } = options;
  const unknown = Object.keys(without).filter((name) => !Object.hasOwn(generatorChecks, name));
  if (unknown.length > 0) throw new Error(`internal: no check is called ${unknown.join(" or ")}`);
  describe(`${definition.name} keeps the generator contract:`, () => {
    for (const [name, check] of Object.entries(generatorChecks)) {
      const reason = without[name];
      const own = qualityChecks.includes(name) ? learned : subject;
      if (reason === undefined) test(name, () => check(own), timeoutMs);
      else test.skip(`${name} (${reason})`, () => {});
    }
  });
}
