// A column of cases: the first condition that holds says how a cell is drawn. All cases draw from the same random numbers,
// for of each row only one is used.

import type { ColumnMetadata } from "@verisim/core";
import { type Batch, makeVector } from "../engine/batch.ts";
import { byTextNode, commonText, type NumericNode, Translation } from "../formula/nodes.ts";
import { describeValue } from "../model/problems.ts";
import {
  type ColumnKind,
  type ColumnPlan,
  compileAs,
  numberMetadata,
  type PlanContext,
  readFormula,
  roundInto,
} from "./column-kind.ts";

export const casesKind: ColumnKind = {
  field: "cases",
  read(fields, problems, readColumn) {
    const list = fields.list("cases", true);
    if (!list || list.length === 0) {
      if (list) fields.fault("cases", "one case or more");
      return undefined;
    }
    const decimals = fields.number("decimals", { min: 0, max: 15, whole: true });
    const cases = list.map((value, i) => {
      const path = `${fields.at("cases")}.${i}`;
      const { when, ...column } = (typeof value === "object" && value !== null ? value : {}) as Record<
        string,
        unknown
      >;
      const condition =
        when === undefined
          ? undefined
          : typeof when === "string"
            ? readFormula(when, `${path}.when`, problems)
            : undefined;
      if (when !== undefined && typeof when !== "string")
        problems.add(
          "VERISIM_SIMULATION_FIELD",
          `${path}.when`,
          `Expected a condition but received ${describeValue(when)}.`,
        );
      return { path, condition, isLast: when === undefined, column: readColumn(column, path, problems) };
    });
    cases.forEach(({ isLast, path }, i) => {
      if (isLast && i < cases.length - 1)
        problems.add("VERISIM_SIMULATION_FIELD", path, "Expected a condition in every case but the last.");
    });
    if (cases.some(({ column, condition, isLast }) => !column || (!condition && !isLast))) return undefined;
    const known = cases.map(({ column }) => column!.type).find((type) => type !== undefined);
    return {
      ...(known ? { type: known } : {}),
      formulas: cases.flatMap(({ column, condition }) => [
        ...column!.formulas,
        ...(condition ? [condition] : []),
      ]),
      reads: cases.flatMap(({ column }) => column!.reads ?? []),
      plan: (context) => {
        const shared = sharedStreams(context);
        const parts = cases.map(({ condition, column, path }, i): Case => {
          const part = context.part(`case ${i}`);
          const slot = part.ownSlot();
          return {
            when:
              condition &&
              (compileAs(condition, ["boolean"], part, `${path}.when`) as NumericNode | undefined),
            plan: column!.plan({ ...part, stream: shared(part), slot, path }),
            slot,
          };
        });
        const { type } = parts[0]!.plan;
        parts.forEach(({ plan }, i) => {
          if (plan.type !== type)
            context.problems.add(
              "VERISIM_SIMULATION_FIELD",
              cases[i]!.path,
              `Expected cases of one kind but received a ${type} and a ${plan.type}.`,
            );
        });
        return planCases(parts, decimals, context);
      },
    };
  },
};

interface Case {
  readonly when: NumericNode | undefined;
  readonly plan: ColumnPlan;
  readonly slot: number;
}

/** The first stream of each kind is one for all cases; what a case draws beside it is its own. */
function sharedStreams(context: PlanContext): (part: PlanContext) => PlanContext["stream"] {
  const first = new Map<"uniform" | "normal", number>();
  return (part) => {
    const used = new Set<string>();
    return (kind, label) => {
      if (label !== undefined || used.has(kind)) return part.stream(kind, label);
      used.add(kind);
      let stream = first.get(kind);
      if (stream === undefined) {
        stream = context.stream(kind);
        first.set(kind, stream);
      }
      return stream;
    };
  };
}

function planCases(parts: readonly Case[], decimals: number | undefined, context: PlanContext): ColumnPlan {
  const plans = parts.map(({ plan }) => plan);
  const { type } = plans[0]!;
  const { slot } = context;
  const streams = new Set(plans.map(({ stream }) => stream));
  const [stream] = streams.size === 1 ? streams : [];
  const choose = caseChooserByText(parts) ?? caseChooser(parts);
  const common = {
    type,
    metadata:
      type === "number"
        ? numberMetadata(decimals ?? commonDecimals(plans.map(({ metadata }) => metadata)))
        : plans[0]!.metadata,
    ...(stream === undefined ? {} : { stream }),
  };
  if (type === "text") {
    const known = plans.every(({ dictionary }) => dictionary);
    const dictionary = known ? [...new Set(plans.flatMap((plan) => plan.dictionary!))] : undefined;
    return {
      ...common,
      ...(dictionary ? { dictionary } : {}),
      fill: (batch, from, to) => fillTexts(parts, choose(batch, from, to), batch, slot, from, to),
    };
  }
  const digits = type === "number" ? decimals : undefined;
  const cells = plans.map((plan) => plan.cells);
  const rowsOf = new RowsByCase(parts.length);
  if (cells.every((one) => one !== undefined))
    return {
      ...common,
      fill: (batch, from, to) => {
        const chosen = choose(batch, from, to);
        const out = batch.numbers(slot);
        out.fill(Number.NaN, from, to);
        rowsOf.sort(chosen, from, to);
        plans.forEach((plan, at) => {
          const { rows, count } = rowsOf.of(at);
          if (count > 0) cells[at]!(batch.draws[plan.stream!]!, out, rows, count);
        });
        if (digits !== undefined) roundInto(out, digits, out, from, to);
      },
    };
  return {
    ...common,
    fill: (batch, from, to) => {
      const chosen = choose(batch, from, to);
      fillParts(parts, chosen, batch, from, to);
      const values = parts.map((part) => batch.numbers(part.slot));
      const out = batch.numbers(slot);
      for (let i = from; i < to; i++) {
        out[i] = values[chosen[i]!]?.[i] ?? Number.NaN;
      }
      if (digits !== undefined) roundInto(out, digits, out, from, to);
    },
  };
}

/** The rows of each case, one case behind the other. */
class RowsByCase {
  readonly #ends: Int32Array;
  #rows = new Int32Array(0);

  constructor(cases: number) {
    this.#ends = new Int32Array(cases + 2);
  }

  sort(chosen: Uint16Array, from: number, to: number): void {
    const ends = this.#ends;
    if (this.#rows.length < to - from) this.#rows = new Int32Array(to - from);
    ends.fill(0);
    for (let i = from; i < to; i++) ends[chosen[i]! + 1]!++;
    for (let at = 1; at < ends.length; at++) ends[at]! += ends[at - 1]!;
    for (let i = from; i < to; i++) this.#rows[ends[chosen[i]!]!++] = i;
  }

  of(at: number): { readonly rows: Int32Array; readonly count: number } {
    const start = at === 0 ? 0 : this.#ends[at - 1]!;
    return { rows: this.#rows.subarray(start), count: this.#ends[at]! - start };
  }
}

/** As {@link caseChooser}, where one column of texts decides. */
function caseChooserByText(parts: readonly Case[]): ReturnType<typeof caseChooser> | undefined {
  const conditions = parts.flatMap(({ when }) => (when ? [when] : []));
  const common = commonText(conditions);
  if (!common) return undefined;
  const value = (text: string | null): number => {
    const at = common.values.findIndex((holds) => holds(text) === 1);
    return at < 0 ? conditions.length : at;
  };
  const node = byTextNode("number", { slot: common.slot, value });
  let chosen = new Uint16Array(0);
  return (batch, from, to) => {
    if (chosen.length < batch.rowCount) chosen = new Uint16Array(batch.rowCount);
    chosen.set(node.evaluate(batch, from, to).subarray(from, to), from);
    return chosen;
  };
}

/** The number of the case of each row; one beyond the last where none holds. */
function caseChooser(parts: readonly Case[]): (batch: Batch, from: number, to: number) => Uint16Array {
  let chosen = new Uint16Array(0);
  return (batch, from, to) => {
    if (chosen.length < batch.rowCount) chosen = new Uint16Array(batch.rowCount);
    chosen.fill(parts.length, from, to);
    for (let at = parts.length - 1; at >= 0; at--) {
      const { when } = parts[at]!;
      if (!when) {
        chosen.fill(at, from, to);
        continue;
      }
      const holds = when.evaluate(batch, from, to);
      for (let i = from; i < to; i++) if (holds[i] === 1) chosen[i] = at;
    }
    return chosen;
  };
}

/**
 * Fills each case in its own rows alone, for what it says may be nonsense in others: parameters out of their range, say.
 * Cases that go on from row to row are filled in all.
 */
function fillParts(
  parts: readonly Case[],
  chosen: Uint16Array,
  batch: Batch,
  from: number,
  to: number,
): void {
  for (const { plan, slot } of parts) {
    batch.vectors[slot] ??= makeVector(plan.type, batch.rowCount, plan.dictionary);
    if (plan.ordered) plan.fill(batch, from, to);
  }
  for (let start = from; start < to; ) {
    let end = start + 1;
    while (end < to && chosen[end] === chosen[start]) end++;
    const part = parts[chosen[start]!];
    if (part && !part.plan.ordered) part.plan.fill(batch, start, end);
    start = end;
  }
}

function fillTexts(
  parts: readonly Case[],
  chosen: Uint16Array,
  batch: Batch,
  slot: number,
  from: number,
  to: number,
): void {
  fillParts(parts, chosen, batch, from, to);
  const out = batch.texts(slot);
  const own = out.growing ? undefined : new Map(out.dictionary.map((text, code) => [text, code]));
  const target = (text: string): number => out.growing?.code(text) ?? own!.get(text)!;
  const codes = parts.map(() => new Translation());
  for (let i = from; i < to; i++) {
    const part = parts[chosen[i]!];
    const vector = part && batch.texts(part.slot);
    const code = vector ? vector.codes[i]! : -1;
    out.codes[i] = code < 0 ? -1 : codes[chosen[i]!]!.of(vector!.dictionary, target)[code]!;
  }
}

/** The most digits of all cases, where all are rounded. */
function commonDecimals(all: readonly ColumnMetadata[]): number | undefined {
  const digits = all.map(({ decimals }) => decimals);
  return digits.includes(undefined) ? undefined : Math.max(...(digits as number[]));
}
