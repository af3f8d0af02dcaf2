// `verisim resample`: more rows of rare classes or fewer of frequent ones, and samples of a table's own rows.

import {
  knownTextsHint,
  type OptionTable,
  parseLabelCounts,
  type Table,
  type TableMetadata,
  VerisimError,
} from "@verisim/core";
import { formatOfPath, writeTable } from "@verisim/data";
import {
  type NamedBalance,
  type ResampleGain,
  resampleGain,
  type SamplingStrategy,
  sequenceOptionRows,
} from "@verisim/resample";
import { Checks } from "../checks.ts";
import { withFlagNames } from "../flag-names.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { formatSeconds, optionValueError, plural, readRowCount } from "../quantities.ts";
import { readCompared, readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import {
  balancedBy,
  classesRequest,
  labelStrategy,
  optionRowsOf,
  type RowsRequest,
  rowStrategies,
  rowsBalanced,
} from "../row-resampling.ts";
import { readMargin, sampled, sampleOptionRows, samples } from "../row-samples.ts";
import { sequencesBalanced, sequencesOf } from "../sequence-resampling.ts";
import type { Session } from "../session.ts";
import { settingValue } from "../setting-values.ts";
import type { ResampleFlags } from "../table-commands.ts";
import { sayWarnings } from "../warnings.ts";

export async function resampleTable(data: string, flags: ResampleFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const asked = readAsked(flags, checks);
  checks.input(data, "table");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.holdout, "holdout");
  checks.input(flags.context, "context");
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const { strategy, seed, target, isSample, counts } = asked;
  const read = await readReal(data, flags.metadata, session);
  const sequences = isSample ? undefined : await sequencesOf(read, flags, session);
  const { table, metadata } = sequences ?? read;
  for (const [column, option] of [
    [target, flags.target === undefined ? "counts" : "target"],
    ...(flags.by ?? []).map((name) => [name, "by"]),
    ...(flags.label ?? []).map((name) => [name, "label"]),
    [flags.sequenceOrder, "sequence-order"],
  ] as [string | undefined, string][])
    checks.attempt(() => requireColumn(metadata, column, option));
  checks.settle();
  const request: RowsRequest = {
    strategy,
    seed,
    options: asked.options ?? {},
    target: target!,
    labels: flags.label ?? [],
    signal: session.signal,
    goals: {
      ...(counts ? { counts: counts.counts } : {}),
      ...(asked.balance === undefined ? {} : { samplingStrategy: asked.balance }),
    },
  };
  const origins = flags.origins === true;
  // A list of classes comes from --only.
  const list = flags.only ? { samplingStrategy: "only", counts: "only" } : { samplingStrategy: "balance" };
  const outcome = await session.timed("sample", () =>
    withFlagNames({ ...list, targets: "counts", count: "rows" }, async () => {
      const { options, goals, signal } = request;
      if (sequences)
        return sequencesBalanced(
          sequences,
          options,
          { target: request.target, seed, signal, ...goals, origins },
          session,
        );
      if (!isSample) return rowsBalanced(table, metadata, request, origins);
      return sampled(strategy, table, metadata, {
        seed,
        rows: asked.rows,
        by: flags.by ?? (counts ? [counts.column] : []),
        targets: counts && Object.fromEntries(counts.counts),
        replace: flags.replace === true,
        margins: Object.fromEntries(asked.margins),
        options,
      });
    }),
  );
  const gain = flags.gain
    ? await measuredGain(table, metadata, classesRequest(request), flags, session)
    : undefined;
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

/** What the flags ask for; what is wrong with them goes to the checks. */
function readAsked(flags: ResampleFlags, checks: Checks) {
  const seed = seedOf(flags, checks);
  const strategy = flags.strategy ?? "smote";
  const isSample = samples.includes(strategy);
  const balanced = balancedBy(strategy);
  const known = [...rowStrategies, ...samples];
  if (!known.includes(strategy))
    checks.add(
      optionValueError(
        "strategy",
        "the name of a strategy",
        strategy,
        knownTextsHint("strategies", strategy, known),
      ),
    );
  else refuseUseless(flags, strategy, checks);
  const counts = checks.attempt(() =>
    flags.counts === undefined ? undefined : parseLabelCounts(flags.counts),
  );
  const rows = checks.attempt(() =>
    flags.rows === undefined ? undefined : readRowCount(flags.rows, "rows"),
  );
  if (counts && flags.target !== undefined && counts.column !== flags.target)
    checks.add(optionValueError("counts", `counts of ${flags.target}`, flags.counts!));
  const margins = (flags.margins ?? []).flatMap((text) => {
    const margin = checks.attempt(() => readMargin(text));
    return margin ? [margin] : [];
  });
  const balance = checks.attempt(() => readBalance(flags));
  const require = (value: unknown, option: string, what: string): void => {
    if (value === undefined) checks.attempt(() => requireFlag(undefined, option, what));
  };
  if (strategy === "sample") require(flags.rows, "rows", "the number of rows");
  else if (strategy === "stratified")
    require(flags.by ?? flags.counts, "by", "a column whose values are the strata");
  else if (strategy === "rake") require(flags.margins, "margins", 'targets such as "sex:f=0.51,m=0.49"');
  else if (balanced === "labels") require(flags.label, "label", "a column of a label; repeat for more");
  else if (balanced === "numbers") require(flags.target, "target", "the column of numbers");
  else if (!isSample) require(flags.target ?? flags.counts, "target", "the column of classes");
  const settable: OptionTable = isSample
    ? (sampleOptionRows[strategy] ?? {})
    : { ...optionRowsOf[balanced], ...(balanced === "classes" ? { window: sequenceOptionRows.window } : {}) };
  const options = checks.attempt(() => readOptions(flags.set ?? [], strategy, settable));
  const target = flags.target ?? counts?.column;
  return { seed, strategy, isSample, counts, rows, margins, balance, options, target };
}

/** A flag that the strategy has no use for is a mistake, which would go unseen. */
function refuseUseless(flags: ResampleFlags, strategy: string, checks: Checks): void {
  const isSample = samples.includes(strategy);
  const ofClasses = !isSample && balancedBy(strategy) === "classes";
  const isStratified = strategy === "stratified";
  const classes = "a strategy that balances classes";
  for (const [option, given, isOfUse, expected] of [
    ["gain", flags.gain, ofClasses, classes],
    ["balance", flags.balance, ofClasses, classes],
    ["only", flags.only, ofClasses, classes],
    ["counts", flags.counts, ofClasses || isStratified, classes],
    ["origins", flags.origins, !isSample, "a strategy that adds or takes away rows"],
    ["label", flags.label, strategy === labelStrategy, "the strategy mlsmote"],
    ["rows", flags.rows, isSample, `one of ${samples.join(", ")}`],
    ["by", flags.by, isStratified, "the strategy stratified"],
    ["replace", flags.replace, isStratified, "the strategy stratified"],
    ["margins", flags.margins, strategy === "rake", "the strategy rake"],
  ] as const)
    if (given && !isOfUse) {
      const hint =
        option === "rows" ? "How many rows a class has afterwards is said by --counts." : undefined;
      checks.add(optionValueError(option, expected, strategy, hint));
    }
  if (flags.holdout !== undefined && !flags.gain)
    checks.add(
      new VerisimError("VERISIM_USAGE", "Expected --gain beside --holdout, whose rows judge the gain.", {
        where: { option: "gain" },
      }),
    );
}

async function measuredGain(
  table: Table,
  metadata: TableMetadata,
  request: Parameters<typeof resampleGain>[2],
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

function readOptions(
  settings: readonly string[],
  strategy: string,
  rows: OptionTable,
): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const name = setting.slice(0, Math.max(0, at)).trim();
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!row)
      throw optionValueError(
        "set",
        at < 0 ? "option=value" : `an option of ${strategy}`,
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
function readBalance({ balance, only }: ResampleFlags): SamplingStrategy | undefined {
  if (only !== undefined) {
    if (balance === undefined) return only;
    throw optionValueError("balance", "one of --balance and --only", balance);
  }
  if (balance === undefined) return undefined;
  const words = balance.replaceAll("-", " ") as NamedBalance;
  if (balances.includes(words)) return words;
  const ratio = Number(balance);
  if (ratio > 0 && ratio <= 1) return ratio;
  const names = balances.map((name) => name.replaceAll(" ", "-")).join(", ");
  throw optionValueError("balance", `one of ${names}, or a ratio above 0 up to 1`, balance);
}
