// The whole privacy report of a synthetic table: copies with the self-test, distances, membership, attributes, singling
// out, linkability, anonymity, values.

import { type RunOptions, throwIfAborted } from "@verisim/core";
import { anonymity } from "./anonymity.ts";
import { attributeInference } from "./attacks/attribute-inference.ts";
import { linkability } from "./attacks/linkability.ts";
import { singlingOut } from "./attacks/singling-out.ts";
import { CopySearch, type RealDistances } from "./copies/copy-search.ts";
import { copyReport } from "./copies/copy-test.ts";
import { type SelfTestOptions, selfTest } from "./copies/self-test.ts";
import { distances } from "./distances.ts";
import { findingsOf, worstLevel } from "./findings.ts";
import { membership } from "./membership/membership.ts";
import type { ShadowOptions } from "./membership/shadow-models.ts";
import type { PrivacyReport } from "./privacy-report.ts";
import { pickRows, prepareTables, type RiskTables, runOf } from "./tables/prepared-tables.ts";
import { valueOverlap } from "./values.ts";

export interface PrivacyOptions extends RiskTables {
  /** Columns that must not be inferred. Default: all that are compared, at most 20. */
  sensitive?: readonly string[];
  /** Columns that an attacker knows. Default: for inference all but the one in question, for anonymity a guess. */
  quasiIdentifiers?: readonly string[];
  /** Attacks of each kind on each side, 100 or more. Default 1,000. */
  attacks?: number;
  /** Rows on each side that membership attacks try, 100 or more. Default 5,000. */
  candidates?: number;
  /** Copies that are planted to see whether they are found; false: none. Default: 1 % of the rows, 5 times each kind. */
  selfTest?: SelfTestOptions | false;
  /** Shadow models, which train the generator anew and take as long. Default: none. */
  shadow?: ShadowOptions;
}

/**
 * Judges what a synthetic table gives away of the rows that its generator learnt from.
 *
 * Every attack is put to training rows and to holdout rows alike: what works on both follows from the population. Without
 * a holdout only the copies, the values and anonymity are judged, the first less surely. Long tables are sampled by the
 * seed; `sampled` and each part say how many rows stand for all. The result holds no figure of a single record.
 *
 * @throws VerisimError `VERISIM_NO_ROWS` when a table is empty, `VERISIM_UNKNOWN_COLUMN` when the real table lacks a
 * column of the metadata or an option names a column that rows are not compared by, `VERISIM_ABORTED`
 * @example
 * const { level, findings, copies } = await privacyRisk({ real, synthetic, holdout, metadata });
 * for (const { text } of findings) console.log(text);
 */
export async function privacyRisk(options: PrivacyOptions): Promise<PrivacyReport> {
  const {
    real,
    synthetic,
    holdout,
    sensitive,
    quasiIdentifiers,
    attacks = 1000,
    candidates,
    shadow,
  } = options;
  throwIfAborted(options.signal);
  const tables = prepareTables(options);
  const run = runOf(tables);
  let done = 0;
  const step = (detail: string): void => {
    throwIfAborted(run.signal);
    run.onProgress?.({ phase: "evaluate", done: done++, total: 8, unit: "privacy parts", detail });
  };
  /** Parts report their own progress as steps here. */
  const quiet: RunOptions = run.signal ? { signal: run.signal } : {};

  step("copies");
  const search = await CopySearch.create(tables);
  const rows = pickRows(tables.synthetic, tables.searched.synthetic, tables.encoder);
  const events = await search.events(rows, quiet);
  const verdict = search.judge(events);
  const copies = copyReport(tables, verdict);
  step("self-test");
  const planted =
    options.selfTest === false
      ? null
      : await selfTest(search, { events, verdict }, options.selfTest ?? {}, quiet);
  step("distances");
  const near = await distances(tables);
  const loneliness = {
    training: lonelinessOf(search.trainingDistances),
    holdout: search.holdoutDistances ? lonelinessOf(search.holdoutDistances) : [],
  };
  step("membership");
  const members = await membership(tables, loneliness, {
    ...(candidates === undefined ? {} : { candidates }),
    ...(shadow ? { shadow } : {}),
  });
  step("attributes");
  const attributes = await attributeInference(tables, loneliness, {
    attacks,
    ...(sensitive ? { sensitive } : {}),
    ...(quasiIdentifiers ? { known: quasiIdentifiers } : {}),
  });
  step("singling out");
  const single = await singlingOut(tables, { attacks });
  step("linkability");
  const linked = await linkability(tables, {
    attacks,
    ...(quasiIdentifiers ? { known: quasiIdentifiers } : {}),
  });
  step("anonymity and values");
  const parts = {
    copies,
    selfTest: planted,
    distances: near,
    membership: members,
    attributes,
    singlingOut: single,
    linkability: linked,
    anonymity: await anonymity(tables, search, {
      ...(quasiIdentifiers ? { quasiIdentifiers } : {}),
      ...(sensitive?.[0] === undefined ? {} : { sensitive: sensitive[0] }),
    }),
    values: valueOverlap(options),
  };
  const findings = findingsOf(parts, synthetic.rowCount);
  return {
    version: 1,
    seed: tables.seed,
    rows: { training: real.rowCount, synthetic: synthetic.rowCount, holdout: holdout?.rowCount ?? null },
    sampled: {
      training: tables.training.rows.length,
      synthetic: tables.searched.synthetic.length,
      holdout: tables.holdout?.rows.length ?? null,
    },
    columns: { used: tables.columns.map(({ name }) => name), leftOut: [...tables.leftOut] },
    level: worstLevel(findings),
    findings,
    ...parts,
  };
}

/** Per searched row the distance to the nearest other real row. */
function lonelinessOf({ training, holdout }: RealDistances): Float64Array {
  const count = training.distances.length / training.k;
  return Float64Array.from({ length: count }, (_, row) => {
    const own = training.distances[row * training.k]!;
    return holdout ? Math.min(own, holdout.distances[row * holdout.k]!) : own;
  });
}
