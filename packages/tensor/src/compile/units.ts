// Which nodes become one instruction. Pointwise nodes over the same index space join a group that is evaluated in one
// pass, and reductions of that space end it; every kernel op is a unit of its own; movement is none (compile/view.ts).
// What may join is decided by the kinds of ops and by reachability between units, never by names of ops.

import { liveNodes } from "../graph/live.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { TracedEntry } from "../trace.ts";
import { inlinedMembers } from "./inline.ts";
import { isView, sourceOfView } from "./movement.ts";
import { sinkMembers } from "./sink.ts";

/** One instruction to be (assemblies and accumulating kernels included). */
export interface Unit {
  /** Order of making. */
  readonly index: number;
  /** group: pointwise nodes and reductions. call: the last member's kernel, update or assembly. */
  readonly kind: "group" | "call";
  readonly members: Tensor[];
  /** Index space of a group. */
  readonly dims: Shape;
  /** Axes before it are rows, the others columns of the group's reductions; undefined without any. */
  split: number | undefined;
}

/** What the passes after this one need to know of an entry. */
export interface Partition {
  readonly entry: TracedEntry;
  readonly nodes: readonly Tensor[];
  readonly units: readonly Unit[];
  readonly unitOf: ReadonlyMap<Tensor, Unit>;
  /** Additions that a kernel does itself: the kernel op, and the value that it adds to. */
  readonly accumulating: ReadonlyMap<Tensor, { readonly kernel: Tensor; readonly onto: Tensor }>;
  /** Update inputs that are written where they lie, in their state slot. */
  readonly inPlace: ReadonlyMap<Tensor, readonly boolean[]>;
  /** Members of groups that the other groups using them compute again instead of reading them. */
  readonly inlined: ReadonlySet<Tensor>;
  dependencies(unit: Unit): ReadonlySet<Unit>;
  users(node: Tensor): readonly Tensor[];
}

/** Bounds of a group: beyond them its tiles no longer stay in the first-level cache. */
const mostMembers = 48;
const mostInputs = 20;

/** Axes that a reduction sums over and whether they are the last or the first ones, all lengths of 1 left aside. */
export function reductionEdge(node: Tensor): { split: number; side: "columns" | "rows" } | undefined {
  const shape = node.inputs[0]!.shape;
  const axes = new Set(node.attributes.axes as readonly number[]);
  const long = shape.map((length, axis) => ({ axis, long: length !== 1 })).filter((entry) => entry.long);
  const reduced = long.map(({ axis }) => axes.has(axis));
  const first = reduced.indexOf(true);
  if (first < 0) return { split: shape.length, side: "columns" };
  const last = reduced.lastIndexOf(true);
  if (!reduced.slice(first, last + 1).every(Boolean)) return undefined;
  if (last === reduced.length - 1) return { split: long[first]!.axis, side: "columns" };
  return first === 0 ? { split: long[last]!.axis + 1, side: "rows" } : undefined;
}

/** Cuts an entry into units; without `fuse` every node is one of its own, for tests. */
export function partition(entry: TracedEntry, fuse: boolean = true): Partition {
  return new Partitioning(entry, fuse ? mostMembers : 1).run();
}

class Partitioning implements Partition {
  readonly entry: TracedEntry;
  readonly nodes: readonly Tensor[];
  units: Unit[] = [];
  readonly unitOf = new Map<Tensor, Unit>();
  readonly accumulating = new Map<Tensor, { kernel: Tensor; onto: Tensor }>();
  readonly inPlace = new Map<Tensor, readonly boolean[]>();
  inlined: ReadonlySet<Tensor> = new Set();
  readonly #mostMembers: number;
  readonly #users = new Map<Tensor, Tensor[]>();
  /** Nodes that are read after the last instruction: outputs and new state. */
  readonly #results: Set<Tensor>;
  readonly #absorbed = new Set<Tensor>();
  readonly #dependencies = new Map<Unit, Set<Unit>>();
  /** What a unit reads of other units and of sources. */
  readonly #inputs = new Map<Unit, Set<Tensor>>();
  /** State nodes that updates write in place, with the nodes that must have read them before. */
  readonly #readers = new Map<Tensor, Tensor[]>();
  /** Groups by their index space. */
  readonly #groups = new Map<string, Unit[]>();

  constructor(entry: TracedEntry, mostMembers: number) {
    this.entry = entry;
    this.#mostMembers = mostMembers;
    this.nodes = liveNodes(entry);
    this.#results = new Set([...entry.outputs, ...entry.updates].map(({ tensor }) => tensor));
    for (const node of this.nodes)
      for (const input of new Set(node.inputs)) {
        const users = this.#users.get(input);
        if (users === undefined) this.#users.set(input, [node]);
        else users.push(node);
      }
  }

  users(node: Tensor): readonly Tensor[] {
    return this.#users.get(node) ?? [];
  }

  run(): Partition {
    for (const node of this.nodes) if (node.op.kind === "update") this.#placeUpdate(node);
    for (const node of this.nodes) this.#findAccumulation(node);
    for (const node of this.nodes) {
      if (node.op.kind === "source" || node.op.name === "part" || this.#absorbed.has(node)) continue;
      if (this.accumulating.has(node)) this.#newUnit("call", node, []);
      else if (node.op.kind === "pointwise") this.#join(node, node.shape, undefined);
      else if (node.op.kind === "reduce") this.#joinReduction(node);
      else if (!isView(node)) this.#newUnit("call", node, []);
    }
    if (this.#mostMembers > 1) this.#placeCheapNodes();
    return this;
  }

  /** Moves cheap nodes to their users, or lets their users compute them again. */
  #placeCheapNodes(): void {
    const context = {
      unitOf: (node: Tensor) => this.unitOf.get(node),
      users: (node: Tensor) => this.users(node),
      isResult: (node: Tensor) => this.#results.has(node),
    };
    const readers = new Set([...this.#readers.values()].flat());
    sinkMembers({
      ...context,
      units: this.units,
      readsOverwritten: (node) => readers.has(node),
      move: (node, from, to) => {
        from.members.splice(from.members.indexOf(node), 1);
        to.members.unshift(node);
        this.unitOf.set(node, to);
      },
    });
    this.units = this.units.filter(({ members }) => members.length > 0);
    for (const unit of this.units) {
      this.#dependencies.delete(unit);
      for (const member of unit.members) this.#addDependencies(unit, member);
    }
    this.inlined = inlinedMembers({
      ...context,
      units: this.units,
      mayReadLate: (state, units) => this.#mayReadLate(state, units),
    });
  }

  #mayReadLate(state: Tensor, units: ReadonlySet<Unit>): boolean {
    for (const [update, places] of this.inPlace) {
      const overwritten = update.op.overwrites!(update.inputs, update.attributes);
      if (!overwritten.some((input, index) => places[index] && update.inputs[input] === state)) continue;
      const writer = this.unitOf.get(update)!;
      for (const unit of units) if (this.#unitReaches(unit, writer)) return false;
      for (const unit of units) this.#dependencies.get(writer)!.add(unit);
    }
    return true;
  }

  /** An update may write a state slot where it lies if the result is that slot's new value and no later node reads the old. */
  #placeUpdate(update: Tensor): void {
    const overwritten = update.op.overwrites!(update.inputs, update.attributes);
    const newState = new Map(this.entry.updates.map(({ slot, tensor }) => [tensor, slot]));
    const parts = new Map(
      this.users(update).map((part) => [part.attributes.index as number, newState.get(part)]),
    );
    const fine = overwritten.map((input, index) => {
      const old = update.inputs[input]!;
      if (old.op.name !== "state" || parts.get(index) !== old.attributes.slot) return false;
      if (update.inputs.filter((other) => other === old).length > 1) return false;
      const readers = this.#readersOf(old).filter((reader) => reader !== update);
      if (readers.some((reader) => reader.id > update.id) || this.#isResult(old)) return false;
      this.#readers.set(update, [...(this.#readers.get(update) ?? []), ...readers]);
      return true;
    });
    this.inPlace.set(update, fine);
  }

  /** Nodes that compute with a value, through views. */
  #readersOf(node: Tensor): Tensor[] {
    return this.users(node).flatMap((user) => (isView(user) ? this.#readersOf(user) : [user]));
  }

  #isResult(node: Tensor): boolean {
    return this.#results.has(node) || this.users(node).some((user) => isView(user) && this.#isResult(user));
  }

  /** add(x, k): kernel k adds to x's memory if nobody else wants either. */
  #findAccumulation(node: Tensor): void {
    if (node.op.name !== "add") return;
    const [left, right] = node.inputs as [Tensor, Tensor];
    const pairs =
      left.id > right.id
        ? [
            { kernel: left, onto: right },
            { kernel: right, onto: left },
          ]
        : [
            { kernel: right, onto: left },
            { kernel: left, onto: right },
          ];
    for (const { kernel, onto } of pairs) {
      if (this.#readsOverwritten(kernel, node.id)) continue;
      if (kernel.op.accumulates !== true || this.users(kernel).length !== 1 || kernel === onto) continue;
      if (onto.op.kind === "source" || onto.op.kind === "movement" || onto.op.name === "part") continue;
      if (this.users(onto).length !== 1 || !sameShape(kernel.shape, onto.shape)) continue;
      if (this.#results.has(kernel) || this.#results.has(onto) || this.#absorbed.has(kernel)) continue;
      this.accumulating.set(node, { kernel, onto });
      this.#absorbed.add(kernel);
      return;
    }
  }

  /** Whether a kernel reads state that an update before node `id` writes in place: it must not run as late as that. */
  #readsOverwritten(kernel: Tensor, id: number): boolean {
    for (const [update, readers] of this.#readers)
      if (update.id < id && readers.includes(kernel)) return true;
    return false;
  }

  #newUnit(kind: Unit["kind"], node: Tensor, dims: Shape, split?: number): Unit {
    const unit: Unit = { index: this.units.length, kind, members: [], dims, split };
    this.units.push(unit);
    this.#add(unit, node);
    return unit;
  }

  #add(unit: Unit, node: Tensor): void {
    unit.members.push(node);
    this.unitOf.set(node, unit);
    this.#addDependencies(unit, node);
    const inputs = this.#inputs.get(unit) ?? new Set();
    this.#inputs.set(unit, inputs);
    for (const input of node.inputs)
      if (this.unitOf.get(input) !== unit && input.op.name !== "scalar") inputs.add(input);
  }

  #joinReduction(node: Tensor): void {
    const edge = reductionEdge(node);
    // Axes in the middle: a pass of its own over a transposed view.
    if (edge === undefined) this.#newUnit("group", node, node.inputs[0]!.shape);
    else this.#join(node, node.inputs[0]!.shape, edge);
  }

  #join(node: Tensor, dims: Shape, edge: { split: number; side: string } | undefined): void {
    const key = dims.join();
    const groups = this.#groups.get(key) ?? [];
    this.#groups.set(key, groups);
    for (let i = groups.length - 1; i >= 0; i--) {
      const group = groups[i]!;
      if (!this.#fits(group, node, edge)) continue;
      if (edge !== undefined) group.split ??= edge.split;
      this.#add(group, node);
      return;
    }
    groups.push(this.#newUnit("group", node, dims, edge?.split));
  }

  #fits(group: Unit, node: Tensor, edge: { split: number; side: string } | undefined): boolean {
    if (group.members.length >= this.#mostMembers) return false;
    if (edge !== undefined && group.split !== undefined && group.split !== edge.split) return false;
    const known = this.#inputs.get(group)!;
    const outside: Tensor[] = [];
    let shares = false;
    for (const input of node.inputs) {
      if (this.unitOf.get(input) === group) {
        if (input.op.kind === "reduce") return false;
        shares = true;
      } else if (input.op.name !== "scalar") {
        outside.push(input);
        if (known.has(input)) shares = true;
      }
    }
    if (!shares) return false;
    const more = outside.filter((input) => !known.has(input)).length;
    if (known.size + more > mostInputs) return false;
    return !this.#reaches(outside, group);
  }

  /** Whether computing any of `nodes` needs `target` to have run. */
  #reaches(nodes: readonly Tensor[], target: Unit): boolean {
    const seen = new Set<Unit>();
    return nodes.some((node) => {
      const unit = this.#unitThatMakes(node);
      return unit !== undefined && this.#unitReaches(unit, target, seen);
    });
  }

  #unitReaches(from: Unit, target: Unit, seen: Set<Unit> = new Set()): boolean {
    const open = seen.has(from) ? [] : [from];
    seen.add(from);
    for (let unit = open.pop(); unit !== undefined; unit = open.pop()) {
      if (unit === target) return true;
      for (const dependency of this.dependencies(unit))
        if (!seen.has(dependency)) {
          seen.add(dependency);
          open.push(dependency);
        }
    }
    return false;
  }

  #unitThatMakes(node: Tensor): Unit | undefined {
    const made = sourceOfView(node);
    return this.unitOf.get(made.op.name === "part" ? made.inputs[0]! : made);
  }

  dependencies(unit: Unit): ReadonlySet<Unit> {
    return this.#dependencies.get(unit)!;
  }

  /** Adds what a new member needs to what its unit needs; whatever comes before it has its unit already. */
  #addDependencies(unit: Unit, member: Tensor): void {
    const found = this.#dependencies.get(unit) ?? new Set();
    this.#dependencies.set(unit, found);
    const add = (maker: Unit | undefined): void => {
      if (maker !== undefined && maker !== unit) found.add(maker);
    };
    const accumulation = this.accumulating.get(member);
    const inputs =
      accumulation === undefined ? member.inputs : [accumulation.onto, ...accumulation.kernel.inputs];
    for (const input of inputs) add(this.#unitThatMakes(input));
    for (const reader of this.#readers.get(member) ?? []) add(this.#unitHolding(reader));
  }

  /** The unit that a node is computed in: that of the addition for an absorbed kernel. */
  #unitHolding(node: Tensor): Unit | undefined {
    return this.unitOf.get(this.#absorbed.has(node) ? this.users(node)[0]! : node);
  }
}

/** Units in an order in which each comes after all that it needs: of those that are ready, the one that ends earliest. */
export function orderUnits(parts: Partition): Unit[] {
  const waiting = new Map<Unit, number>();
  const dependents = new Map<Unit, Unit[]>();
  for (const unit of parts.units) {
    const dependencies = parts.dependencies(unit);
    waiting.set(unit, dependencies.size);
    for (const dependency of dependencies) {
      const list = dependents.get(dependency);
      if (list === undefined) dependents.set(dependency, [unit]);
      else list.push(unit);
    }
  }
  const rank = (unit: Unit): number => unit.members.at(-1)!.id;
  const ready = parts.units.filter((unit) => waiting.get(unit) === 0).sort((a, b) => rank(b) - rank(a));
  const order: Unit[] = [];
  for (let unit = ready.pop(); unit !== undefined; unit = ready.pop()) {
    order.push(unit);
    for (const dependent of dependents.get(unit) ?? []) {
      const left = waiting.get(dependent)! - 1;
      waiting.set(dependent, left);
      if (left > 0) continue;
      let place = ready.length;
      while (place > 0 && rank(ready[place - 1]!) < rank(dependent)) place--;
      ready.splice(place, 0, dependent);
    }
  }
  if (order.length !== parts.units.length)
    throw new Error("internal: units depend on each other in a circle");
  return order;
}
