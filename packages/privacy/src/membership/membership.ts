// Membership inference: was this record trained on? Several attacks are put to training rows and to holdout rows, each
// with what its attacker is taken to have; the strongest counts, corrected for how many were tried.

import { throwIfAborted, VerisimError } from "@verisim/core";
import { GradientBoostedTrees } from "@verisim/trees";
import type { MembershipAttack, MembershipGroup, MembershipReport } from "../privacy-report.ts";
import {
  type PreparedTables,
  pickRows,
  runOf,
  type SampledRows,
  sampleRows,
} from "../tables/prepared-tables.ts";
import { type CandidateDistances, candidateDistances, logDistance, treeFeatures } from "./features.ts";
import { Roc } from "./roc.ts";
import { type ShadowOptions, shadowScores } from "./shadow-models.ts";

export interface MembershipOptions {
  /** Training rows that are attacked, and at most as many holdout rows. Default 5,000. */
  candidates?: number;
  /** Trains generators of its own for the attack: see {@link ShadowOptions}. Default: none. */
  shadow?: ShadowOptions;
}

type AttackName = MembershipAttack["attack"];

const threats: Readonly<Record<AttackName, MembershipAttack["threat"]>> = {
  "nearest-distance": "synthetic-table",
  "local-density": "synthetic-table",
  "density-ratio": "synthetic-table-and-population",
  classifier: "synthetic-table-and-population",
  ensemble: "synthetic-table-and-population",
  "shadow-models": "generator-code",
};

/** Fewer rows than this on a side say nothing about rates of one in a hundred. */
const fewestRows = 50;
const mostSynthetic = 50_000;
const outlierShare = 0.1;
/** A category is rare below this share. */
const rareShare = 0.05;
const mostMinorities = 5;
const fewestMinorityRows = 100;

/**
 * @param loneliness per searched training and holdout row: distance to any other real row
 * @returns null without a holdout, or with one too small
 */
export async function membership(
  tables: PreparedTables,
  loneliness: { readonly training: ArrayLike<number>; readonly holdout: ArrayLike<number> },
  { candidates = 5000, shadow }: MembershipOptions,
): Promise<MembershipReport | null> {
  const { training, holdout, synthetic, searched, encoder, seed, columns } = tables;
  if (!holdout || !searched.holdout || encoder.size === 0) return null;
  const count = Math.min(
    candidates,
    searched.training.length,
    searched.holdout.length,
    holdout.rows.length >> 1,
  );
  if (count < fewestRows) return null;
  const chosen = {
    training: sampleRows(searched.training.length, count, seed, "members"),
    holdout: sampleRows(searched.holdout.length, count, seed, "non-members"),
  };
  const members = pickRows(
    training,
    chosen.training.map((i) => searched.training[i]!),
    encoder,
  );
  const nonMemberPlaces = chosen.holdout.map((i) => searched.holdout![i]!);
  const nonMembers = pickRows(holdout, nonMemberPlaces, encoder);
  const attacked = new Set(nonMemberPlaces);
  const population = pickRows(
    holdout,
    [...holdout.rows.keys()].filter((place) => !attacked.has(place)),
    encoder,
  );
  const available = pickRows(
    synthetic,
    sampleRows(synthetic.rows.length, mostSynthetic, seed, "attacked synthetic"),
    encoder,
  );
  const run = runOf(tables);
  const distancesOf = (rows: SampledRows): Promise<CandidateDistances> =>
    candidateDistances(
      { encoder, candidates: rows.points, synthetic: available.points, population: population.points },
      run,
    );
  const ofMembers = await distancesOf(members);
  const ofOthers = await distancesOf(nonMembers);
  const scores = new Map<AttackName, Scores>();
  scores.set("nearest-distance", bothSides(ofMembers, ofOthers, count, nearestScore));
  scores.set("local-density", bothSides(ofMembers, ofOthers, count, densityScore));
  scores.set("density-ratio", bothSides(ofMembers, ofOthers, count, ratioScore));
  throwIfAborted(run.signal);
  const learnt = await classifierScores(tables, { members, nonMembers, population, available });
  if (learnt) scores.set("classifier", learnt);
  if (shadow)
    scores.set(
      "shadow-models",
      await shadowScores(tables, population, { members: ofMembers, others: ofOthers, count }, shadow, run),
    );
  scores.set("ensemble", ensemble([...scores.values()], count));
  const everyone = [...Array(count).keys()];
  const groups: Group[] = [
    { name: "all rows", kind: "all", members: everyone, others: everyone },
    ...outlierGroup(loneliness, chosen),
    ...minorityGroups(columns, { members, nonMembers }),
  ];
  // The strongest of several attacks on one of several groups: C. Bonferroni's correction for all of them.
  const level = 1 - 0.05 / (scores.size * groups.length);
  const judged = groups.map((group) => strongestOn(group, scores, level));
  return {
    members: count,
    nonMembers: count,
    population: population.rows.length,
    attacks: [...scores].map(([attack, own]) => evaluated(attack, own, everyone, everyone, 0.95)),
    groups: judged,
    strongest: judged[0]!.strongest,
  };
}

/** One score per candidate; higher says "member". */
interface Scores {
  readonly members: Float64Array;
  readonly others: Float64Array;
}

type Score = (distances: CandidateDistances, candidate: number) => number;

const nearestScore: Score = ({ synthetic }, candidate) => -synthetic.distances[candidate * synthetic.k]!;
const densityScore: Score = ({ synthetic }, candidate) => -logDistance(synthetic, candidate);
/** Density of synthetic rows over density of the population (B. van Breugel et al., "DOMIAS", 2023), by neighbours. */
const ratioScore: Score = ({ synthetic, population }, candidate) =>
  logDistance(population, candidate) - logDistance(synthetic, candidate);

function bothSides(
  members: CandidateDistances,
  others: CandidateDistances,
  count: number,
  score: Score,
): Scores {
  const of = (distances: CandidateDistances): Float64Array =>
    Float64Array.from({ length: count }, (_, candidate) => score(distances, candidate));
  return { members: of(members), others: of(others) };
}

/** Trees learn to tell synthetic rows from the population's; a training row looks the more synthetic, the better it was learnt. */
async function classifierScores(
  { columns, seed, source }: PreparedTables,
  rows: Readonly<Record<"members" | "nonMembers" | "population" | "available", SampledRows>>,
): Promise<Scores | null> {
  const { members, nonMembers, population, available } = rows;
  const learnt = Math.min(20_000, available.rows.length);
  const synthetic = {
    table: available.table,
    rows: sampleRows(available.rows.length, learnt, seed, "classifier").map(
      (place) => available.rows[place]!,
    ),
  };
  const labels = new Float64Array(learnt + population.rows.length).fill(1, 0, learnt);
  const trees = new GradientBoostedTrees({
    objective: "binary",
    numIterations: 60,
    numLeaves: 31,
    seed: 1,
  });
  const signal = source.signal ? { signal: source.signal } : {};
  try {
    await trees.fit(treeFeatures(columns, [synthetic, population]), labels, signal);
  } catch (error) {
    // The library of trees is there for some systems only; the other attacks need none.
    if (VerisimError.isInstance(error) && error.code === "VERISIM_NATIVE_MISSING") return null;
    throw error;
  }
  return {
    members: await trees.predict(treeFeatures(columns, [members]), { raw: true, ...signal }),
    others: await trees.predict(treeFeatures(columns, [nonMembers]), { raw: true, ...signal }),
  };
}

/** Mean rank over the attacks. */
function ensemble(all: readonly Scores[], count: number): Scores {
  const members = new Float64Array(count);
  const others = new Float64Array(count);
  for (const own of all) {
    const pooled = Float64Array.from([...own.members, ...own.others]).sort();
    const rank = new Map<number, number>();
    for (let i = 0; i < pooled.length; i++) rank.set(pooled[i]!, i);
    for (let i = 0; i < count; i++) {
      members[i]! += rank.get(own.members[i]!)!;
      others[i]! += rank.get(own.others[i]!)!;
    }
  }
  return { members, others };
}

function evaluated(
  attack: AttackName,
  scores: Scores,
  members: readonly number[],
  others: readonly number[],
  level: number,
): MembershipAttack {
  const roc = new Roc(
    Float64Array.from(members, (i) => scores.members[i]!),
    Float64Array.from(others, (i) => scores.others[i]!),
  );
  return {
    attack,
    threat: threats[attack],
    auc: roc.auc(level),
    tprAt1: roc.truePositives(0.01, level),
    tprAt10: roc.truePositives(0.1, level),
  };
}

/** Candidates of both sides that are judged together, by number. */
interface Group {
  readonly name: string;
  readonly kind: MembershipGroup["kind"];
  readonly members: readonly number[];
  readonly others: readonly number[];
}

function strongestOn(
  { name, kind, members, others }: Group,
  scores: ReadonlyMap<AttackName, Scores>,
  level: number,
): MembershipGroup {
  const strongest = [...scores]
    .map(([attack, own]) => evaluated(attack, own, members, others, level))
    .reduce((most, one) => (one.tprAt10.value > most.tprAt10.value ? one : most));
  return { group: name, kind, members: members.length, nonMembers: others.length, strongest };
}

/** The candidates of both sides that lie farthest from any other real row, by one threshold. */
function outlierGroup(
  loneliness: { readonly training: ArrayLike<number>; readonly holdout: ArrayLike<number> },
  chosen: { readonly training: Uint32Array; readonly holdout: Uint32Array },
): Group[] {
  const own = Float64Array.from(chosen.training, (i) => loneliness.training[i]!);
  const others = Float64Array.from(chosen.holdout, (i) => loneliness.holdout[i]!);
  const sorted = Float64Array.from([...own, ...others]).sort();
  const threshold = sorted[Math.floor((1 - outlierShare) * sorted.length)]!;
  const members = [...own.keys()].filter((i) => own[i]! >= threshold);
  const nonMembers = [...others.keys()].filter((i) => others[i]! >= threshold);
  if (members.length < fewestRows || nonMembers.length < fewestRows) return [];
  return [{ name: "outliers", kind: "outliers", members, others: nonMembers }];
}

/** Per column the rows with a rare category, for the columns that have most of them. */
function minorityGroups(
  columns: PreparedTables["columns"],
  { members, nonMembers }: { members: SampledRows; nonMembers: SampledRows },
): Group[] {
  const groups: Group[] = [];
  for (const column of columns) {
    if (column.kind !== "category") continue;
    const counts = new Int32Array(column.labelCount + 1);
    for (const { table, rows } of [members, nonMembers])
      for (const row of rows) counts[column.codes[table]![row]!]!++;
    const most = rareShare * (members.rows.length + nonMembers.rows.length);
    const rare = ({ table, rows }: SampledRows): number[] =>
      [...rows.keys()].filter((i) => counts[column.codes[table]![rows[i]!]!]! < most);
    const own = rare(members);
    const others = rare(nonMembers);
    if (Math.min(own.length, others.length) >= fewestMinorityRows)
      groups.push({ name: `rare values of ${column.name}`, kind: "minority", members: own, others });
  }
  return groups.sort((a, b) => b.members.length - a.members.length).slice(0, mostMinorities);
}
