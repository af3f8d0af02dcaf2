// The order in which columns are made: strongly connected components (Tarjan, "Depth-first search and linear graph
// algorithms", SIAM J. Comput. 1, 1972) of what reads what, where a component is made row by row.

export interface Node {
  readonly name: string;
  /** Columns of the same row. */
  readonly reads: ReadonlySet<string>;
  /** Columns of the row before. */
  readonly readsBefore: ReadonlySet<string>;
}

/** Columns that are made together; `recurrent` ones row by row, in this order. */
export interface Group {
  readonly names: readonly string[];
  readonly recurrent: boolean;
}

/** Groups in order, or the columns of a cycle within one row. */
export function orderColumns(nodes: readonly Node[]): { groups: Group[] } | { cycle: string[] } {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const cycle = cycleWithin(nodes, byName);
  if (cycle) return { cycle };
  const groups = components(nodes, byName).map((names): Group => {
    const members = new Set(names);
    const recurrent = names.length > 1 || byName.get(names[0]!)!.readsBefore.has(names[0]!);
    return { names: sorted(names, members, byName), recurrent };
  });
  return { groups };
}

/** The first cycle of columns that read each other in the same row. */
function cycleWithin(nodes: readonly Node[], byName: ReadonlyMap<string, Node>): string[] | undefined {
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (node: Node): string[] | undefined => {
    state.set(node.name, "open");
    path.push(node.name);
    for (const name of node.reads) {
      const next = byName.get(name);
      if (!next || state.get(name) === "done") continue;
      if (state.get(name) === "open") return [...path.slice(path.indexOf(name)), name];
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    state.set(node.name, "done");
    return undefined;
  };
  for (const node of nodes) {
    const found = state.has(node.name) ? undefined : visit(node);
    if (found) return found;
  }
  return undefined;
}

/** Components, each after all that it reads. */
function components(nodes: readonly Node[], byName: ReadonlyMap<string, Node>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const found: string[][] = [];
  const visit = (node: Node): void => {
    const place = order.size;
    order.set(node.name, place);
    lowest.set(node.name, place);
    stack.push(node.name);
    open.add(node.name);
    for (const name of [...node.reads, ...node.readsBefore]) {
      const next = byName.get(name);
      if (!next) continue;
      if (!order.has(name)) visit(next);
      if (open.has(name)) lowest.set(node.name, Math.min(lowest.get(node.name)!, lowest.get(name)!));
    }
    if (lowest.get(node.name) !== place) return;
    const members = stack.splice(stack.indexOf(node.name));
    for (const name of members) open.delete(name);
    found.push(members);
  };
  for (const node of nodes) if (!order.has(node.name)) visit(node);
  return found;
}

/** Members in the order of what they read in the same row. */
function sorted(
  names: readonly string[],
  members: ReadonlySet<string>,
  byName: ReadonlyMap<string, Node>,
): string[] {
  const done = new Set<string>();
  const result: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    for (const read of byName.get(name)!.reads) if (members.has(read)) visit(read);
    result.push(name);
  };
  names.forEach(visit);
  return result;
}

/** Everything that the named columns depend on, themselves included. */
export function closure(names: Iterable<string>, nodes: readonly Node[]): Set<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const result = new Set<string>();
  const visit = (name: string): void => {
    const node = byName.get(name);
    if (!node || result.has(name)) return;
    result.add(name);
    for (const read of [...node.reads, ...node.readsBefore]) visit(read);
  };
  for (const name of names) visit(name);
  return result;
}
