// The random numbers of a resampling: row i of a class takes number i of the class's streams, so that a row is a
// function of (data, seed, class, i) whatever else is asked for.

import { streamKey } from "@verisim/core";
import { type NativeOptions, randomNormals, randomUniforms } from "@verisim/tensor/arrays";

/** Where strategies take their random numbers from; a recorded one replays those of another program. */
export interface Draws {
  /** Numbers 0 to count - 1 of a stream, in (0, 1). */
  uniforms(stream: string, count: number): Promise<Float64Array>;
  /** Standard normal numbers 0 to rows - 1 of `columns` streams, column-major. */
  normals(stream: string, columns: number, rows: number): Promise<Float64Array>;
}

/** @param seed any safe integer */
export function seededDraws(seed: number, run: NativeOptions): Draws {
  return {
    uniforms: (stream, count) =>
      randomUniforms(new Float64Array(count), [streamKey(seed, "resample", stream)], 0, count, run),
    normals: (stream, columns, rows) =>
      randomNormals(
        new Float64Array(columns * rows),
        Array.from({ length: columns }, (_, column) => streamKey(seed, "resample", stream, String(column))),
        0,
        rows,
        run,
      ),
  };
}

/** Whole numbers below `bound` from uniforms in (0, 1). */
export function wholeNumbers(uniforms: Float64Array, bound: number): Int32Array {
  const numbers = new Int32Array(uniforms.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.min(bound - 1, Math.floor(uniforms[i]! * bound));
  return numbers;
}

/** Places in the order of a stream's numbers: the first `count` of them are a sample without repetition. */
export async function randomOrder(draws: Draws, stream: string, count: number): Promise<Uint32Array> {
  const keys = await draws.uniforms(stream, count);
  return Uint32Array.from({ length: count }, (_, index) => index).sort(
    (a, b) => keys[a]! - keys[b]! || a - b,
  );
}
