// What is cheaper to compute again than to write and read: a few cheap ops over one array that lies in memory anyway and
// over small ones. Groups that use such a node compute it themselves, and nobody stores it.

import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../shape.ts";
import { sourceOfView } from "./movement.ts";
import { isMiddleReduction } from "./sink.ts";
import type { Unit } from "./units.ts";

/** What inlining asks of the partition. */
export interface InlineContext {
  readonly units: readonly Unit[];
  unitOf(node: Tensor): Unit | undefined;
  users(node: Tensor): readonly Tensor[];
  isResult(node: Tensor): boolean;
  /** Whether a state node may be read as late as in these units; if so an update that overwrites it waits for them. */
  mayReadLate(state: Tensor, units: ReadonlySet<Unit>): boolean;
}

/** Ops that one node may stand for, and groups that may compute it again. */
const mostOps = 4;
const mostGroups = 4;

/** What computing a node again takes. */
interface Cost {
  readonly ops: number;
  /** Arrays of the node's size that it reads. */
  readonly arrays: ReadonlySet<Tensor>;
  readonly states: ReadonlySet<Tensor>;
}

/** Members that the groups using them compute again. */
export function inlinedMembers(context: InlineContext): Set<Tensor> {
  const inlined = new Map<Tensor, Cost>();
  // In the order of the graph: a node must know of its inputs whether they are computed again, with all they read.
  const members = context.units.flatMap((unit) =>
    unit.kind === "group" ? unit.members.map((node) => ({ node, unit })) : [],
  );
  for (const { node, unit } of members.sort((a, b) => a.node.id - b.node.id)) {
    const groups = groupsUsing(node, unit, context);
    const cost = groups === undefined ? undefined : costOf(node, unit, inlined, context);
    if (cost === undefined || cost.ops > mostOps || cost.arrays.size > 1) continue;
    if ([...cost.states].every((state) => context.mayReadLate(state, groups!))) inlined.set(node, cost);
  }
  return new Set(inlined.keys());
}

/** The other groups that use a node, if only groups over the same index space do. */
function groupsUsing(node: Tensor, unit: Unit, context: InlineContext): Set<Unit> | undefined {
  if (node.op.kind !== "pointwise" || node.op.expensive === true || context.isResult(node)) return undefined;
  const groups = new Set<Unit>();
  for (const user of context.users(node)) {
    const group = context.unitOf(user);
    if (group === unit) continue;
    if (group?.kind !== "group" || group.dims.join() !== node.shape.join() || isMiddleReduction(group))
      return undefined;
    groups.add(group);
  }
  return groups.size > 0 && groups.size <= mostGroups ? groups : undefined;
}

function costOf(
  node: Tensor,
  unit: Unit,
  inlined: ReadonlyMap<Tensor, Cost>,
  context: InlineContext,
): Cost | undefined {
  let ops = 1;
  const arrays = new Set<Tensor>();
  const states = new Set<Tensor>();
  for (const input of node.inputs) {
    if (input.op.name === "scalar") continue;
    const known = inlined.get(input);
    if (known !== undefined) {
      ops += known.ops;
      for (const array of known.arrays) arrays.add(array);
      for (const state of known.states) states.add(state);
      continue;
    }
    const source = sourceOfView(input);
    if (source.op.name === "state") states.add(source);
    if (sizeOf(input.shape) < sizeOf(node.shape)) continue;
    // A member that only its own group reads is in no memory.
    if (
      context.unitOf(input) === unit &&
      context.users(input).every((user) => context.unitOf(user) === unit) &&
      !context.isResult(input)
    )
      return undefined;
    arrays.add(input);
  }
  return { ops, arrays, states };
}
