// The network that a definition's rows are made by, with what all learned generators do to it.

import type { TableEncoding } from "../encoding/table-encoding.ts";
import { withTemperature } from "../network/sampling-temperature.ts";
import type { TableNetwork } from "../network/table-network.ts";
import type { LearnedDefinition } from "./learned-generator.ts";
import type { ResolvedLearningOptions } from "./options.ts";

export function networkOf<Options extends object>(
  definition: LearnedDefinition<Options>,
  options: Required<Options> & ResolvedLearningOptions,
  encoding: TableEncoding,
): TableNetwork {
  return withTemperature(definition.network(options, encoding), options.samplingTemperature);
}
