// Networks that draw a row's columns one after another, each from those before it. What they share with the others is
// everything but the draw: instead of a span of logits per column, from which choices fall apart, they give the choices.

import type { Tensor } from "@verisim/tensor";
import type { Layout } from "../encoding/layout.ts";
import type { StateTree, TableNetwork } from "./table-network.ts";

/** Rows drawn one column after another. */
export interface ChainedRows {
  /** i32 [rows, spans]. */
  readonly alternatives: Tensor;
  /** [rows, choices]: what each choice was drawn from. */
  readonly logits: Tensor;
}

/** A network whose columns depend on each other beyond its noise; it takes none, so that its `noise` is 0. */
export interface ChainedNetwork extends TableNetwork {
  /**
   * The choices of rows.
   * @param weights what `sampling` gave
   * @param bias added to the logits, one per choice
   * @param uniforms [rows, spans] in (0, 1): one per choice, by inversion
   */
  draw(weights: StateTree, layout: Layout, bias: Tensor, uniforms: Tensor): ChainedRows;
}

export function isChained(network: TableNetwork): network is ChainedNetwork {
  return "draw" in network;
}
