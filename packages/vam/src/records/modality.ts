// A modality as the record model knows it: its parts of the network, records as rows of those parts, and the way back from
// what the network says. One file for each kind.

import type { Json, StateValue } from "@verisim/core";
import type { StateTree } from "@verisim/neural";
import type { TensorData } from "@verisim/tensor";
import type { Part, PartRows } from "../parts/part.ts";
import type { Said } from "./fill-records.ts";
import type { Records } from "./records.ts";

/** How cells are filled. */
export interface FillRun {
  readonly seed: number;
  /** Number of the first record in its stream of random numbers. */
  readonly from: number;
  readonly fill: "mean" | "draw";
  /** True: what is made up may itself have missing cells. */
  readonly mayBeMissing: boolean;
  readonly signal?: AbortSignal;
}

/** Takes what is said of windows of records, then gives the filled modality. */
export interface Filling {
  /** @param said by the modality's own parts */
  take(said: Said, rowStart: number, rowCount: number): void;
  finish(): Promise<Partial<Records>>;
}

export interface Modality {
  readonly kind: "table" | "vectors" | "images" | "texts";
  readonly name: string;
  readonly parts: readonly Part[];
  /** @throws VerisimError `VERISIM_RECORD_SHAPE` where the records' modality is of another form */
  rows(records: Records): PartRows<TensorData>[];
  /** Records without anything of this modality. */
  blank(rowCount: number): Partial<Records>;
  /** @param decoders of the modality's own parts */
  fill(records: Records, decoders: readonly StateTree[], run: FillRun): Filling;
  /** What the numbers of {@link Modality.rows} mean, for files that are given them. */
  readonly givenAs: Json;
  /** Plain data for a model file. */
  toState(): { readonly [key: string]: StateValue };
}
