// `verisim resample`: more rows of rare classes or fewer of frequent ones, and samples of a table's own rows.

import {
  knownTextsHint,
  numberColumn,
  parseLabelCounts,
  Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import { formatOfPath, writeTable } from "@verisim/data";
import {
  type NamedBalance,
  type ResampleGain,
  resample,
  resampleGain,
  resampleOptionRows,
  strategyNames,
  withOrigins,
} from "@verisim/resample";
import {
  bootstrapRows,
  rake,
  sampleRows,
  smoothedBootstrap,
  stratifiedRows,
} from "@verisim/resample/sampling";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { formatSeconds, optionValueError, plural, readRowCount } from "../quantities.ts";
import { readCompared, readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import type { Session } from "../session.ts";
import { settingValue } from "../setting-values.ts";
import type { ResampleFlags } from "../table-commands.ts";
import { sayWarnings } from "../warnings.ts";

/** Samples of a table's own rows, which need no target. */
const samples = ["sample", "bootstrap", "smoothed-bootstrap", "stratified", "rake"];

interface Outcome {
  readonly table: Table;
  readonly metadata: TableMetadata;
  readonly said: readonly string[];
  readonly warnings: readonly string[];
  /** What --json adds. */
  readonly details: Readonly<Record<string, unknown>>;
}

export async function resampleTable(data: string, flags: ResampleFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const seed = seedOf(flags, checks);
  const strategy = flags.strategy ?? "smote";
  const known = [...strategyNames, ...samples];
  if (!known.includes(strategy))
    checks.add(
      optionValueError(
        "strategy",
        "the name of a strategy",
        strategy,
        knownTextsHint("strategies", strategy, known),
      ),
    );
  const counts = checks.attempt(() =>
    flags.counts === undefined ? undefined : parseLabelCounts(flags.counts),
  );
  const rows = checks.attempt(() =>
    flags.rows === undefined ? undefined : readRowCount(flags.rows, "rows"),
  );
  const target = flags.target ?? counts?.column;
  const isSample = samples.includes(strategy);
  if (!isSample && target === undefined)
    checks.attempt(() => requireFlag(undefined, "target", "the column of classes"));
  if (counts && flags.target !== undefined && counts.column !== flags.target)
    checks.add(optionValueError("counts", `counts of ${flags.target}`, flags.counts!));
  if (strategy === "stratified" && !flags.by?.length && !counts)
    checks.attempt(() => requireFlag(undefined, "by", "a column whose values are the strata"));
  if (strategy === "rake" && !flags.margins?.length)
    checks.attempt(() => requireFlag(undefined, "margins", 'targets such as "sex:f=0.51,m=0.49"'));
  if (strategy === "sample" && rows === undefined)
    checks.attempt(() => requireFlag(undefined, "rows", "the number of rows"));
  const margins = (flags.margins ?? []).flatMap((text) => {
    const margin = checks.attempt(() => readMargin(text));
    return margin ? [margin] : [];
  });
  const options = checks.attempt(() => readOptions(flags.set ?? []));
  const balance = checks.attempt(() => readBalance(flags.balance));
  checks.input(data, "table");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.holdout, "holdout");
  if (flags.gain && isSample)
    checks.add(optionValueError("gain", "a strategy that balances classes", strategy));
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const { table, metadata, warnings } = await readReal(data, flags.metadata, session);
  for (const [column, option] of [
    [target, flags.target === undefined ? "counts" : "target"],
    ...(flags.by ?? []).map((name) => [name, "by"]),
  ] as [string | undefined, string][])
    checks.attempt(() => requireColumn(metadata, column, option));
  checks.settle();
  const request = {
    ...options,
    target: target!,
    strategy,
    seed,
    signal: session.signal,
    ...(counts ? { counts: counts.counts } : {}),
    ...(balance === undefined ? {} : { samplingStrategy: balance }),
  };
  const outcome = await session.timed("sample", () =>
    isSample
      ? sampled(strategy, table, metadata, {
          seed,
          rows,
          by: flags.by ?? (counts ? [counts.column] : []),
          targets: counts && Object.fromEntries(counts.counts),
          replace: flags.replace === true,
          margins: Object.fromEntries(margins),
        })
      : balanced(table, metadata, { ...request, origins: flags.origins === true }),
  );
  const gain = flags.gain ? await measuredGain(table, metadata, request, flags, session) : undefined;
  const out = flags.out!;
  await session.timed("write", () =>
    writeTable(out, outcome.table, outcome.metadata, { signal: session.signal }),
  );
  for (const line of [...outcome.said, ...(gain ? [gainText(gain, flags.holdout !== undefined)] : [])])
    session.say(line);
  session.say(
    `Wrote ${plural(outcome.table.rowCount, "row")} to ${out} in ${formatSeconds(session.seconds)}.`,
  );
  const all = [...warnings, ...outcome.warnings];
  sayWarnings(all, session);
  if (session.json)
    session.printJson({
      version: 1,
      strategy,
      seed,
      out,
      rows: outcome.table.rowCount,
      ...outcome.details,
      ...(gain ? { gain } : {}),
      warnings: all,
      timings: session.timings,
    });
}

async function balanced(
  table: Table,
  metadata: TableMetadata,
  { origins, ...request }: Parameters<typeof resample>[2] & { readonly origins: boolean },
): Promise<Outcome> {
  const result = await resample(table, metadata, request);
  const counts = [...result.counts].map(([label, { before, after }]) => ({ label, before, after }));
  const added: Record<string, { sdtype: string; numberStyle?: "integer"; decimals?: number }> = origins
    ? {
        is_synthetic: { sdtype: "boolean" },
        base_row: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
        other_row: { sdtype: "numerical", numberStyle: "integer", decimals: 0 },
      }
    : {};
  const { primaryKey: _key, alternateKeys: _others, ...keyless } = metadata;
  return {
    table: origins ? withOrigins(result) : result.table,
    // New rows have no keys of their own; rows that are repeated have those of others.
    metadata: { ...keyless, columns: { ...metadata.columns, ...added } },
    said: counts.map(
      ({ label, before, after }) =>
        `${label}: ${plural(before, "row")} before, ${plural(after, "row")} after.`,
    ),
    warnings: [
      ...result.notes.map(({ message }) => message),
      ...result.leftOut.map(({ column, reason }) => `${column} took no part: ${reason}.`),
    ],
    details: { counts, notes: result.notes, leftOut: result.leftOut },
  };
}

async function measuredGain(
  table: Table,
  metadata: TableMetadata,
  request: Parameters<typeof resample>[2],
  flags: ResampleFlags,
  session: Session,
): Promise<ResampleGain> {
  const holdout =
    flags.holdout === undefined ? undefined : (await readCompared(flags.holdout, metadata, session)).table;
  return session.timed("evaluate", () =>
    resampleGain(table, metadata, request, {
      onProgress: session.onProgress,
      ...(holdout ? { holdout } : {}),
    }),
  );
}

function gainText({ verdict, scores, rare, gains }: ResampleGain, heldOut: boolean): string {
  const [first] = scores;
  const { score, plain, resampled, gain, low, high } = first!;
  const signed = (value: number): string => `${value >= 0 ? "+" : ""}${value.toFixed(4)}`;
  const judges = heldOut ? "held-out rows" : "rows left out in turn";
  const words = verdict === "no difference" ? "no difference that this many rows can show" : verdict;
  return `Boosted trees on ${judges} (${gains.length} trainings): ${score}${rare === null ? "" : ` of ${rare}`} ${plain.toFixed(4)} as they are, ${resampled.toFixed(4)} resampled, gain ${signed(gain)} (95 % interval ${signed(low)} to ${signed(high)}): ${words}.`;
}

interface SampleRequest {
  readonly seed: number;
  readonly rows: number | undefined;
  readonly by: readonly string[];
  readonly targets: Readonly<Record<string, number>> | undefined;
  readonly replace: boolean;
  readonly margins: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

function sampled(strategy: string, table: Table, metadata: TableMetadata, request: SampleRequest): Outcome {
  const { seed, rows, by, targets, replace, margins } = request;
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
          .map(({ name, available, drawn: count }) => `${name}: ${count} of ${plural(available, "row")}.`),
        warnings: [],
        details: { strata: drawn.strata },
      };
    }
    default: {
      const raked = rake(table, { margins });
      const { weights, margins: met, ...figures } = raked;
      const effective = `Effective sample size ${figures.effectiveSize.toFixed(1)} of ${plural(table.rowCount, "row")} (design effect ${figures.designEffect.toFixed(2)}).`;
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
function readMargin(text: string): [string, Record<string, number>] {
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

function readOptions(settings: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const name = setting.slice(0, Math.max(0, at)).trim();
    if (!Object.hasOwn(resampleOptionRows, name))
      throw optionValueError(
        "set",
        "option=value",
        setting,
        knownTextsHint("options", name, Object.keys(resampleOptionRows)),
      );
    options[name] = settingValue(
      resampleOptionRows[name as keyof typeof resampleOptionRows],
      setting.slice(at + 1).trim(),
    );
  }
  return options;
}

const balances: readonly NamedBalance[] = [
  "auto",
  "minority",
  "majority",
  "not minority",
  "not majority",
  "all",
];

/** @throws VerisimError `VERISIM_OPTION_VALUE` */
function readBalance(text: string | undefined): NamedBalance | number | undefined {
  if (text === undefined) return undefined;
  const words = text.replaceAll("-", " ") as NamedBalance;
  if (balances.includes(words)) return words;
  const ratio = Number(text);
  if (ratio > 0 && ratio <= 1) return ratio;
  throw optionValueError("balance", `one of ${balances.join(", ")}, or a ratio above 0 up to 1`, text);
}
