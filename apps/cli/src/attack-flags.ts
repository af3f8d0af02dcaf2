// The flags that say what attackers know, want and can do, for `evaluate` and `check`.

import type { Artifact, TableMetadata } from "@verisim/core";
import type { EvaluateOptions } from "@verisim/evaluate";
import { findGenerator } from "@verisim/verisim/generators";
import type { Checks } from "./checks.ts";
import type { JudgeFlags } from "./program.ts";
import { optionValueError, readRowCount } from "./quantities.ts";
import { requireColumn } from "./required-column.ts";
import type { Session } from "./session.ts";

type ShadowOptions = NonNullable<EvaluateOptions["shadow"]>;

/** The attackers of an evaluation, as `evaluate` takes them. */
export type AttackOptions = Pick<EvaluateOptions, "quasiIdentifiers" | "known" | "secret" | "shadow">;

const mostShadowModels = 100;

/** What can be checked before anything is read: the number of shadow models, and that there is a generator to train. */
export function checkShadowModels(
  { shadowModels, modelFile }: JudgeFlags,
  checks: Checks,
): number | undefined {
  if (shadowModels === undefined) return undefined;
  const models = checks.attempt(() =>
    shadowModels.trim() === "0" ? 0 : readRowCount(shadowModels, "shadow-models"),
  );
  if (models !== undefined && models > mostShadowModels)
    checks.add(optionValueError("shadow-models", `a whole number up to ${mostShadowModels}`, shadowModels));
  if (models !== undefined && models > 0 && modelFile === undefined)
    checks.add(
      optionValueError(
        "shadow-models",
        "--model-file beside it, which says what generator to train,",
        shadowModels,
      ),
    );
  return models === 0 ? undefined : models;
}

/** The columns that the flags name; those that the table lacks go to `checks`. */
export function readAttackColumns(flags: JudgeFlags, metadata: TableMetadata, checks: Checks): AttackOptions {
  const columns = (given: readonly string[] | undefined, option: string): string[] | undefined => {
    if (given === undefined) return undefined;
    // A column's own name may hold a comma.
    const names = given.flatMap((text) =>
      Object.hasOwn(metadata.columns, text) ? [text] : text.split(",").map((name) => name.trim()),
    );
    for (const name of names) checks.attempt(() => requireColumn(metadata, name, option));
    return [...new Set(names)];
  };
  const quasiIdentifiers = columns(flags.quasiIdentifiers, "quasi-identifiers");
  const known = columns(flags.knownColumns, "known-columns");
  const secret = columns(flags.secretColumns, "secret-columns");
  return {
    ...(quasiIdentifiers ? { quasiIdentifiers } : {}),
    ...(known ? { known } : {}),
    ...(secret ? { secret } : {}),
  };
}

/** Trains the generator of a model file anew, with the options that the file keeps. */
export function shadowOptions(
  models: number,
  { generator, manifest }: Artifact,
  metadata: TableMetadata,
  session: Session,
): ShadowOptions {
  const definition = findGenerator(generator);
  const options = (manifest.options ?? {}) as Readonly<Record<string, unknown>>;
  const signal = session.signal;
  return {
    models,
    makeRows: async (train, rows, seed) => {
      const fitted = await definition.create(options).fit(train, { metadata, seed, signal });
      return fitted.sample(rows, { seed, signal });
    },
  };
}
