// Applies steps of noise to a table, in their order, and says in a truth column what was done to each row.

import {
  checkOptions,
  knownTextsHint,
  Table,
  type TableMetadata,
  textColumn,
  throwIfAborted,
  VerisimError,
} from "@verisim/core";
import { categorySwap, dateShift, dropout, swappedColumns } from "./cell-noise.ts";
import { correlatedJitter } from "./correlated-noise.ts";
import { duplicates } from "./duplicates.ts";
import { fitsKind, type NoiseKind, type NoiseStep, NoisyTable, noiseContext } from "./noise-kind.ts";
import {
  drift,
  gaussianNoise,
  laplaceNoise,
  outliers,
  rounding,
  saltAndPepper,
  uniformNoise,
} from "./number-noise.ts";
import { typos } from "./typos.ts";

/** Every kind of noise. */
export const noiseKinds: readonly NoiseKind[] = [
  gaussianNoise,
  laplaceNoise,
  uniformNoise,
  correlatedJitter,
  saltAndPepper,
  rounding,
  dropout,
  categorySwap,
  dateShift,
  typos,
  duplicates,
  outliers,
  swappedColumns,
  drift,
];

export interface NoiseOptions {
  readonly metadata: TableMetadata;
  /** Any safe integer. Default 0. */
  readonly seed?: number;
  /** The name of a text column that says what was done to each row, such as `typos:city; outliers:age`. Default: none. */
  readonly truth?: string;
  readonly signal?: AbortSignal;
}

/** How many cells (rows, of duplicates) a step changed. */
export interface NoiseCount {
  readonly kind: string;
  readonly column: string | null;
  readonly changed: number;
}

export interface NoisyResult {
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly counts: readonly NoiseCount[];
  readonly warnings: readonly string[];
}

interface PreparedStep {
  readonly kind: NoiseKind;
  readonly columns: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly label: string;
}

/**
 * A table with noise. The same table, steps and seed give the same result; a step more leaves the others' draws as
 * they were.
 * @throws VerisimError `VERISIM_UNKNOWN_NOISE`, `VERISIM_UNKNOWN_COLUMN`, `VERISIM_UNKNOWN_OPTION`,
 * `VERISIM_OPTION_VALUE`, `VERISIM_NOISE_COLUMNS`, `VERISIM_NOISE_ROWS`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_ABORTED`
 */
export async function addNoise(
  table: Table,
  steps: readonly NoiseStep[],
  options: NoiseOptions,
): Promise<NoisyResult> {
  const { metadata, seed = 0, truth, signal } = options;
  const prepared = prepareSteps(table, steps, metadata);
  if (truth !== undefined && table.has(truth))
    throw new VerisimError(
      "VERISIM_DUPLICATE_COLUMN",
      `The table already has a column ${JSON.stringify(truth)}.`,
      {
        where: { column: truth, option: "truth" },
        hint: "Give the truth column another name.",
      },
    );
  const noisy = new NoisyTable(table.columns, table.rowCount, metadata, seed);
  for (const { kind, columns, options: given, label } of prepared) {
    throwIfAborted(signal);
    if (kind.takes !== "none" && columns.length === 0)
      noisy.warn(`${kind.name} changed nothing: the table has no ${kindWords[kind.takes].slice(2)}.`);
    await kind.apply(noiseContext(noisy, kind, label, columns, given, signal));
  }
  const columns = [...noisy.columns];
  if (truth !== undefined) columns.push(truthColumn(truth, noisy));
  const counts = [...noisy.changes].map(([label, flags]): NoiseCount => {
    const at = label.indexOf(":");
    return {
      kind: at < 0 ? label : label.slice(0, at),
      column: at < 0 ? null : label.slice(at + 1),
      changed: flags.reduce((sum, flag) => sum + flag, 0),
    };
  });
  return {
    table: new Table(columns, noisy.rowCount),
    metadata: noisyMetadata(metadata, prepared, truth),
    counts,
    warnings: noisy.warnings,
  };
}

/** Checks steps against a table. @throws VerisimError as {@link addNoise} */
export function prepareSteps(
  table: Table,
  steps: readonly NoiseStep[],
  metadata: TableMetadata,
): PreparedStep[] {
  const seen = new Map<string, number>();
  return steps.map((step) => {
    const { kind: name, columns: named, ...given } = step;
    const kind = noiseKinds.find((one) => one.name === name);
    if (!kind)
      throw new VerisimError(
        "VERISIM_UNKNOWN_NOISE",
        `Expected a kind of noise but received ${JSON.stringify(name)}.`,
        {
          where: { option: "kind" },
          hint: knownTextsHint(
            "kinds",
            String(name),
            noiseKinds.map((one) => one.name),
          ),
        },
      );
    const fits = (column: string): boolean =>
      fitsKind(kind, table.column(column), metadata.columns[column] ?? { sdtype: "unknown" });
    if (named && kind.takes !== "none")
      for (const column of named) {
        if (fits(column)) continue;
        throw new VerisimError(
          "VERISIM_NOISE_COLUMNS",
          `Expected ${kindWords[kind.takes]} for ${name} but received ${JSON.stringify(column)}.`,
          {
            where: { column },
          },
        );
      }
    const keys = new Set([metadata.primaryKey ?? [], ...(metadata.alternateKeys ?? [])].flat());
    // A key with noise is no key: it is changed only where it is named.
    const columns =
      kind.takes === "none"
        ? []
        : (named ?? table.columnNames.filter((column) => fits(column) && !keys.has(column)));
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const resolved = checkOptions(name, kind.options, given, table.columnNames);
    for (const option of ["by", "time"]) {
      const column = resolved[option];
      if (typeof column === "string" && column !== "") table.column(column);
    }
    return { kind, columns, options: resolved, label: count === 1 ? name : `${name} ${count}` };
  });
}

const kindWords: Readonly<Record<NoiseKind["takes"], string>> = {
  numbers: "a column of numbers",
  dates: "a column of dates",
  texts: "a column of texts or categories",
  any: "a column",
  none: "no column",
};

/** What was done to each row; missing where nothing was. */
function truthColumn(name: string, noisy: NoisyTable) {
  const labels = [...noisy.changes];
  const texts = Array.from({ length: noisy.rowCount }, (_, row) =>
    labels.flatMap(([label, flags]) => (flags[row] ? [label] : [])).join("; "),
  );
  return textColumn(
    name,
    texts.map((text) => (text === "" ? null : text)),
  );
}

/** Keys that may come twice now are none; categories may be others than those that were listed. */
function noisyMetadata(
  metadata: TableMetadata,
  steps: readonly PreparedStep[],
  truth: string | undefined,
): TableMetadata {
  const copied = steps.some(({ kind }) => kind.name === "duplicates");
  const changed = new Set(steps.flatMap(({ columns }) => columns));
  const { primaryKey, alternateKeys, ...rest } = metadata;
  const holds = (key: string | readonly string[] | undefined): boolean =>
    key !== undefined && !copied && ![key].flat().some((column) => changed.has(column));
  const columns = Object.fromEntries(
    Object.entries(metadata.columns).map(([name, column]) => {
      const { rangeValues: _values, regexFormat: _regex, ...open } = column;
      return [name, changed.has(name) ? open : column];
    }),
  );
  if (truth !== undefined) columns[truth] = { sdtype: "categorical" };
  const kept = alternateKeys?.filter(holds) ?? [];
  return {
    ...rest,
    columns,
    ...(holds(primaryKey) ? { primaryKey: primaryKey! } : {}),
    ...(kept.length > 0 ? { alternateKeys: kept } : {}),
  };
}
