// Which transform a column gets: the user's override, else the default of its sdtype. All choices are checked before
// any work, and everything that is wrong is reported at once.

import type { ColumnMetadata, TableMetadata } from "@verisim/core";
import { isModelled, knownTextsHint, uniqueColumns, VerisimError } from "@verisim/core";
import type { ColumnTransform } from "./column-transform.ts";
import type { MissingMode } from "./missing.ts";
import { transformDefinition } from "./transform-list.ts";

export interface TransformOverride {
  /** A transform's name, for example `ClusterBasedNormalizer`. */
  transform: string;
  options?: Readonly<Record<string, unknown>>;
}

export interface TableTransformerOptions {
  /** Transforms by column, in place of the default of the column's sdtype. */
  overrides?: Readonly<Record<string, TransformOverride>>;
  /** `keep`: modelled columns as they are, missing cells kept, no copies. Default: RDT's defaults. */
  preset?: "keep";
  /** How modelled columns treat missing cells where an override does not say. Default `random`; `keep` in that preset. */
  missing?: MissingMode;
  /** Write number columns by others where they follow from them or stay close to them. Default false. */
  relations?: boolean;
  pii?: {
    /** The secret of PseudoAnonymizedFaker; never part of the state. */
    key?: string;
    /** Locales of all fakers where neither override nor metadata name any. */
    locales?: readonly string[];
  };
}

export interface TransformChoice {
  readonly column: string;
  readonly transform: ColumnTransform;
}

const classicDefaults: Readonly<Record<string, string>> = {
  numerical: "FloatFormatter",
  categorical: "UniformEncoder",
  ordinal: "OrderedUniformEncoder",
  boolean: "UniformEncoder",
  datetime: "UnixTimestampEncoder",
};
const keepDefaults: Readonly<Record<string, string>> = {
  numerical: "FloatFormatter",
  categorical: "LabelEncoder",
  ordinal: "LabelEncoder",
  boolean: "LabelEncoder",
  datetime: "UnixTimestampEncoder",
};
const generatedDefaults: Readonly<Record<string, string>> = {
  id: "RegexGenerator",
  unknown: "RegexGenerator",
  image: "RegexGenerator",
  text: "TextFaker",
};

/** The name of the default transform. A key is generated, for a model of one column cannot keep values apart. */
function defaultTransform(metadata: ColumnMetadata, unique: boolean, preset: "keep" | undefined): string {
  if (isModelled(metadata) && !(unique && metadata.sdtype !== "datetime")) {
    return (preset === "keep" ? keepDefaults : classicDefaults)[metadata.sdtype]!;
  }
  if (metadata.sdtype in classicDefaults) return "RegexGenerator";
  return generatedDefaults[metadata.sdtype] ?? "AnonymizedFaker";
}

function fitsSdtype(sdtypes: readonly string[], metadata: ColumnMetadata): boolean {
  if (sdtypes.includes(metadata.sdtype)) return true;
  return sdtypes.includes("pii") && !isModelled(metadata);
}

function chooseOne(
  column: string,
  metadata: ColumnMetadata,
  unique: boolean,
  options: TableTransformerOptions,
): TransformChoice {
  const override = options.overrides?.[column];
  const name = override?.transform ?? defaultTransform(metadata, unique, options.preset);
  const definition = transformDefinition(name);
  if (override && !fitsSdtype(definition.sdtypes, metadata)) {
    throw new VerisimError(
      "VERISIM_TRANSFORM_SDTYPE",
      `Expected a column of ${definition.sdtypes.join(" or ")} for ${name} but received ${metadata.sdtype}.`,
      { hint: "Choose another transform, or correct the column's sdtype." },
    );
  }
  const given: Record<string, unknown> = {};
  const missing = options.missing ?? (options.preset === "keep" ? "keep" : undefined);
  if ("missing" in definition.options && missing !== undefined) given["missing"] = missing;
  if ("cardinalityRule" in definition.options && unique) given["cardinalityRule"] = "unique";
  if ("locales" in definition.options && options.pii?.locales && !metadata.locales) {
    given["locales"] = options.pii.locales;
  }
  if ("key" in definition.options && options.pii?.key !== undefined) given["key"] = options.pii.key;
  return { column, transform: definition.create({ ...given, ...override?.options }) };
}

function placed(error: VerisimError, column: string): VerisimError {
  return new VerisimError(error.code, error.message, {
    where: { ...error.where, column },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** Runs `work` for every item, then throws the one error, or one that lists all of them. */
export function collectProblems<Item, Result>(
  items: readonly Item[],
  columnOf: (item: Item) => string,
  work: (item: Item) => Result,
): Result[] {
  const problems: VerisimError[] = [];
  const results: Result[] = [];
  for (const item of items) {
    try {
      results.push(work(item));
    } catch (error) {
      if (!VerisimError.isInstance(error)) throw error;
      problems.push(placed(error, columnOf(item)));
    }
  }
  if (problems.length === 1) throw problems[0]!;
  if (problems.length > 1) {
    throw new VerisimError(
      "VERISIM_TRANSFORM_CONFIG",
      `Expected transforms that fit the table but ${problems.length} columns have problems:\n` +
        problems.map((problem) => problem.format()).join("\n"),
      { where: { column: problems[0]!.where.column! } },
    );
  }
  return results;
}

/**
 * The transform of every column, in the order of `columns`.
 *
 * @throws VerisimError `VERISIM_UNKNOWN_COLUMN`, `VERISIM_METADATA_COLUMN`, `VERISIM_TRANSFORM_UNKNOWN`,
 * `VERISIM_TRANSFORM_SDTYPE`, `VERISIM_TRANSFORM_OPTION`; `VERISIM_TRANSFORM_CONFIG` where there are several
 */
export function chooseTransforms(
  columns: readonly string[],
  metadata: TableMetadata,
  options: TableTransformerOptions,
): TransformChoice[] {
  const known = new Set(columns);
  const unique = uniqueColumns(metadata);
  const strangers = [...Object.keys(options.overrides ?? {}), ...Object.keys(metadata.columns)].filter(
    (name) => !known.has(name),
  );
  const all = [...columns, ...new Set(strangers)];
  return collectProblems(
    all,
    (column) => column,
    (column) => {
      if (!known.has(column)) {
        throw new VerisimError(
          "VERISIM_UNKNOWN_COLUMN",
          `Expected the name of a column but received ${JSON.stringify(column)}.`,
          {
            hint: knownTextsHint("columns", column, columns),
          },
        );
      }
      const own = Object.hasOwn(metadata.columns, column) ? metadata.columns[column] : undefined;
      if (!own) {
        throw new VerisimError(
          "VERISIM_METADATA_COLUMN",
          `Expected metadata for every column but ${JSON.stringify(column)} has none.`,
          { hint: "Add the column to the metadata, or leave it out of the table." },
        );
      }
      return chooseOne(column, own, unique.has(column), options);
    },
  );
}
