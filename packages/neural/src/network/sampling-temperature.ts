// Rows drawn more or less sharply than a network learnt: its logits divided by a temperature before anything is drawn. A
// decoder's softmax is blurred by the noise of the latent sample that it was trained under; drawn with less than 1, labels
// keep to the rows they belong to, and calibration afterwards gives every alternative its share of the rows again.

import { mul } from "@verisim/tensor";
import type { TableNetwork } from "./table-network.ts";

/**
 * The network with its rows' logits divided by `temperature`; training is not touched. One that draws inside (`addsBias`)
 * sees to it there.
 */
export function withTemperature(network: TableNetwork, temperature: number): TableNetwork {
  if (temperature === 1 || network.addsBias) return network;
  return {
    ...network,
    produce: (...given) => {
      const { logits, places } = network.produce(...given);
      return { logits: mul(logits, 1 / temperature), places };
    },
  };
}
