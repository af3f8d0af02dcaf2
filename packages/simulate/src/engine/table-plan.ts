// A table ready to be made: slots, streams, the order of its columns, and what fills each. Everything that can be wrong
// with a model is found here, before the first row.

import { knownTextsHint, type StreamKey, streamKey, VerisimError } from "@verisim/core";
import { type ColumnPlan, type ColumnReading, compileAs, type PlanContext } from "../columns/column-kind.ts";
import type { Resolved } from "../formula/compile.ts";
import { namesIn } from "../formula/names.ts";
import type { NumericNode } from "../formula/nodes.ts";
import type { Problems } from "../model/problems.ts";
import type { ReadColumnModel, ReadTable } from "../model/read-model.ts";
import { countSlot, firstFreeSlot, indexSlot, rowSlot, type ValueType } from "./batch.ts";
import { withEventSet, withEventTimes, withHeld, withMissing } from "./cell-changes.ts";
import { type CopulaBlock, planCopulaBlocks } from "./copula-block.ts";
import { closure, type Group, type Node, orderColumns } from "./dependencies.ts";

export interface Stream {
  readonly key: StreamKey;
  readonly kind: "uniform" | "normal";
  /** The columns whose cells need it. */
  readonly owner: string;
  /** Where it is needed in the rows of an event alone: the slot of the event's steps. */
  readonly eventSlot?: number;
}

export interface PlannedColumn {
  readonly name: string;
  readonly slot: number;
  readonly hidden: boolean;
  readonly plan: ColumnPlan;
  readonly redraws: boolean;
}

/** A column of another table beside each row. */
export interface ReferenceSlot {
  readonly slot: number;
  readonly of: string;
  readonly column: string;
  readonly source: PlannedColumn;
}

export interface TablePlan {
  readonly table: ReadTable;
  readonly rowCount: number;
  readonly slots: number;
  /** Slots of numbers that no column writes, by the column that does. */
  readonly hiddenSlots: readonly { readonly slot: number; readonly owner: string }[];
  readonly streams: readonly Stream[];
  readonly columns: ReadonlyMap<string, PlannedColumn>;
  readonly nodes: readonly Node[];
  readonly groups: readonly Group[];
  readonly references: readonly ReferenceSlot[];
  /** Steps of each event, by its name. */
  readonly eventSlots: ReadonlyMap<string, number>;
  readonly blocks: readonly CopulaBlock[];
  readonly constraints: readonly { readonly text: string; readonly node: NumericNode }[];
  /** True where some column depends on the row before. */
  readonly sequential: boolean;
  /** Columns that the constraints depend on. */
  readonly constrained: ReadonlySet<string>;
  /** Those of them that are drawn again when a constraint does not hold. */
  readonly redrawn: ReadonlySet<string>;
}

/** The name of a parent's hidden column that holds how many rows a child has. */
export const countColumn = (child: string): string => `rows of ${child}`;

export interface TablePlanOptions {
  readonly seed: number;
  readonly rowCount: number;
  /** Plans of the tables that come before. */
  readonly plans: ReadonlyMap<string, TablePlan>;
  /** Counts of child rows, one hidden column each. */
  readonly counts: readonly { readonly child: string; readonly reading: ColumnReading }[];
  readonly problems: Problems;
}

export function planTable(table: ReadTable, options: TablePlanOptions): TablePlan {
  return new Planner(table, options).plan();
}

class Planner {
  readonly #table: ReadTable;
  readonly #options: TablePlanOptions;
  readonly #readings: ReadonlyMap<string, ReadColumnModel>;
  readonly #slots = new Map<string, number>();
  readonly #columns = new Map<string, PlannedColumn>();
  readonly #streams: Stream[] = [];
  readonly #hiddenSlots: { slot: number; owner: string }[] = [];
  readonly #references = new Map<string, ReferenceSlot>();
  readonly #eventSlots = new Map<string, number>();
  #slotCount = firstFreeSlot;

  constructor(table: ReadTable, options: TablePlanOptions) {
    this.#table = table;
    this.#options = options;
    const counts = options.counts.map(
      ({ child, reading }): ReadColumnModel => ({
        name: countColumn(child),
        path: `tables.${child}.parent.count`,
        reading,
        missing: undefined,
        hidden: true,
      }),
    );
    this.#readings = new Map([...table.columns, ...counts].map((column) => [column.name, column]));
    for (const name of this.#readings.keys()) this.#slots.set(name, this.#slotCount++);
    for (const { name } of table.events) this.#eventSlots.set(name, this.#slotCount++);
  }

  plan(): TablePlan {
    const { problems, rowCount } = this.#options;
    const nodes = [...this.#readings.values()].map((column) => this.#node(column));
    const order = orderColumns(nodes);
    if ("cycle" in order) {
      problems.add(
        "VERISIM_SIMULATION_CYCLE",
        `${this.#table.path}.columns.${order.cycle[0]}`,
        `Columns depend on each other in one row: ${order.cycle.join(" -> ")}.`,
        "Refer to the row before with prev(column, start) where that is what is meant.",
      );
      // Without these columns nothing that refers to them can be judged.
      problems.settle();
      throw new Error("internal: a cycle passed");
    }
    const { groups } = order;
    for (const group of groups) for (const name of group.names) this.#planColumn(this.#readings.get(name)!);
    const constraints = this.#table.constraints.flatMap(({ text, formula, path }) => {
      const node = compileAs(formula, ["boolean"], this.#context("constraint", path, -1), path);
      return node ? [{ text, node: node as NumericNode }] : [];
    });
    const blocks = planCopulaBlocks(this.#table, this.#columns, this.#streams, problems);
    for (const event of this.#table.events) {
      for (const name of [...event.hold, ...event.set.keys()]) {
        if (this.#readings.has(name)) continue;
        const hint = knownTextsHint("columns", name, this.#readings.keys());
        problems.add(
          "VERISIM_SIMULATION_REFERENCE",
          `${event.path}.${event.set.has(name) ? "set" : "hold"}`,
          `Expected the name of a column but received ${JSON.stringify(name)}.`,
          hint,
        );
      }
    }
    return {
      table: this.#table,
      rowCount,
      slots: this.#slotCount,
      hiddenSlots: this.#hiddenSlots,
      streams: this.#streams,
      // In the order of the model, whatever they are made in.
      columns: new Map(
        [...this.#readings.keys()].flatMap((name) => {
          const column = this.#columns.get(name);
          return column ? [[name, column] as const] : [];
        }),
      ),
      nodes,
      groups,
      references: [...this.#references.values()],
      eventSlots: this.#eventSlots,
      blocks,
      constraints,
      sequential:
        groups.some(
          ({ names, recurrent }) => recurrent || names.some((name) => this.#columns.get(name)?.plan.ordered),
        ) || nodes.some(({ readsBefore }) => readsBefore.size > 0),
      ...this.#constrained(nodes, groups, blocks),
    };
  }

  /** What a column reads, its events and missing cells included. */
  #node({ name, reading, missing }: ReadColumnModel): Node {
    const sets = this.#table.events.flatMap((event) => event.set.get(name) ?? []);
    const own = namesIn([...reading.formulas, ...(missing ? [missing] : [])]);
    const changed = namesIn(sets);
    const reads = new Set([...own.names, ...(reading.reads ?? [])]);
    // An event's formula may refer to the cell that it changes.
    for (const read of changed.names) if (read !== name) reads.add(read);
    const readsBefore = new Set([...own.before, ...changed.before, ...(reading.readsBefore ?? [])]);
    return { name, reads, readsBefore };
  }

  #planColumn(column: ReadColumnModel): void {
    const { name, path, reading, missing, hidden } = column;
    const slot = this.#slots.get(name)!;
    const context = this.#context(name, path, slot);
    let plan = reading.plan(context);
    this.#columns.set(name, { name, slot, hidden, plan, redraws: reading.redraws !== false });
    for (const event of this.#table.events) {
      const stepSlot = this.#eventSlots.get(event.name)!;
      if (event.within !== undefined && plan.type === "datetime" && plan.ordered)
        plan = withEventTimes(plan, event.within / (event.length - 1 || 1), stepSlot, {
          ...context,
          key: context.part(`event ${event.name}`).key,
        });
      if (event.hold.includes(name)) plan = withHeld(plan, stepSlot, context);
      const formula = event.set.get(name);
      if (!formula) continue;
      const part = context.part(`event ${event.name}`);
      const resolve: PlanContext["resolve"] = (read, of) =>
        read === "step" && of === undefined && !this.#readings.has("step")
          ? { slot: stepSlot, type: "number" }
          : part.resolve(read, of);
      const stream: PlanContext["stream"] = (kind, label) => {
        const made = part.stream(kind, label);
        if (kind === "uniform") this.#streams[made] = { ...this.#streams[made]!, eventSlot: stepSlot };
        return made;
      };
      const setPath = `${event.path}.set.${name}`;
      plan = withEventSet(plan, formula, stepSlot, { ...part, resolve, stream, path: setPath });
    }
    if (missing) plan = withMissing(plan, missing, { ...context.part("missing"), path: `${path}.missing` });
    this.#columns.set(name, { name, slot, hidden, plan, redraws: reading.redraws !== false });
  }

  #context(column: string, path: string, slot: number): PlanContext {
    const { seed, rowCount, problems } = this.#options;
    const { name: table } = this.#table;
    const make = (labels: readonly string[]): PlanContext => {
      let draws = 0;
      return {
        table,
        column,
        slot,
        seed,
        rowCount,
        problems,
        path,
        hiddenSlot: () => {
          this.#hiddenSlots.push({ slot: this.#slotCount, owner: column });
          return this.#slotCount++;
        },
        ownSlot: () => this.#slotCount++,
        stream: (kind, label) => {
          const key = streamKey(seed, "simulate", table, column, ...labels, label ?? `draw ${draws++}`);
          this.#streams.push({ key, kind, owner: column });
          return this.#streams.length - 1;
        },
        key: (label) => streamKey(seed, "simulate", table, column, ...labels, label),
        part: (label) => make([...labels, label]),
        resolve: (name, of) => this.#resolve(name, of),
        resolvePrevious: (name) => this.#resolvePrevious(name),
      };
    };
    return make([]);
  }

  #resolve(name: string, of?: string): Resolved {
    if (of !== undefined) return this.#reference(of, name);
    const planned = this.#columns.get(name);
    if (planned) return resolved(planned.slot, planned.plan);
    if (name === "row") return { slot: rowSlot, type: "number" };
    if (name === "index") return { slot: indexSlot, type: "number" };
    if (name === "count") return { slot: countSlot, type: "number" };
    const known = [...this.#table.columns.map((column) => column.name), "row", "index", "count"];
    throw unknownName(name, known);
  }

  #resolvePrevious(name: string): { slot: number; type: ValueType | undefined } {
    const column = this.#readings.get(name);
    if (!column) throw unknownName(name, [...this.#readings.keys()]);
    return { slot: this.#slots.get(name)!, type: this.#columns.get(name)?.plan.type ?? column.reading.type };
  }

  /** A column of the parent, of a picked row, or the step of an event. */
  #reference(of: string, name: string): Resolved {
    if (of === "event") {
      const slot = this.#eventSlots.get(name);
      if (slot === undefined) throw unknownName(name, [...this.#eventSlots.keys()], "events");
      return { slot, type: "number" };
    }
    const target = of === "parent" ? this.#table.parent?.table : this.#table.picks.get(of)?.table;
    if (target === undefined) {
      const known = [...(this.#table.parent ? ["parent"] : []), ...this.#table.picks.keys()];
      throw unknownName(of, known, "parents and picks");
    }
    const source = this.#options.plans.get(target)?.columns.get(name);
    if (!source) throw unknownName(name, [...(this.#options.plans.get(target)?.columns.keys() ?? [])]);
    const key = `${of}.${name}`;
    let reference = this.#references.get(key);
    if (!reference) {
      reference = { slot: this.#slotCount++, of, column: name, source };
      this.#references.set(key, reference);
    }
    return resolved(reference.slot, source.plan);
  }

  /**
   * What the constraints depend on is made first, and drawn again until they hold; all else is made after it, so that
   * states and running sums go on from cells that stay.
   */
  #constrained(
    nodes: readonly Node[],
    groups: readonly Group[],
    blocks: readonly CopulaBlock[],
  ): Pick<TablePlan, "constrained" | "redrawn"> {
    const { constraints } = this.#table;
    const constrained = closure(namesIn(constraints.map(({ formula }) => formula)).names, nodes);
    // A block is drawn as a whole: a part of it drawn again would no longer go with the rest.
    for (const { columns } of blocks) {
      if (!columns.some((name) => constrained.has(name))) continue;
      for (const name of closure(columns, nodes)) constrained.add(name);
    }
    const sequential = new Set(
      groups.flatMap(({ names, recurrent }) =>
        names.filter((name) => {
          const column = this.#columns.get(name);
          const before = nodes.find((node) => node.name === name)!.readsBefore.size > 0;
          return recurrent || before || !column?.redraws || column.plan.ordered;
        }),
      ),
    );
    const kept = closure(
      [...constrained].filter((name) => sequential.has(name)),
      nodes,
    );
    for (const { columns } of blocks)
      if (columns.some((name) => kept.has(name))) for (const name of columns) kept.add(name);
    const redrawn = new Set([...constrained].filter((name) => !kept.has(name)));
    for (const { formula, path } of constraints) {
      const needed = closure(namesIn([formula]).names, nodes);
      if (![...needed].some((name) => redrawn.has(name)))
        this.#options.problems.add(
          "VERISIM_SIMULATION_FIELD",
          path,
          "The condition depends only on keys, times and states, which cannot be drawn again for one row.",
          "Make it hold by a formula, such as max(a, b), in one of the columns.",
        );
    }
    return { constrained, redrawn };
  }
}

const resolved = (slot: number, { type, dictionary }: ColumnPlan): Resolved => ({
  slot,
  type,
  ...(dictionary ? { dictionary } : {}),
});

function unknownName(name: string, known: readonly string[], what: string = "columns"): VerisimError {
  return new VerisimError(
    "VERISIM_SIMULATION_REFERENCE",
    `There is no ${JSON.stringify(name.slice(0, 80))} that a formula could refer to here.`,
    { hint: knownTextsHint(what, name, known) },
  );
}
