// From counted random numbers to encoded columns: independent normals per latent, the Cholesky factor, then each
// latent's own map to cells. Rows of conditioned requests pass through their box on the way.

import type { EncodedColumn, StreamKey, Stretch } from "@verisim/core";
import { nearestAllowed } from "@verisim/stats";
import {
  bucketize,
  gemm,
  type NativeOptions,
  quantileMap,
  randomNormals,
  randomUniforms,
} from "@verisim/tensor/arrays";
import { type DerivedColumn, fillDerived } from "@verisim/transforms";
import type { CategoryHalf, Latent } from "./latents.ts";
import type { PlannedBox, RequestPlan } from "./request.ts";

export interface LatentModel {
  readonly latents: readonly Latent[];
  /** Lower Cholesky factor of the latents' correlation, row-major [size, size]. */
  readonly factor: Float64Array;
  /** Kind, name and cardinality of every encoded column. */
  readonly layout: readonly ColumnLayout[];
  /** Columns that are looked up from another. */
  readonly derived: readonly DerivedColumn[];
}

export interface ColumnLayout {
  readonly name: string;
  readonly kind: "continuous" | "discrete";
  readonly cardinality: number;
}

/**
 * Draws rows [rowStart, rowStart + rowCount) as encoded columns.
 * @param forced receives the rows, counted from 0, that lie in their box by force
 */
export async function drawEncoded(
  model: LatentModel,
  stretch: Stretch,
  plan: RequestPlan | undefined,
  keyOf: (purpose: string) => StreamKey,
  run: NativeOptions,
  forced: Set<number> = new Set(),
): Promise<EncodedColumn[]> {
  const { latents } = model;
  const size = latents.length;
  const { rowStart, rowCount } = stretch;
  const noise = new Float64Array(size * rowCount);
  const keys = latents.map((latent) => keyOf(latent.name));
  if (size > 0) await randomNormals(noise, keys, rowStart, rowCount, run);
  const boxOf = plan ? Int32Array.from({ length: rowCount }, (_, i) => plan.placeOf(rowStart + i)) : null;
  const values = boxOf
    ? new Float64Array(size * rowCount)
    : await correlate(model.factor, noise, size, rowCount, run);
  if (plan && boxOf) {
    for (const [place, rows] of groupRows(boxOf)) {
      await drawBox(
        plan.boxes[place]!,
        rows,
        { size, rowStart, rowCount, noise, values, forced },
        keyOf,
        run,
      );
    }
  }
  const columns = await decodeLatents(model, values, rowCount, run);
  if (plan && boxOf) enforceNumbers(columns, plan.boxes, boxOf);
  for (const rule of model.derived) fillDerived(rule, columns);
  return columns;
}

/** factor x noise: [size, size] x [size, rows]. */
async function correlate(
  factor: Float64Array,
  noise: Float64Array,
  size: number,
  rows: number,
  run: NativeOptions,
): Promise<Float64Array> {
  const values = new Float64Array(size * rows);
  if (size > 0) await gemm({ m: size, n: rows, k: size, a: factor, b: noise, c: values }, run);
  return values;
}

function groupRows(boxOf: Int32Array): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  boxOf.forEach((place, row) => {
    const rows = groups.get(place);
    if (rows) rows.push(row);
    else groups.set(place, [row]);
  });
  return groups;
}

/** Rows whose uniforms are held at once: candidates times bound latents of them. */
const UNIFORM_ROWS = 8192;

interface BlockArrays {
  readonly size: number;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Independent normals, [latent, row]. */
  readonly noise: Float64Array;
  /** Receives the correlated normals, [latent, row]. */
  readonly values: Float64Array;
  /** Receives the rows of the block that lie in their box by force. */
  readonly forced: Set<number>;
}

/** Draws the given rows of a block from one box. */
async function drawBox(
  box: PlannedBox,
  rows: readonly number[],
  block: BlockArrays,
  keyOf: (purpose: string) => StreamKey,
  run: NativeOptions,
): Promise<void> {
  const { size, rowStart, rowCount, noise, values, forced } = block;
  const { normal } = box;
  const { bound, order, draws } = normal;
  const count = rows.length;
  const permuted = new Float64Array(size * count);
  for (let j = bound; j < size; j++) {
    const from = order[j]! * rowCount;
    for (let i = 0; i < count; i++) permuted[j * count + i] = noise[from + rows[i]!]!;
  }
  const boundValues = new Float64Array(bound * count);
  if (bound > 0) {
    const entries = new Float64Array(bound);
    const normals = new Float64Array(bound);
    let i = 0;
    for (let from = 0; from < rowCount && i < count; from += UNIFORM_ROWS) {
      const length = Math.min(UNIFORM_ROWS, rowCount - from);
      if (rows[i]! >= from + length) continue;
      const uniforms = await boxUniforms(draws, bound + 1, rowStart + from, length, keyOf, run);
      for (; i < count && rows[i]! < from + length; i++) {
        const row = rows[i]! - from;
        const likely = normal.draw((draw, entry) => uniforms[draw]![entry * length + row]!, entries, normals);
        if (!likely) forced.add(rows[i]!);
        for (let j = 0; j < bound; j++) {
          permuted[j * count + i] = normals[j]!;
          boundValues[j * count + i] = entries[j]!;
        }
      }
    }
  }
  const drawn = await correlate(normal.factor, permuted, size, count, run);
  drawn.set(boundValues);
  for (let j = 0; j < size; j++) {
    const to = order[j]! * rowCount;
    for (let i = 0; i < count; i++) values[to + rows[i]!] = drawn[j * count + i]!;
  }
}

async function boxUniforms(
  draws: number,
  entries: number,
  rowStart: number,
  rowCount: number,
  keyOf: (purpose: string) => StreamKey,
  run: NativeOptions,
): Promise<Float64Array[]> {
  const keys = Array.from({ length: entries }, (_, entry) => keyOf(`bound:${entry}`));
  const uniforms: Float64Array[] = [];
  for (let attempt = 0; attempt < draws; attempt++) {
    const out = new Float64Array(entries * rowCount);
    await randomUniforms(out, keys, rowStart, rowCount, { ...run, attempt });
    uniforms.push(out);
  }
  return uniforms;
}

/** Each latent's map from its normal values to cells. */
async function decodeLatents(
  model: LatentModel,
  values: Float64Array,
  rowCount: number,
  run: NativeOptions,
): Promise<EncodedColumn[]> {
  const columns: EncodedColumn[] = model.layout.map(({ name, kind, cardinality }) =>
    kind === "continuous"
      ? { kind, name, values: new Float64Array(rowCount).fill(Number.NaN) }
      : { kind, name, codes: new Int32Array(rowCount).fill(-1), cardinality },
  );
  for (let l = 0; l < model.latents.length; l++) {
    const latent = model.latents[l]!;
    const z = values.subarray(l * rowCount, (l + 1) * rowCount);
    if (latent.kind === "number") {
      const cells = numbersOf(columns[latent.column]!);
      await quantileMap(z, latent.marginal, cells, run);
      if (latent.unit !== 1) for (let i = 0; i < rowCount; i++) cells[i]! *= latent.unit;
    } else if (latent.kind === "category") {
      const codes = codesOf(columns[latent.column]!);
      if (!latent.half) {
        await bucketize(z, latent.thresholds, codes, latent.labels, run);
        continue;
      }
      const own = new Int32Array(rowCount);
      await bucketize(z, latent.thresholds, own, latent.labels, run);
      forSide(model.latents, values, latent.half, rowCount, (row) => {
        codes[row] = own[row]!;
      });
    } else if (latent.kind === "split") {
      const codes = codesOf(columns[latent.column]!);
      latent.single.forEach((code, side) => {
        if (code === null) return;
        forSide(model.latents, values, { split: l, side: side === 0 ? 0 : 1 }, rowCount, (row) => {
          codes[row] = code;
        });
      });
    }
  }
  for (let l = 0; l < model.latents.length; l++) {
    const latent = model.latents[l]!;
    if (latent.kind !== "missing") continue;
    const threshold = latent.thresholds[0]!;
    const offset = l * rowCount;
    for (const place of latent.columns) {
      const cells = numbersOf(columns[place]!);
      for (let i = 0; i < rowCount; i++) if (values[offset + i]! >= threshold) cells[i] = Number.NaN;
    }
  }
  return columns;
}

/** The rows whose split falls on a side. */
function forSide(
  latents: readonly Latent[],
  values: Float64Array,
  { split, side }: CategoryHalf,
  rowCount: number,
  visit: (row: number) => void,
): void {
  const latent = latents[split]!;
  if (latent.kind !== "split") throw new Error("internal: a half without a split");
  const threshold = latent.thresholds[0]!;
  const offset = split * rowCount;
  for (let row = 0; row < rowCount; row++)
    if (values[offset + row]! >= threshold === (side === 1)) visit(row);
}

function codesOf(column: EncodedColumn): Int32Array {
  if (column.kind !== "discrete") throw new Error("internal: categories for a number column");
  return column.codes;
}

function numbersOf(column: EncodedColumn): Float64Array {
  if (column.kind !== "continuous") throw new Error("internal: numbers for a category column");
  return column.values;
}

/** Moves the last bits of rounding back into the numbers that were asked for. */
function enforceNumbers(
  columns: readonly EncodedColumn[],
  boxes: readonly PlannedBox[],
  boxOf: Int32Array,
): void {
  for (let row = 0; row < boxOf.length; row++) {
    for (const allowed of boxes[boxOf[row]!]!.numbers) {
      const cells = numbersOf(columns[allowed.column]!);
      cells[row] = nearestAllowed(cells[row]!, allowed.ranges);
    }
  }
}
