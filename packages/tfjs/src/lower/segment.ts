// Reductions within a row.

import type { Tensor } from "@tensorflow/tfjs";
import type { Lowering, Tf } from "./lowering.ts";

const segment =
  (reduce: (tf: Tf, span: Tensor) => Tensor): Lowering =>
  (tf, { attributes }, [x]) => {
    const last = x!.rank - 1;
    const spans = tf.split(x!, [...(attributes.widths as readonly number[])], last);
    return tf.concat(
      spans.map((span) => tf.broadcastTo(reduce(tf, span), span.shape)),
      last,
    );
  };

/** The first of the largest, where a NaN is larger than everything: the first NaN if there is one. */
const argmax: Lowering = (tf, _node, [x]) => {
  const nans = tf.cast(tf.isNaN(x!), "int32");
  const anyNan = tf.cast(tf.max(nans, -1), "bool");
  return tf.where(anyNan, tf.argMax(nans, -1), tf.argMax(x!, -1));
};

const cumsum: Lowering = (tf, { attributes }, [x]) =>
  tf.cumsum(x!, x!.rank - 1, false, attributes.reverse === true);

export const segmentLowerings: ReadonlyMap<string, Lowering> = new Map([
  ["segmentSum", segment((tf, span) => tf.sum(span, -1, true))],
  ["segmentMax", segment((tf, span) => tf.max(span, -1, true))],
  ["argmax", argmax],
  ["cumsum", cumsum],
]);
