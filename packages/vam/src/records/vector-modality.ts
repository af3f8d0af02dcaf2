// Vectors of records: known numbers stay, missing ones become means, or draws from normal distributions around them.

import { type Json, RowRandom, type StateValue, type StreamKey, streamKey } from "@verisim/core";
import type { StateTree } from "@verisim/neural";
import type { TensorData } from "@verisim/tensor";
import { deviationOf } from "../parts/gaussian.ts";
import type { PartRows } from "../parts/part.ts";
import { VectorPart, type VectorScaling, vectorRows, vectorScaling } from "../parts/vector-part.ts";
import type { Filling, FillRun, Modality } from "./modality.ts";
import { isKnown, type Records, recordError } from "./records.ts";

export class VectorModality implements Modality {
  readonly kind = "vectors";
  readonly name: string;
  readonly parts: readonly [VectorPart];
  readonly scaling: VectorScaling;

  constructor(name: string, scaling: VectorScaling) {
    this.name = name;
    this.scaling = scaling;
    this.parts = [new VectorPart(name, scaling.mean.length)];
  }

  static fit(name: string, records: Records): VectorModality {
    const dims = records.vectors![name]!.dims;
    return new VectorModality(name, vectorScaling(knownNumbers(name, dims, records), dims));
  }

  static fromState(name: string, state: { readonly [key: string]: StateValue }): VectorModality {
    return new VectorModality(name, state as unknown as VectorScaling);
  }

  toState(): { readonly [key: string]: StateValue } {
    return { ...this.scaling };
  }

  rows(records: Records): PartRows<TensorData>[] {
    return [vectorRows(knownNumbers(this.name, this.parts[0].cells, records), this.scaling)];
  }

  get givenAs(): Json {
    const { mean, scale } = this.scaling;
    return { standardised: { mean: [...mean], scale: [...scale] } };
  }

  blank(rowCount: number): Partial<Records> {
    const dims = this.parts[0].cells;
    return { vectors: { [this.name]: { values: new Float64Array(rowCount * dims).fill(Number.NaN), dims } } };
  }

  fill(records: Records, [decoder]: readonly StateTree[], { seed, from, fill }: FillRun): Filling {
    const { mean, scale } = this.scaling;
    const dims = mean.length;
    const values = knownNumbers(this.name, dims, records);
    const logs = (decoder.logDeviation as TensorData).data;
    const key = vectorKey(seed, this.name);
    return {
      take: ([said], rowStart, rowCount) => {
        for (let row = 0; row < rowCount; row++) {
          const random = new RowRandom(key, from + rowStart + row);
          for (let dim = 0; dim < dims; dim++) {
            const at = (rowStart + row) * dims + dim;
            if (!Number.isNaN(values[at])) continue;
            const noise = fill === "draw" ? deviationOf(logs[dim]!) * random.normal() : 0;
            values[at] = mean[dim]! + scale[dim]! * (said!.values!.data[row * dims + dim]! + noise);
          }
        }
      },
      finish: async () => ({ vectors: { [this.name]: { values, dims } } }),
    };
  }
}

/** A copy of the numbers, NaN where they are not known. */
function knownNumbers(name: string, dims: number, records: Records): Float64Array {
  const own = records.vectors?.[name];
  if (own?.dims !== dims) throw recordError(name, `vectors of ${dims} numbers`, `${own?.dims ?? "none"}`);
  const values = Float64Array.from(own.values);
  for (let row = 0; row < records.rowCount; row++)
    if (!isKnown(records, name, row)) values.fill(Number.NaN, row * dims, (row + 1) * dims);
  return values;
}

/** Where the noise of drawn numbers comes from. */
export function vectorKey(seed: number, name: string): StreamKey {
  return streamKey(seed, name, "vector noise");
}
