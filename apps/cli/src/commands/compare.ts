// `verisim compare`: every generator on the user's own table, judged on rows that none has learnt, and the frontier of
// what they give and cost.

import { basename } from "node:path";
import { type TableMetadata, VerisimError } from "@verisim/core";
import type { PartName } from "@verisim/evaluate";
import { type Frontier, figureSheet, figures, figuresOf, frontierOf } from "@verisim/evaluate/figures";
import { generators } from "@verisim/verisim/generators";
import { Checks } from "../checks.ts";
import type { CompareFlags } from "../compare-command.ts";
import { type Dropout, type Entrant, enter } from "../contenders.ts";
import { readParts } from "../evaluation-parts.ts";
import { seedOf } from "../flag-values.ts";
import { withHoldout } from "../holding-out.ts";
import { judgementFormat } from "../judgement-format.ts";
import { type FitPlan, planFit } from "../learning.ts";
import { formatCount, formatScore, formatSeconds, plural, readRowCount } from "../quantities.ts";
import { readReal } from "../reading.ts";
import { requireColumn } from "../required-column.ts";
import type { Session } from "../session.ts";
import { forLine, textGrid } from "../text-grid.ts";
import { sayWarnings } from "../warnings.ts";
import { writeText } from "../write-text.ts";

/** What the frontier is made of; the rest of a judgement is asked for with --parts. */
const usualParts: readonly PartName[] = ["two-sample", "utility", "privacy"];

/** What a generator that trains in steps may take where no time is given. */
const usualTime = "2m";

export async function compare(data: string, flags: CompareFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const names = flags.models?.split(",").map((name) => name.trim()) ?? everyName();
  const plans = names.map((model) =>
    planFit({ ...flags, model, maxTime: flags.maxTime ?? usualTime }, checks),
  );
  const parts = flags.parts === undefined ? usualParts : checks.attempt(() => readParts(flags.parts));
  const rowsAsked = checks.attempt(() =>
    flags.rows === undefined ? undefined : readRowCount(flags.rows, "rows"),
  );
  const seed = seedOf(flags, checks);
  const format = judgementFormat(flags.out, checks);
  checks.input(data, "real table");
  checks.input(flags.metadata, "metadata");
  checks.input(flags.holdout, "holdout");
  checks.output(flags.out, "out");
  checks.settle();

  const read = await readReal(data, flags.metadata, session);
  const { metadata } = read;
  checks.attempt(() => requireColumn(metadata, flags.target, "target"));
  checks.settle();
  const { target } = flags;
  const split = await withHoldout(read, flags.holdout, { target, seed }, session);
  const { train, holdout } = split;
  const contest = {
    train,
    holdout,
    metadata,
    target,
    parts,
    rows: rowsAsked ?? train.rowCount,
    seed,
  };
  session.say(
    `${plural(plans.length, "generator")}, ${plural(train.rowCount, "row")} to learn and ` +
      `${formatCount(holdout.rowCount)} held out${flags.holdout === undefined ? " (a quarter of the rows)" : ""}.`,
  );

  const entrants: Entrant[] = [];
  const dropouts: Dropout[] = [];
  for (const plan of plans) {
    const result = await enter(plan, contest, session);
    if ("code" in result) dropouts.push(result);
    else entrants.push(result);
    session.say("code" in result ? `${result.name}: ${result.code} ${result.message}` : progressText(result));
  }
  if (entrants.length === 0) {
    const [first] = dropouts as [Dropout, ...Dropout[]];
    throw new VerisimError(first.code, first.message);
  }
  const frontier = frontierOf(
    entrants.map(({ name, evaluation, fitSeconds, sampleSeconds }) => ({
      sheet: figureSheet(name, evaluation),
      seconds: fitSeconds + sampleSeconds,
    })),
  );
  const warnings = [...new Set([...split.warnings, ...timeNotes(plans, flags)])];
  const result = {
    version: 1,
    file: data,
    rows: { train: train.rowCount, holdout: holdout.rowCount, synthetic: contest.rows },
    target: flags.target ?? null,
    seed,
    sides: frontier.sides,
    models: entrants.map(({ evaluation, ...own }, place) => ({
      ...own,
      isOnFrontier: frontier.entries[place]!.beatenBy.length === 0,
      beatenBy: frontier.entries[place]!.beatenBy,
      figures: figuresOf(evaluation),
    })),
    failed: dropouts,
    warnings,
  };
  if (flags.out !== undefined)
    await writeText(
      flags.out,
      format === "json"
        ? JSON.stringify(result, null, 2)
        : await comparisonPage(data, closestFirst(entrants, frontier), metadata, dropouts, session),
    );
  if (session.json) session.printJson(result);
  else session.print(frontierText(frontier, dropouts));
  sayWarnings(warnings, session);
  if (flags.out !== undefined) session.say(`${format === "json" ? "Comparison" : "Report"}: ${flags.out}`);
  session.say(`Done in ${formatSeconds(session.seconds)}.`);
}

/** All but the one that only chooses among them. */
function everyName(): string[] {
  return generators.map(({ name }) => name).filter((name) => name !== "auto");
}

function timeNotes(plans: readonly FitPlan[], { maxTime }: CompareFlags): string[] {
  if (maxTime !== undefined || !plans.some(({ definition }) => definition.trains)) return [];
  return [`Generators that train had ${usualTime} each: --max-time gives them more.`];
}

function progressText({ name, fitSeconds, sampleSeconds, evaluation }: Entrant): string {
  const { shapes, trends } = figuresOf(evaluation);
  return (
    `${name}: learnt in ${formatSeconds(fitSeconds)}, drew in ${formatSeconds(sampleSeconds)}; ` +
    `shapes ${formatScore(shapes ?? null)}, trends ${formatScore(trends ?? null)}.`
  );
}

const columnWords: Readonly<Record<string, string>> = {
  "two-sample-auc": "two-sample AUC",
  tstr: "model's score",
  "mia-tpr-at-10": "membership",
  copies: "copies",
  quality: "quality",
};

function frontierText({ sides, entries }: Frontier, dropouts: readonly Dropout[]): string {
  const head = [
    "",
    ...sides.map(({ figure }) => (figure === null ? "time" : (columnWords[figure] ?? figure))),
    "",
  ];
  const lines = entries.map(({ name, values, beatenBy }) => [
    name,
    ...values.map((value, place) =>
      sides[place]!.figure === null ? formatSeconds(value ?? 0) : formatScore(value ?? null),
    ),
    beatenBy.length === 0 ? "on the frontier" : `beaten by ${beatenBy.join(", ")}`,
  ]);
  const failed = dropouts.map(
    ({ name, code, message }) => `${name} took no part: ${code} ${forLine(message, 90)}`,
  );
  const meanings = sides.flatMap(({ figure, better }) =>
    figure === null
      ? []
      : [[columnWords[figure] ?? figure, `${better} is better: ${figures[figure]!.description}`]],
  );
  return [
    textGrid([head, ...lines], new Set(sides.map((_, place) => place + 1))),
    ...(failed.length > 0 ? [failed.join("\n")] : []),
    textGrid(meanings),
  ].join("\n\n");
}

/** The one whose rows are hardest to tell from real ones stands first: the whole page is about it. */
function closestFirst(entrants: readonly Entrant[], { sides, entries }: Frontier): Entrant[] {
  const { better } = sides[0]!;
  const score = (place: number): number => {
    const value = entries[place]!.values[0] ?? null;
    if (value === null) return Number.NEGATIVE_INFINITY;
    return better === "higher" ? value : -value;
  };
  const best = entrants.reduce((held, _, place) => (score(place) > score(held) ? place : held), 0);
  return [entrants[best]!, ...entrants.filter((_, place) => place !== best)];
}

async function comparisonPage(
  data: string,
  [first, ...others]: readonly Entrant[],
  metadata: TableMetadata,
  dropouts: readonly Dropout[],
  session: Session,
): Promise<string> {
  const { renderReport } = await import("@verisim/report");
  const { name, evaluation, fitSeconds, sampleSeconds, warnings } = first!;
  return renderReport({
    title: name,
    evaluation,
    metadata,
    seconds: fitSeconds + sampleSeconds,
    compared: others.map((other) => ({
      name: other.name,
      evaluation: other.evaluation,
      seconds: other.fitSeconds + other.sampleSeconds,
    })),
    generator: {
      name,
      warnings: [
        ...warnings,
        ...dropouts.map((own) => `${own.name} took no part: ${own.code} ${own.message}`),
      ],
    },
    timings: session.timings,
    files: [{ role: "Real table", path: basename(data) }],
  });
}
