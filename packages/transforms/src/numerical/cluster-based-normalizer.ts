// Mode-specific normalisation (Xu et al., "Modeling tabular data using conditional GAN", NeurIPS 2019, section 4.2):
// a Gaussian mixture of the column; a row picks one of the components that could have made its value, by its own
// stream, and is encoded as the component's code and the value within it, (x - mean) / (4 deviations).

import type { Column, ColumnMetadata, DiscreteColumn, EncodedColumn, RowContext } from "@verisim/core";
import { rowUniform } from "@verisim/core";
import type { ColumnTransform, EncodedShape } from "../column-transform.ts";
import { ConfiguredTransform } from "../configured-transform.ts";
import type { MissingState } from "../missing.ts";
import { fillNumbers, indicatorColumns, indicatorShapes, numberMissing, restoreGaps } from "../missing.ts";
import { numbersOf } from "../number-stats.ts";
import type { TransformOptions } from "../transform-options.ts";
import type { FloatFormatterOptions, NumberFinish } from "./float-formatter.ts";
import { continuousValues, finishNumbers, numberFinish, numberFinishOptions } from "./float-formatter.ts";
import { fitMixture } from "./gaussian-mixture.ts";
import type { ValueCounts } from "./value-counts.ts";
import { countValues, mergeValueCounts, orderStatistics } from "./value-counts.ts";

export interface ClusterBasedNormalizerOptions extends FloatFormatterOptions {
  /** Largest number of components, 1 to 100. Default 10 (the paper's). */
  maxClusters?: number;
  /** Components with a smaller share of the rows are left out. Default 0.005. */
  weightThreshold?: number;
  /** Keep encoded values within [-1, 1], as a tanh output needs; farther values lose their excess. Default false. */
  clip?: boolean;
}

export type ClusterBasedNormalizerState = {
  readonly column: string;
  readonly missing: MissingState;
  readonly finish: NumberFinish;
  readonly clip: boolean;
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
};

// Deviations per unit of the encoded value (section 4.2).
const spread = 4;
const sampleSize = 2000;

/** Cost: one exponential per row and component. */
export class ClusterBasedNormalizer
  extends ConfiguredTransform<ClusterBasedNormalizerOptions>
  implements ColumnTransform<ValueCounts, ClusterBasedNormalizerState>
{
  static readonly sdtypes: readonly string[] = ["numerical"];
  static readonly options: TransformOptions = {
    ...numberFinishOptions,
    maxClusters: {
      type: "integer",
      default: 10,
      min: 1,
      max: 100,
      description: "Largest number of components.",
    },
    weightThreshold: {
      type: "number",
      default: 0.005,
      min: 0,
      max: 1,
      description: "Components with a smaller share of the rows are left out.",
    },
    clip: {
      type: "boolean",
      default: false,
      description: "Keep encoded values within [-1, 1].",
    },
  };

  constructor(options: ClusterBasedNormalizerOptions = {}) {
    super("ClusterBasedNormalizer", ClusterBasedNormalizer, options);
  }

  analyze(part: Column): ValueCounts {
    return countValues(part);
  }

  merge(a: ValueCounts, b: ValueCounts): ValueCounts {
    return mergeValueCounts(a, b);
  }

  fit(stats: ValueCounts, metadata: ColumnMetadata): ClusterBasedNormalizerState {
    const { missing, missingReplacement, maxClusters, weightThreshold, clip } = this.options;
    const sample = orderStatistics(stats, sampleSize);
    const components = fitMixture(
      sample.length > 0 ? sample : Float64Array.of(0),
      maxClusters,
      weightThreshold,
    );
    return {
      column: stats.numbers.column,
      missing: numberMissing(missing, missingReplacement, stats.numbers),
      finish: numberFinish(stats.numbers, metadata, this.options),
      clip,
      weights: Float64Array.from(components, ({ weight }) => weight),
      means: Float64Array.from(components, ({ mean }) => mean),
      deviations: Float64Array.from(components, ({ deviation }) => deviation),
    };
  }

  outputs(state: ClusterBasedNormalizerState): readonly EncodedShape[] {
    return [
      { kind: "continuous", name: state.column },
      { kind: "discrete", name: `${state.column}.component`, cardinality: state.means.length },
      ...indicatorShapes(state.column, state.missing),
    ];
  }

  encode(column: Column, state: ClusterBasedNormalizerState, context: RowContext): EncodedColumn[] {
    const { values } = numbersOf(column);
    const filled = fillNumbers(values, state.missing, context);
    const { means, deviations } = state;
    const codes = new Int32Array(filled.length);
    const scratch = new Float64Array(means.length);
    const scaled = filled.map((value, i) => {
      if (Number.isNaN(value)) {
        codes[i] = -1;
        return value;
      }
      const code = pickComponent(value, state, scratch, rowUniform(context.key, context.rowStart + i));
      codes[i] = code;
      const place = (value - means[code]!) / (spread * deviations[code]!);
      return state.clip ? Math.min(1, Math.max(-1, place)) : place;
    });
    const component: DiscreteColumn = {
      kind: "discrete",
      name: `${state.column}.component`,
      codes,
      cardinality: means.length,
    };
    return [
      { kind: "continuous", name: state.column, values: scaled },
      component,
      ...indicatorColumns(state.column, state.missing, values.length, (i) => Number.isNaN(values[i])),
    ];
  }

  decode(encoded: readonly EncodedColumn[], state: ClusterBasedNormalizerState, context: RowContext): Column {
    const source = continuousValues(encoded, state.column);
    const component = encoded[1] as DiscreteColumn;
    const values = source.map((value, i) => {
      const code = component.codes[i]!;
      if (code < 0 || code >= state.means.length) return Number.NaN;
      const place = state.clip ? Math.min(1, Math.max(-1, value)) : value;
      return state.means[code]! + spread * state.deviations[code]! * place;
    });
    const finished = finishNumbers(values, state.finish);
    restoreGaps(state.missing, encoded[2], context, (i) => {
      finished[i] = Number.NaN;
    });
    return { kind: "number", name: state.column, values: finished };
  }
}

/** A component by its responsibility for the value; `u` is the row's uniform. */
function pickComponent(
  value: number,
  { weights, means, deviations }: ClusterBasedNormalizerState,
  scratch: Float64Array,
  u: number,
): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < means.length; k++) {
    const z = (value - means[k]!) / deviations[k]!;
    const log = Math.log(weights[k]! / deviations[k]!) - 0.5 * z * z;
    scratch[k] = log;
    if (log > largest) largest = log;
  }
  let total = 0;
  for (let k = 0; k < means.length; k++) total += Math.exp(scratch[k]! - largest);
  let left = u * total;
  for (let k = 0; k < means.length; k++) {
    left -= Math.exp(scratch[k]! - largest);
    if (left <= 0) return k;
  }
  return means.length - 1;
}
