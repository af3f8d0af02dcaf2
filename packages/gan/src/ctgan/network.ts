// CTGAN's network (Xu et al. 2019, section 4.4): the residual generator, and the critic over packed rows.

import { conditionalGan, residualGenerator, type TableNetwork } from "@verisim/neural";
import type { ResolvedCTGANOptions } from "./options.ts";

/** The network of CTGAN for given options. */
export function ctganNetwork(options: ResolvedCTGANOptions): TableNetwork {
  return conditionalGan(options, residualGenerator(options.embeddingDim, options.generatorDims));
}
