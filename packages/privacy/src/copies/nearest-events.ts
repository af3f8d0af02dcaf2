// What copying leaves behind: a synthetic row that lies much nearer to one real row than to the rows around it. The score
// compares distances around one place, so that crowded and empty regions are on one scale and copies of outliers count
// as much as any.

import type { Nearest } from "../tables/nearest.ts";

/** Per row that was searched for: the real row it points at, -1 for none, and how closely, lower is closer. */
export interface Events {
  readonly targets: Int32Array;
  readonly scores: Float64Array;
  /** Per row the chance that its target is a training row if nothing was copied; absent: the same for all. */
  readonly chances?: Float64Array;
}

/** Neighbours that the score of {@link distanceEvents} needs. */
export const neighboursForScore = 3;

/**
 * Events by distance: that to the nearest real row over that to the third. Rows with two nearest ones point at none,
 * because which of them was copied cannot be said. A distance of 0 comes before all others, the loneliest first.
 */
export function distanceEvents({ k, indices, distances }: Nearest): Events {
  const count = indices.length / k;
  const targets = new Int32Array(count).fill(-1);
  const scores = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const first = distances[row * k]!;
    const second = distances[row * k + 1] ?? Number.POSITIVE_INFINITY;
    const around = distances[row * k + Math.min(k, neighboursForScore) - 1]!;
    if (first === second || !Number.isFinite(around)) continue;
    targets[row] = indices[row * k]!;
    scores[row] = first === 0 ? -around : first / around;
  }
  return { targets, scores };
}

/** Events in order, closest first; only rows that point at a real row. */
export interface OrderedEvents {
  readonly targets: Int32Array;
  readonly scores: Float64Array;
  readonly chances: Float64Array;
}

/**
 * All events in order.
 * @param share the chance of events that have none of their own
 */
export function ordered(events: Events, share: number): OrderedEvents {
  return inOrder(
    events,
    [...events.targets.keys()].filter((row) => events.targets[row]! >= 0),
    share,
  );
}

/** The best event of each real row: several rows that point at one real row are one piece of evidence. */
export function bestPerTarget(events: Events, share: number): OrderedEvents {
  const { targets, scores } = events;
  const best = new Map<number, number>();
  for (let row = 0; row < targets.length; row++) {
    const target = targets[row]!;
    if (target < 0) continue;
    const known = best.get(target);
    if (known === undefined || scores[row]! < scores[known]!) best.set(target, row);
  }
  return inOrder(events, [...best.values()], share);
}

function inOrder({ targets, scores, chances }: Events, rows: number[], share: number): OrderedEvents {
  // Equal scores go by a hash of the target: by its number, training rows would come before holdout rows.
  rows.sort((a, b) => scores[a]! - scores[b]! || hash(targets[a]!) - hash(targets[b]!));
  return {
    targets: Int32Array.from(rows, (row) => targets[row]!),
    scores: Float64Array.from(rows, (row) => scores[row]!),
    chances: Float64Array.from(rows, (row) => chances?.[row] ?? share),
  };
}

/** The last step of MurmurHash3 (A. Appleby, public domain). */
function hash(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
