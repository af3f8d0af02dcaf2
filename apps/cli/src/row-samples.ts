// Samples of a table's own rows: some, with replacement, smoothed, by strata, weighted to margins.

import {
  checkOptions,
  numberColumn,
  type OptionTable,
  Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import {
  bootstrapRows,
  rake,
  sampleRows,
  smoothedBootstrap,
  stratifiedRows,
} from "@verisim/resample/sampling";
import { formatCount, optionValueError, plural } from "./quantities.ts";
import type { Resampling } from "./resampling.ts";

/** Samples of a table's own rows, which need no target. */
export const samples: readonly string[] = ["sample", "bootstrap", "smoothed-bootstrap", "stratified", "rake"];

/** What --set may name, by sample. */
export const sampleOptionRows: Readonly<Record<string, OptionTable>> = {
  "smoothed-bootstrap": {
    bandwidth: {
      type: "number",
      default: null,
      min: 0,
      description: "width of the kernel in deviations of the column; default: Silverman's rule",
    },
  },
  rake: {
    limit: {
      type: "number",
      default: null,
      min: 1,
      description: "weights stay within so many times their mean, up and down",
    },
  },
};

export interface SampleRequest {
  readonly seed: number;
  readonly rows: number | undefined;
  readonly by: readonly string[];
  readonly targets: Readonly<Record<string, number>> | undefined;
  readonly replace: boolean;
  readonly margins: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Of `--set`. */
  readonly options: Readonly<Record<string, unknown>>;
}

export function sampled(
  strategy: string,
  table: Table,
  metadata: TableMetadata,
  request: SampleRequest,
): Resampling {
  const { seed, rows, by, targets, replace, margins } = request;
  const { bandwidth, limit } = checkOptions(strategy, sampleOptionRows[strategy] ?? {}, request.options) as {
    bandwidth?: number | null;
    limit?: number | null;
  };
  const { primaryKey: _key, alternateKeys: _others, ...keyless } = metadata;
  const plain = { said: [], warnings: [], details: {} };
  switch (strategy) {
    case "sample":
      return { ...plain, table: table.take(sampleRows(table, rows!, seed)), metadata };
    case "bootstrap":
      return { ...plain, table: table.take(bootstrapRows(table, rows, seed)), metadata: keyless };
    case "smoothed-bootstrap": {
      const columns = Object.entries(metadata.columns).filter(([, { sdtype }]) => sdtype === "numerical");
      const decimals = Object.fromEntries(
        columns.flatMap(([name, about]) => (about.decimals === undefined ? [] : [[name, about.decimals]])),
      );
      const smooth = smoothedBootstrap(table, rows, seed, {
        columns: columns.map(([name]) => name).filter((name) => table.column(name).kind === "number"),
        decimals,
        ...(bandwidth == null ? {} : { bandwidth }),
      });
      return { ...plain, table: smooth.table, metadata: keyless };
    }
    case "stratified": {
      const drawn = stratifiedRows(table, {
        by,
        seed,
        replace,
        ...(rows === undefined ? {} : { count: rows }),
        ...(targets ? { targets } : {}),
      });
      return {
        table: table.take(drawn.rows),
        metadata: replace ? keyless : metadata,
        said: drawn.strata
          .slice(0, 20)
          .map(
            ({ name, available, drawn: count }) =>
              `${name}: ${formatCount(count)} of ${plural(available, "row")}.`,
          ),
        warnings: [],
        details: { strata: drawn.strata },
      };
    }
    default: {
      const raked = rake(table, { margins, ...(limit == null ? {} : { limit }) });
      const { weights, margins: met, ...figures } = raked;
      const effective = `Effective sample size ${formatCount(figures.effectiveSize)} of ${plural(table.rowCount, "row")} (design effect ${figures.designEffect.toFixed(2)}).`;
      const warnings = figures.converged
        ? []
        : [`The margins cannot all be met: off by up to ${(100 * figures.error).toFixed(2)} %.`];
      if (rows !== undefined)
        return {
          table: table.take(bootstrapRows(table, rows, seed, weights)),
          metadata: keyless,
          said: [effective],
          warnings,
          details: { ...figures, margins: met },
        };
      if (table.has("weight"))
        throw new VerisimError("VERISIM_DUPLICATE_COLUMN", "The table already has a column weight.", {
          where: { column: "weight" },
          hint: "Rename that column, or give --rows to draw rows by the weights.",
        });
      return {
        table: new Table([...table.columns, numberColumn("weight", weights)], table.rowCount),
        metadata: { ...metadata, columns: { ...metadata.columns, weight: { sdtype: "numerical" } } },
        said: [effective],
        warnings,
        details: { ...figures, margins: met },
      };
    }
  }
}

/** `column:label=share,label=share`. @throws VerisimError `VERISIM_OPTION_VALUE` */
export function readMargin(text: string): [string, Record<string, number>] {
  const form = 'a column and shares, such as "sex:f=0.51,m=0.49"';
  const colon = text.indexOf(":");
  if (colon <= 0) throw optionValueError("margins", form, text);
  const entries = text
    .slice(colon + 1)
    .split(",")
    .map((entry): [string, number] => {
      const at = entry.lastIndexOf("=");
      const share = at < 0 ? Number.NaN : Number(entry.slice(at + 1));
      if (!(share >= 0)) throw optionValueError("margins", form, text);
      return [entry.slice(0, at).trim(), share];
    });
  return [text.slice(0, colon).trim(), Object.fromEntries(entries)];
}
