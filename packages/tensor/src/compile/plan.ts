// One arena per program: every value that is not a slot gets a place in it for as long as steps use it, and places are
// used again. The smallest free stretch that fits is taken; a fused step may write over an input that it reads last.

import { sizeOf } from "../shape.ts";
import { type LoweredEntry, outputModes, type ProgramStep, readsOf, writesOf } from "./steps.ts";
import { isWhole, type Value, type View } from "./view.ts";

/** Places of an entry's values in the arena, in words. */
export interface ArenaPlan {
  readonly offsets: ReadonlyMap<Value, number>;
  readonly words: number;
  /** The arena without using any place twice. */
  readonly wordsWithoutReuse: number;
}

/** Words that places are multiples of: a cache line. */
const grain = 16;

const rounded = (size: number): number => Math.ceil(Math.max(1, size) / grain) * grain;

/** Free stretches of the arena, sorted, never touching each other. */
class FreeSpace {
  readonly #stretches: { start: number; end: number }[] = [];
  end = 0;

  take(size: number): number {
    let best: { start: number; end: number } | undefined;
    for (const stretch of this.#stretches) {
      const length = stretch.end - stretch.start;
      if (length >= size && (best === undefined || length < best.end - best.start)) best = stretch;
    }
    if (best === undefined) {
      const last = this.#stretches.at(-1);
      const start = last !== undefined && last.end === this.end ? this.#stretches.pop()!.start : this.end;
      this.end = start + size;
      return start;
    }
    const { start } = best;
    best.start += size;
    if (best.start === best.end) this.#stretches.splice(this.#stretches.indexOf(best), 1);
    return start;
  }

  give(start: number, size: number): void {
    const end = start + size;
    let place = this.#stretches.findIndex((stretch) => stretch.start > start);
    if (place < 0) place = this.#stretches.length;
    this.#stretches.splice(place, 0, { start, end });
    const next = this.#stretches[place + 1];
    if (next !== undefined && next.start === end) {
      this.#stretches[place]!.end = next.end;
      this.#stretches.splice(place + 1, 1);
    }
    const before = this.#stretches[place - 1];
    if (before !== undefined && before.end === start) {
      before.end = this.#stretches[place]!.end;
      this.#stretches.splice(place, 1);
    }
  }
}

/** Plans the values of one entry. */
export function planArena(entry: LoweredEntry): ArenaPlan {
  const last = lastUses(entry);
  const free = new FreeSpace();
  const offsets = new Map<Value, number>();
  let total = 0;
  for (const [index, step] of entry.steps.entries()) {
    const taken = takeOver(step, index, last, offsets);
    for (const { value } of writesOf(step)) {
      if (value.slot !== undefined || offsets.has(value)) continue;
      const size = rounded(value.size);
      const from = taken.get(value);
      if (from === undefined) total += size;
      offsets.set(value, from === undefined ? free.take(size) : offsets.get(from)!);
    }
    const kept = new Set(taken.values());
    for (const value of new Set([...readsOf(step), ...writesOf(step)].map((view) => view.value))) {
      const offset = offsets.get(value);
      if (offset !== undefined && last.get(value) === index && !kept.has(value))
        free.give(offset, rounded(value.size));
    }
  }
  return { offsets, words: free.end, wordsWithoutReuse: total };
}

/** The last step that touches each value; outputs last beyond the end. */
function lastUses(entry: LoweredEntry): Map<Value, number> {
  const last = new Map<Value, number>();
  for (const [index, step] of entry.steps.entries())
    for (const { value } of [...readsOf(step), ...writesOf(step)]) last.set(value, index);
  for (const { value } of entry.outputs) last.set(value, Number.POSITIVE_INFINITY);
  return last;
}

/** Outputs of a fused step that may take the place of an input: the same elements in the same order, read last here. */
function takeOver(
  step: ProgramStep,
  index: number,
  last: ReadonlyMap<Value, number>,
  offsets: ReadonlyMap<Value, number>,
): Map<Value, Value> {
  const taken = new Map<Value, Value>();
  if (step.kind !== "fused") return taken;
  const readers = new Map<Value, View[]>();
  for (const view of step.inputs) readers.set(view.value, [...(readers.get(view.value) ?? []), view]);
  const used = new Set<Value>();
  for (const { mode, view } of step.outputs) {
    if (
      mode !== outputModes.store ||
      view.value.slot !== undefined ||
      offsets.has(view.value) ||
      !isWhole(view)
    )
      continue;
    for (const [value, views] of readers) {
      if (used.has(value) || value.slot !== undefined || last.get(value) !== index || views.length !== 1)
        continue;
      if (!isWhole(views[0]!) || value.size !== view.value.size || sizeOf(view.shape) !== value.size)
        continue;
      taken.set(view.value, value);
      used.add(value);
      break;
    }
  }
  return taken;
}
