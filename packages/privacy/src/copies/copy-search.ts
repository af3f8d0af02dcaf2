// The test that finds copies. Two questions are asked of the real rows that synthetic rows lie next to, closest first:
//   label:   are they training rows more often than training rows are among all real ones? True of no table that copies
//            nothing, whatever it looks like: which real rows were trained on is chance to it.
//   control: are synthetic rows nearer to training rows than real rows are to each other? Says more where there are few
//            rows; counts only together with a lean of the labels, since a generator that draws from the crowd alone
//            comes nearer to real rows than those do, without a copy.

import { type RunOptions, throwIfAborted } from "@verisim/core";
import { binomialUpperTail } from "../intervals.ts";
import type { CopyEvidence } from "../privacy-report.ts";
import { mergeNearest, type Nearest, nearest } from "../tables/nearest.ts";
import { type PreparedTables, runOf, type SampledRows } from "../tables/prepared-tables.ts";
import type { RowPoints } from "../tables/row-encoder.ts";
import { RealValues, type TableRows } from "./agreement-events.ts";
import {
  bestPerTarget,
  distanceEvents,
  type Events,
  neighboursForScore,
  type OrderedEvents,
  ordered,
} from "./nearest-events.ts";
import { type Scan, scanFront, scanVarying } from "./scan.ts";

/** Chance of an alarm where nothing was copied, at most. */
export const falseAlarms = 0.01;
/**
 * How likely chance alone makes the lean of the labels that the control question needs, at most. A holdout much smaller
 * than the training rows cannot show a lean in ten rows: then ten of ten must do.
 */
const leanTail = (share: number): number => Math.max(0.05, Math.min(0.2, 1.0001 * share ** 10));

type View = CopyEvidence["view"];
const views: readonly View[] = ["distance", "agreement"];

/** What is found before the question is put: the events of each view. */
export type CopyEvents = Readonly<Record<View, Events>>;

export interface CopyVerdict {
  readonly pValue: number;
  readonly found: boolean;
  readonly evidence: CopyEvidence[];
}

/** Distances of some rows to both kinds of real rows. */
export interface RealDistances {
  readonly training: Nearest;
  readonly holdout: Nearest | null;
}

/** Finds copies among any rows of the tables that it was made for. */
export class CopySearch {
  readonly tables: PreparedTables;
  /** Distances of the training and holdout rows that are searched for to all other real rows. */
  readonly trainingDistances: RealDistances;
  readonly holdoutDistances: RealDistances | null;
  readonly #values: RealValues;
  readonly #controls: Readonly<Record<View, Events>>;

  private constructor(
    tables: PreparedTables,
    values: RealValues,
    distances: { readonly training: RealDistances; readonly holdout: RealDistances | null },
    controls: Readonly<Record<View, Events>>,
  ) {
    this.tables = tables;
    this.trainingDistances = distances.training;
    this.holdoutDistances = distances.holdout;
    this.#values = values;
    this.#controls = controls;
  }

  /** @throws VerisimError `VERISIM_ABORTED` */
  static async create(tables: PreparedTables): Promise<CopySearch> {
    const { training, holdout, searched, encoder } = tables;
    const run = runOf(tables);
    const count = training.rows.length;
    const distancesOf = (part: SampledRows, places: Uint32Array, self: Selves): Promise<RealDistances> =>
      realDistances(tables, encoder.pick(part.points, places), self, run);
    const ofTraining = await distancesOf(training, searched.training, { training: searched.training });
    const values = new RealValues(tables.columns, holdout ? [training, holdout] : [training]);
    const near = [distanceEvents(united(ofTraining, count))];
    const agreement = [values.events(rowsAt(training, searched.training), searched.training, run.signal)];
    if (!holdout || !searched.holdout) {
      const own = await syntheticPairs(tables, run);
      return new CopySearch(
        tables,
        values,
        { training: ofTraining, holdout: null },
        {
          distance: joined([pairsOnce(near[0]!, searched.training), own.distance]),
          agreement: joined([pairsOnce(agreement[0]!, searched.training), own.agreement]),
        },
      );
    }
    const ofHoldout = await distancesOf(holdout, searched.holdout, { holdout: searched.holdout });
    const self = searched.holdout.map((place) => place + count);
    near.push(distanceEvents(united(ofHoldout, count)));
    agreement.push(values.events(rowsAt(holdout, searched.holdout), self, run.signal));
    return new CopySearch(
      tables,
      values,
      { training: ofTraining, holdout: ofHoldout },
      { distance: joined(near), agreement: joined(agreement) },
    );
  }

  /** The events of some rows. @throws VerisimError `VERISIM_ABORTED` */
  async events(rows: SampledRows, run: RunOptions): Promise<CopyEvents & { distances: RealDistances }> {
    const distances = await realDistances(this.tables, rows.points, {}, run);
    throwIfAborted(run.signal);
    return {
      distances,
      distance: distanceEvents(united(distances, this.tables.training.rows.length)),
      agreement: this.#values.events(rows, null, run.signal),
    };
  }

  /** Puts both questions to both views; the chance of a false alarm holds for all of it. */
  judge(events: CopyEvents): CopyVerdict {
    const { training, holdout, seed } = this.tables;
    const share = holdout ? training.rows.length / (training.rows.length + holdout.rows.length) : 1;
    const looks = views.length * (holdout ? 2 : 1);
    let pValue = 1;
    const telling = falseAlarms / looks;
    const evidence = views.map((view): CopyEvidence => {
      const synthetic = bestPerTarget(events[view], share);
      const isTraining = Uint8Array.from(synthetic.targets, (target) =>
        target < training.rows.length ? 1 : 0,
      );
      let best = this.#againstControl(view, events[view].targets.length, synthetic, isTraining, share);
      // The simulation of the second question costs more than all the rest: not where the first has said enough.
      if (holdout && best.pValue > telling / 10) {
        const label = events[view].chances
          ? scanVarying(isTraining, synthetic.chances, seed, telling)
          : scanFront(isTraining, share, seed);
        if (label.pValue <= best.pValue) best = { expected: label.length * share, ...label };
      }
      pValue = Math.min(pValue, best.pValue);
      return {
        view,
        rows: events[view].targets.length,
        matched: synthetic.targets.length,
        front: best.length,
        frontTraining: best.hits,
        frontExpected: best.expected,
      };
    });
    const corrected = Math.min(1, pValue * looks);
    return { pValue: corrected, found: corrected <= falseAlarms, evidence };
  }

  /**
   * Scans synthetic and real rows in one list for synthetic ones next to training rows. The front is given in synthetic
   * rows; where there is no holdout, what is expected of them is what the control's rows show.
   */
  #againstControl(
    view: View,
    searched: number,
    synthetic: OrderedEvents,
    isTraining: Uint8Array,
    share: number,
  ): Scan & { expected: number } {
    const control = ordered(this.#controls[view], share);
    const total = synthetic.targets.length + control.targets.length;
    const isHit = new Uint8Array(total);
    /** Synthetic rows among the first places, and how many of them chance would put next to training rows. */
    const before = new Int32Array(total + 1);
    const expected = new Float64Array(total + 1);
    let a = 0;
    let b = 0;
    for (let at = 0; at < total; at++) {
      const own = synthetic.scores[a] ?? Number.POSITIVE_INFINITY;
      const other = control.scores[b] ?? Number.POSITIVE_INFINITY;
      // Of equal scores the control comes first, so that ties never speak for copies.
      const isSynthetic = a < synthetic.targets.length && own < other;
      expected[at + 1] = expected[at]! + (isSynthetic ? synthetic.chances[a]! : 0);
      if (isSynthetic) isHit[at] = isTraining[a++]!;
      else b++;
      before[at + 1] = a;
    }
    // Pairs of the control may have made half as many events as there are rows: the share is never too low.
    const events = this.#controls[view].targets.length / (this.tables.holdout ? 1 : 2);
    const hitShare = (searched * share) / (searched + events);
    const leans = (length: number, hits: number): boolean =>
      share === 1 ||
      binomialUpperTail(hits, before[length]!, expected[length]! / before[length]!) <= leanTail(share);
    const scan = scanFront(isHit, hitShare, this.tables.seed, leans);
    return {
      ...scan,
      length: before[scan.length]!,
      expected: share === 1 ? scan.length * hitShare : expected[scan.length]!,
    };
  }
}

function rowsAt({ table, rows }: TableRows, places: Uint32Array): TableRows {
  return { table, rows: places.map((place) => rows[place]!) };
}

/** Per query the place of the training or holdout row that it is itself. */
interface Selves {
  readonly training?: Uint32Array;
  readonly holdout?: Uint32Array;
}

/**
 * Without a holdout the synthetic rows are a control too: those of a generator that draws from the crowd alone lie as near
 * to each other as to training rows.
 */
async function syntheticPairs(
  { synthetic, searched, encoder, columns }: PreparedTables,
  run: RunOptions,
): Promise<Readonly<Record<View, Events>>> {
  const self = searched.synthetic;
  const found = await nearest(
    {
      encoder,
      queries: encoder.pick(synthetic.points, self),
      reference: synthetic.points,
      k: neighboursForScore,
      self,
    },
    run,
  );
  const values = new RealValues(columns, [synthetic]);
  return {
    distance: pairsOnce(distanceEvents(found), self),
    agreement: pairsOnce(values.events(rowsAt(synthetic, self), self, run.signal), self),
  };
}

async function realDistances(
  { training, holdout, encoder }: PreparedTables,
  queries: RowPoints,
  self: Selves,
  run: RunOptions,
): Promise<RealDistances> {
  const to = (points: RowPoints, own: Uint32Array | undefined): Promise<Nearest> =>
    nearest(
      { encoder, queries, reference: points, k: neighboursForScore, ...(own ? { self: own } : {}) },
      run,
    );
  return {
    training: await to(training.points, self.training),
    holdout: holdout ? await to(holdout.points, self.holdout) : null,
  };
}

/** Nearest among all real rows, the holdout's numbered behind the training rows. */
function united({ training, holdout }: RealDistances, trainingRows: number): Nearest {
  return holdout ? mergeNearest(training, holdout, trainingRows) : training;
}

/**
 * Events in which rows that point at each other count once, by the closer score. Counted twice they come in lumps, and a
 * front without any by chance looks like one with copies. Where labels must lean too, that matters little and costs much.
 */
function pairsOnce({ targets, scores }: Events, queries: ArrayLike<number>): Events {
  const placeOf = new Map<number, number>();
  for (let place = 0; place < queries.length; place++) placeOf.set(queries[place]!, place);
  const once = targets.slice();
  const closer = scores.slice();
  for (let place = 0; place < queries.length; place++) {
    const query = queries[place]!;
    const back = placeOf.get(targets[place]!);
    if (back === undefined || targets[back] !== query) continue;
    if (back < place) once[place] = -1;
    else closer[place] = Math.min(scores[place]!, scores[back]!);
  }
  return { targets: once, scores: closer };
}

function joined(parts: readonly Events[]): Events {
  const length = parts.reduce((sum, { targets }) => sum + targets.length, 0);
  const targets = new Int32Array(length);
  const scores = new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    targets.set(part.targets, at);
    scores.set(part.scores, at);
    at += part.targets.length;
  }
  return { targets, scores };
}
