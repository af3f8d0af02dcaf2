// What every transform of this package is: core's Transform plus the layout of what it encodes to, so that a model
// can be built before any row is encoded and encoded columns can be handed back by position.

import type { Transform, TransformState } from "@verisim/core";
import type { TransformOptions } from "./transform-options.ts";

/** One encoded column as a model sees it before there is data. */
export interface EncodedShape {
  readonly kind: "continuous" | "discrete";
  readonly name: string;
  /** Number of codes of a discrete column. */
  readonly cardinality?: number;
}

export interface ColumnTransform<Stats = unknown, State extends TransformState = TransformState>
  extends Transform<Stats, State> {
  /** The encoded columns in the order of `encode`; none for what is generated rather than modelled. */
  outputs(state: State): readonly EncodedShape[];
}

/** A transform as it is chosen by name: its options and the sdtypes it is for. */
export interface TransformDefinition {
  readonly name: string;
  readonly sdtypes: readonly string[];
  readonly options: TransformOptions;
  create(options?: Readonly<Record<string, unknown>>): ColumnTransform;
}
