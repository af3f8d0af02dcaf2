// The latent of records of which some parts are seen: a draw around what these say together, or where nothing of a record is
// seen, a draw of the prior.

import type { StateTree } from "@verisim/neural";
import { add, exp, less, mul, slice, type Tensor, where } from "@verisim/tensor";
import { encodeJoint } from "../network/joint-network.ts";
import { drawPrior, type PriorSizes } from "../network/prior.ts";
import { presence } from "../network/seen-cells.ts";
import type { Part, PartRows, PartSizes } from "../parts/part.ts";

/** A part that may be looked at. */
export interface SeenPart {
  /** Its number among all parts of the network. */
  readonly index: number;
  readonly part: Part;
  /** Whose `known` says which cells are seen. */
  readonly rows: PartRows<Tensor>;
}

/**
 * Latents [rows, latent].
 * @param seen parts that are not among them say nothing
 * @param noise standard normal, [rows, priorNoise]; zeros give the mean of what is said
 */
export function drawLatent(
  { parts: trees, weights, prior }: StateTree,
  seen: readonly SeenPart[],
  noise: Tensor,
  sizes: PartSizes & { readonly prior: PriorSizes },
): Tensor {
  const { latent } = sizes;
  const made = drawPrior(prior, noise, latent);
  if (seen.length === 0) return made;
  const joint = encodeJoint(
    { parts: seen.map(({ index }) => trees[index]), weights: seen.map(({ index }) => weights[index]) },
    seen.map(({ part }) => part),
    seen.map(({ rows }) => rows),
    seen.map(({ rows }) => rows.known),
    sizes,
  );
  const own = slice(noise, [0, 0], [noise.shape[0]!, latent]);
  const told = add(joint.mean, mul(exp(mul(0.5, joint.logVariance)), own));
  const anything = seen.map(({ rows }) => presence(rows.known)).reduce((a, b) => add(a, b));
  // Where nothing is seen there is only the prior.
  return where(less(0, anything), told, made);
}
