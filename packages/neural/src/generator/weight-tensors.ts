// A network's tree of numbers as named tensors of a model file and back: `weights/blocks.0.linear.weights.1`.

import { type ArtifactTensor, VerisimError } from "@verisim/core";
import { isTensorData, leavesOf, type TensorData } from "@verisim/tensor";
import type { StateTree } from "../network/table-network.ts";

export function treeTensors(tree: StateTree, prefix: string): Record<string, ArtifactTensor> {
  return Object.fromEntries(
    leavesOf(tree, isTensorData).map(({ path, value }) => [
      `${prefix}/${path}`,
      { data: value.data, shape: value.shape },
    ]),
  );
}

/**
 * The tree under a prefix. Branches whose keys are all whole numbers are arrays.
 * @throws VerisimError `VERISIM_MODEL_FILE` where there is none
 */
export function treeFromTensors(
  tensors: Readonly<Record<string, ArtifactTensor>>,
  prefix: string,
): StateTree {
  const root: Record<string, unknown> = {};
  for (const [name, { data, shape }] of Object.entries(tensors)) {
    if (!name.startsWith(`${prefix}/`)) continue;
    const path = name.slice(prefix.length + 1).split(".");
    let branch = root;
    for (const key of path.slice(0, -1)) {
      if (!Object.hasOwn(branch, key)) Object.defineProperty(branch, key, { value: {}, enumerable: true });
      branch = branch[key] as Record<string, unknown>;
      if (typeof branch !== "object" || isTensorData(branch)) throw broken(name);
    }
    const leaf: unknown = { shape, data };
    if (!isTensorData(leaf)) throw broken(name);
    Object.defineProperty(branch, path.at(-1)!, { value: leaf satisfies TensorData, enumerable: true });
  }
  if (Object.keys(root).length === 0) throw broken(prefix);
  return withArrays(root);
}

function withArrays(branch: Record<string, unknown>): unknown {
  if (isTensorData(branch)) return branch;
  const entries = Object.entries(branch).map(([key, child]): [string, unknown] => [
    key,
    withArrays(child as Record<string, unknown>),
  ]);
  const isList =
    entries.length > 0 &&
    entries.every(([key], i) => entries.some(([other]) => other === String(i)) && /^\d+$/.test(key));
  if (!isList) return Object.fromEntries(entries);
  const list: unknown[] = [];
  for (const [key, child] of entries) list[Number(key)] = child;
  return list;
}

function broken(tensor: string): VerisimError {
  return new VerisimError(
    "VERISIM_MODEL_FILE",
    "Expected a network's numbers but there are none of that form.",
    {
      where: { tensor },
    },
  );
}
