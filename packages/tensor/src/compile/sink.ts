// Cheap nodes move to where they are used: a mask that a forward group could compute, for the backward group alone, is
// computed there from what it reads anyway. One array less is written, and none more is read.

import type { Tensor } from "../graph/tensor.ts";
import type { Unit } from "./units.ts";

/** What sinking asks of the partition. */
export interface SinkContext {
  readonly units: readonly Unit[];
  unitOf(node: Tensor): Unit | undefined;
  users(node: Tensor): readonly Tensor[];
  isResult(node: Tensor): boolean;
  /** Whether it reads state that an update writes in place: it must not run later than it does. */
  readsOverwritten(node: Tensor): boolean;
  /** Takes a member out of its group and puts it before the members of another. */
  move(node: Tensor, from: Unit, to: Unit): void;
}

/** Moves members of groups into the group of their only users, from the last to the first, so that chains move whole. */
export function sinkMembers(context: SinkContext): void {
  for (const unit of [...context.units].reverse())
    if (unit.kind === "group")
      for (const node of [...unit.members].reverse()) {
        const target = targetOf(node, unit, context);
        if (target !== undefined) context.move(node, unit, target);
      }
}

/** The one group that uses a node, if computing the node there is no dearer. */
function targetOf(node: Tensor, unit: Unit, context: SinkContext): Unit | undefined {
  if (node.op.kind !== "pointwise" || node.op.expensive === true || context.isResult(node)) return undefined;
  if (context.readsOverwritten(node)) return undefined;
  const target = context.unitOf(context.users(node)[0]!);
  if (target === undefined || target === unit || target.kind !== "group") return undefined;
  const inGroup = (user: Tensor): boolean =>
    context.unitOf(user) === target && target.dims.join() === node.shape.join() && !isMiddleReduction(target);
  if (!context.users(node).every(inGroup)) return undefined;
  // It must read what is in memory anyway, and at most one array more than the group reads already.
  const reads = new Set(target.members.flatMap((member) => member.inputs));
  let more = 0;
  for (const input of new Set(node.inputs)) {
    if (input.op.name === "scalar") continue;
    if (context.unitOf(input) === unit && !isStored(input, unit, node, context)) return undefined;
    if (!reads.has(input)) more++;
  }
  return more <= 1 ? target : undefined;
}

/** Groups of one reduction over axes in the middle evaluate nothing else. */
export const isMiddleReduction = ({ members, split }: Unit): boolean =>
  members.length === 1 && members[0]!.op.kind === "reduce" && split === undefined;

/** Whether a member of a group is written to memory for somebody other than `node`. */
function isStored(member: Tensor, unit: Unit, node: Tensor, context: SinkContext): boolean {
  if (member.op.kind === "reduce" || context.isResult(member)) return true;
  return context.users(member).some((user) => user !== node && context.unitOf(user) !== unit);
}
