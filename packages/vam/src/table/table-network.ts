// VAM over a table as a network of the family of learned table generators: the prior of the joint latent is drawn from
// standard normal noise and decoded into rows; places inside of blocks are even draws from further noise.

import {
  type NetworkContext,
  type Produced,
  type StateTree,
  type StepGiven,
  type StepMade,
  spanStarts,
  type TableEncoding,
  type TableNetwork,
} from "@verisim/neural";
import { concat, erf, mul, slice, type Tensor } from "@verisim/tensor";
import { decodeJoint, initJoint, type JointOptions, jointStep } from "../network/joint-network.ts";
import { drawPrior, priorNoise } from "../network/prior.ts";
import { gatherRows } from "../network/records-state.ts";
import type { PartRows } from "../parts/part.ts";
import type { TablePart } from "../parts/table-part.ts";
import { tableParts } from "./table-parts.ts";

/** The network of VAM for a table. */
export function vamNetwork(
  encoding: TableEncoding,
  modalities: Readonly<Record<string, string>>,
  options: JointOptions,
): TableNetwork {
  const parts = tableParts(encoding, modalities);
  const { latent, prior } = options;
  const drawn = priorNoise(prior);
  return {
    noise: drawn + encoding.layout.placed.length,
    conditional: false,
    init: (at) => initJoint(at, parts, options),
    data: ({ rows }) => ({ rows: parts.map((part) => part.rows(rows)) }),
    step: (given, context) => trainingStep(given, context, parts, options),
    sampling: ({ average }) => average,
    produce: (parameters, { placed }, noise) =>
      produce(parameters, parts, noise, [latent, drawn, placed.length]),
  };
}

function trainingStep(
  { rng, model, data, rate }: StepGiven,
  { batchSize, rows }: NetworkContext,
  parts: readonly TablePart[],
  options: JointOptions,
): StepMade {
  const batch = gatherRows(data.rows as PartRows<Tensor>[], rng.below(rows.rowCount, [batchSize]));
  return jointStep(rng, model, parts, batch, rate, options);
}

function produce(
  parameters: StateTree,
  parts: readonly TablePart[],
  noise: Tensor,
  [latent, drawn, placed]: readonly [number, number, number],
): Produced {
  const rows = noise.shape[0]!;
  const made = decodeJoint(
    parameters,
    parts,
    drawPrior(parameters.prior, slice(noise, [0, 0], [rows, drawn]), latent),
  );
  const logits = inColumnOrder(
    parts,
    made.map((own) => own.logits!),
  );
  if (placed === 0) return { logits, places: undefined };
  // 2 Phi(x) - 1 is even in (-1, 1) for a standard normal x.
  const places = erf(mul(Math.SQRT1_2, slice(noise, [0, drawn], [rows, drawn + placed])));
  return { logits, places };
}

/** The parts' logits as those of one table. */
function inColumnOrder(parts: readonly TablePart[], logits: readonly Tensor[]): Tensor {
  if (parts.length === 1) return logits[0]!;
  const spans = parts.flatMap((part, i) => {
    const starts = spanStarts({ widths: part.widths } as never);
    return part.columns.map((column, own) => {
      const start = starts[own]!;
      const end = start + part.widths[own]!;
      return { column, logits: slice(logits[i]!, [0, start], [logits[i]!.shape[0]!, end]) };
    });
  });
  return concat(spans.sort((a, b) => a.column - b.column).map((span) => span.logits));
}
