// Linear fusion of experts: the mean of the joint latent is a weighted mean of what the parts say, part by part and number
// by number. A part's weight is its precision: a learnt factor of the part times what its encoder says of the record. The
// prior is an expert with mean 0 and precision 1, so that nothing seen gives the prior (a product of experts; Wu and
// Goodman, Multimodal generative models for scalable weakly-supervised learning, NeurIPS 2018).

import { add, clip, div, exp, log, mul, neg, slice, type Tensor } from "@verisim/tensor";

/** A normal distribution for each record and number of the latent. */
export interface Latent {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/** What one part says. */
export interface Expert {
  /** Means and logarithms of precisions side by side, [rows, 2 latent]. */
  readonly says: Tensor;
  /** f32 [rows, 1]: 1 where anything of the part was seen. */
  readonly present: Tensor;
  /** Logarithm of the part's learnt factor, [1, latent]. */
  readonly logWeight: Tensor;
}

const largestLog = 7;

export function fuse(experts: readonly Expert[], latent: number): Latent {
  let total: Tensor | number = 1;
  let weighted: Tensor | number = 0;
  for (const { says, present, logWeight } of experts) {
    const rows = says.shape[0]!;
    const mean = slice(says, [0, 0], [rows, latent]);
    const logPrecision = add(slice(says, [0, latent], [rows, 2 * latent]), logWeight);
    const precision = mul(present, exp(clip(logPrecision, -largestLog, largestLog)));
    total = add(total, precision);
    weighted = add(weighted, mul(precision, mean));
  }
  if (typeof total === "number" || typeof weighted === "number") throw new Error("internal: nothing to fuse");
  return { mean: div(weighted, total), logVariance: neg(log(total)) };
}
