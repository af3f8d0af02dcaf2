// Rare events in exact numbers: a keyed permutation picks their places among all rows, so that no two overlap and
// neither seed nor batch changes how many there are.

import { Permutation, type StreamKey, VerisimError } from "@verisim/core";
import type { ReadEvent, ReadTable } from "../model/read-model.ts";
import type { ChildIndex } from "./child-index.ts";

/** Where events are: first rows in ascending order, and which event each is. */
export interface EventPlaces {
  readonly rows: Float64Array;
  readonly events: Uint16Array;
  readonly lengths: readonly number[];
}

/** The places of all events are kept, ten bytes each. */
const mostEvents = 20_000_000;

/** The longest episode of a table: all places have room for it. */
export function longestEpisode(table: ReadTable): number {
  return Math.max(1, ...table.events.map(({ length }) => length));
}

/** @throws VerisimError `VERISIM_SIMULATION_EVENT` where there is no room for so many */
export async function placeEvents(
  table: ReadTable,
  rowCount: number,
  index: ChildIndex | undefined,
  key: StreamKey,
): Promise<EventPlaces> {
  const longest = longestEpisode(table);
  const placeCount = index ? index.placeCount : Math.floor(rowCount / longest);
  const counts = table.events.map((event) => episodesOf(event, rowCount));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > mostEvents)
    throw new VerisimError(
      "VERISIM_SIMULATION_EVENT",
      `Expected at most ${mostEvents} events in a table but received ${total}.`,
      {
        where: { table: table.name, option: `${table.path}.events` },
        hint: "What is in so many rows is not rare: make it a column, with chance() in its formula.",
      },
    );
  if (total > placeCount)
    throw new VerisimError(
      "VERISIM_SIMULATION_EVENT",
      `Expected room for ${total} events of up to ${longest} row${longest === 1 ? "" : "s"} but ${rowCount} rows have ${placeCount} such places.`,
      {
        where: { table: table.name, option: `${table.path}.events` },
        hint: `${placeCount} events are possible. Ask for fewer, for shorter ones, or for more rows.`,
      },
    );
  const lengths = table.events.map(({ length }) => length);
  if (total === 0) return { rows: new Float64Array(0), events: new Uint16Array(0), lengths };
  const order = new Permutation(placeCount, key);
  let merged: Places = { places: new Float64Array(0), events: new Uint16Array(0) };
  let at = 0;
  counts.forEach((count, event) => {
    const places = Float64Array.from({ length: count }, () => order.at(at++)).sort();
    merged = merge(merged, { places, events: new Uint16Array(count).fill(event) });
  });
  const { places, events } = merged;
  const rows = index ? await index.placeRows(places) : places.map((place) => place * longest);
  return { rows, events, lengths };
}

interface Places {
  /** Ascending. */
  readonly places: Float64Array;
  readonly events: Uint16Array;
}

function merge(a: Places, b: Places): Places {
  const length = a.places.length + b.places.length;
  const places = new Float64Array(length);
  const events = new Uint16Array(length);
  let i = 0;
  let j = 0;
  for (let out = 0; out < length; out++) {
    const first = j >= b.places.length || (i < a.places.length && a.places[i]! < b.places[j]!);
    places[out] = first ? a.places[i]! : b.places[j]!;
    events[out] = first ? a.events[i++]! : b.events[j++]!;
  }
  return { places, events };
}

function episodesOf({ count, share, length }: ReadEvent, rowCount: number): number {
  return count ?? Math.round((share! * rowCount) / length);
}

/** Steps of one event for rows [rowStart, rowStart + length): 0 on within it, NaN elsewhere. */
export function fillSteps(places: EventPlaces, event: number, rowStart: number, out: Float64Array): void {
  out.fill(Number.NaN);
  const length = places.lengths[event]!;
  let low = 0;
  let high = places.rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places.rows[middle]! + Math.max(...places.lengths) <= rowStart) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < places.rows.length && places.rows[at]! < rowStart + out.length; at++) {
    if (places.events[at] !== event) continue;
    for (let step = 0; step < length; step++) {
      const i = places.rows[at]! + step - rowStart;
      if (i >= 0 && i < out.length) out[i] = step;
    }
  }
}
