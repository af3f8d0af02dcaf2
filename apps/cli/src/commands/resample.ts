// `verisim resample`: more rows of rare classes or fewer of frequent ones, and samples of a table's own rows.

import {
  knownTextsHint,
  type OptionTable,
  parseLabelCounts,
  type Table,
  type TableMetadata,
} from "@verisim/core";
import { formatOfPath, writeTable } from "@verisim/data";
import {
  type NamedBalance,
  type ResampleGain,
  resample,
  resampleGain,
  resampleOptionRows,
  sequenceOptionRows,
  strategyNames,
  withOrigins,
} from "@verisim/resample";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { formatSeconds, optionValueError, plural, readRowCount } from "../quantities.ts";
import { readCompared, readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import type { Resampling } from "../resampling.ts";
import { readMargin, sampled, samples } from "../row-samples.ts";
import { sequencesBalanced, sequencesOf } from "../sequence-resampling.ts";
import type { Session } from "../session.ts";
import { settingValue } from "../setting-values.ts";
import type { ResampleFlags } from "../table-commands.ts";
import { sayWarnings } from "../warnings.ts";

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
  checks.input(flags.context, "context");
  if (flags.gain && isSample)
    checks.add(optionValueError("gain", "a strategy that balances classes", strategy));
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const read = await readReal(data, flags.metadata, session);
  const sequences = isSample ? undefined : await sequencesOf(read, flags, session);
  const { table, metadata } = sequences ?? read;
  for (const [column, option] of [
    [target, flags.target === undefined ? "counts" : "target"],
    ...(flags.by ?? []).map((name) => [name, "by"]),
    [flags.sequenceOrder, "sequence-order"],
  ] as [string | undefined, string][])
    checks.attempt(() => requireColumn(metadata, column, option));
  checks.settle();
  const shared = {
    target: target!,
    seed,
    signal: session.signal,
    ...(counts ? { counts: counts.counts } : {}),
    ...(balance === undefined ? {} : { samplingStrategy: balance }),
  };
  const request = { ...options, ...shared, strategy };
  const origins = flags.origins === true;
  const outcome = await session.timed("sample", () => {
    if (sequences) return sequencesBalanced(sequences, options ?? {}, { ...shared, origins }, session);
    return isSample
      ? sampled(strategy, table, metadata, {
          seed,
          rows,
          by: flags.by ?? (counts ? [counts.column] : []),
          targets: counts && Object.fromEntries(counts.counts),
          replace: flags.replace === true,
          margins: Object.fromEntries(margins),
        })
      : balanced(table, metadata, { ...request, origins });
  });
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
  const all = [...read.warnings, ...outcome.warnings];
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
): Promise<Resampling> {
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

function gainText({ verdict, rowsToTell, scores, rare, gains }: ResampleGain, heldOut: boolean): string {
  const [first] = scores;
  const { score, plain, resampled, gain, low, high } = first!;
  // Nothing has no sign.
  const signed = (value: number): string =>
    Math.abs(value) < 5e-5 ? "0.0000" : `${value > 0 ? "+" : ""}${value.toFixed(4)}`;
  const judges = heldOut
    ? `held-out rows (${gains.length} trainings)`
    : `rows left out in turn (${plural(gains.length, "cross-validation")})`;
  const words = {
    better: "better",
    worse: "worse",
    "no difference": "no difference that matters",
    unsure: `unsure, for these rows are too few to tell: roughly ${plural(rowsToTell ?? 0, "row")} would`,
  }[verdict];
  return `Boosted trees on ${judges}: ${score}${rare === null ? "" : ` of ${rare}`} ${plain.toFixed(4)} as they are, ${resampled.toFixed(4)} resampled, gain ${signed(gain)} (95 % interval ${signed(low)} to ${signed(high)}): ${words}.`;
}

function readOptions(settings: readonly string[]): Record<string, unknown> {
  const rows: OptionTable = { ...resampleOptionRows, window: sequenceOptionRows.window };
  const options: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const name = setting.slice(0, Math.max(0, at)).trim();
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!row)
      throw optionValueError(
        "set",
        "option=value",
        setting,
        knownTextsHint("options", name, Object.keys(rows)),
      );
    options[name] = settingValue(row, setting.slice(at + 1).trim());
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
