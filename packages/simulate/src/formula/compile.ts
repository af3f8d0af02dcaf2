// From a formula's tree to nodes that fill arrays: names are looked up, kinds are checked, constants are folded. What
// cannot be right is an error before the first row.

import { knownTextsHint, parseDatetime, VerisimError } from "@verisim/core";
import type { ValueType } from "../engine/batch.ts";
import { fastLoops, type NumericFunction, numericFunctions } from "./functions.ts";
import {
  byTextNode,
  commonText,
  type FormulaNode,
  type NumericNode,
  numberConstant,
  Scratch,
  textConstant,
} from "./nodes.ts";
import { type Formula, parseFormula } from "./parser.ts";
import { previousNode } from "./previous.ts";
import { choose, coalesce, textEquals, textFunction, textFunctionNames } from "./texts.ts";

/** What a name stands for. */
export interface Resolved {
  readonly slot: number;
  readonly type: ValueType;
  /** Texts that are known before any row is. */
  readonly dictionary?: readonly string[];
}

/** What a formula may refer to. */
export interface FormulaScope {
  /** @throws VerisimError for names that are not there */
  resolve(name: string, of?: string): Resolved;
  /** As `resolve`, for the row before; the type is undefined where it follows from this formula itself. */
  resolvePrevious(name: string): { slot: number; type: ValueType | undefined };
  /** A stream of random numbers of its own. */
  stream(kind: "uniform" | "normal"): number;
}

const fault = (message: string, hint?: string): VerisimError =>
  new VerisimError("VERISIM_SIMULATION_FORMULA", message, hint === undefined ? {} : { hint });

/** Functions that are no row of the tables. */
const special = [
  "if",
  "coalesce",
  "is_missing",
  "prev",
  "in",
  "uniform",
  "normal",
  "chance",
  "date",
  "number",
];

/** All names that may be called, for hints and the documentation. */
export const functionNames: readonly string[] = [
  ...numericFunctions.keys(),
  ...textFunctionNames,
  ...special,
].filter((name) => /^[a-z]/.test(name) && !["and", "or", "not", "negate", "in"].includes(name));

/** @throws VerisimError `VERISIM_SIMULATION_FORMULA`, and what the scope throws */
export function compileFormula(formula: string | Formula, scope: FormulaScope): FormulaNode {
  return new Compiler(scope).node(typeof formula === "string" ? parseFormula(formula) : formula);
}

class Compiler {
  readonly #scope: FormulaScope;

  constructor(scope: FormulaScope) {
    this.#scope = scope;
  }

  node(formula: Formula): FormulaNode {
    switch (formula.type) {
      case "number":
        return numberConstant(formula.value);
      case "boolean":
        return numberConstant(formula.value ? 1 : 0, "boolean");
      case "text":
        return textConstant(formula.value);
      case "missing":
        return numberConstant(Number.NaN);
      case "name":
        return columnNode(this.#scope.resolve(formula.name, formula.of));
      case "call":
        return this.#call(formula.name, formula.arguments);
    }
  }

  #call(name: string, parts: readonly Formula[]): FormulaNode {
    switch (name) {
      case "prev":
        return this.#previous(parts);
      case "uniform":
      case "normal":
        return this.#random(name, parts);
      case "chance":
        requireCount(name, parts, 1);
        return apply("<", [this.#stream("uniform"), this.#number(name, parts[0]!)]);
      case "date":
        return this.#date(parts);
      case "number": {
        requireCount(name, parts, 1);
        const inner = this.node(parts[0]!);
        if (inner.type !== "boolean" && inner.type !== "number")
          throw fault("Expected a boolean or a number for number().");
        return { type: "number", evaluate: (...range) => inner.evaluate(...range) };
      }
    }
    const nodes = parts.map((part) => this.node(part));
    switch (name) {
      case "in": {
        const [first, ...others] = nodes;
        const equal = others.map((one) => this.#operator("==", [first!, one]) as NumericNode);
        return equal.length === 0
          ? numberConstant(0, "boolean")
          : equal.reduce((a, b) => apply("or", [a, b]));
      }
      case "if": {
        requireCount(name, parts, 3);
        const [condition, yes, no] = nodes;
        if (condition!.type !== "boolean")
          throw fault(`Expected a condition in if() but received ${kindText(condition!)}.`);
        const [a, b] = likeKinds(yes!, no!);
        return choose(condition as NumericNode, a, b);
      }
      case "coalesce": {
        if (nodes.length < 2) throw fault("Expected two or more values in coalesce().");
        return nodes.reduceRight((rest, one) => coalesce(...likeKinds(one, rest)));
      }
      case "is_missing":
        requireCount(name, parts, 1);
        return isMissing(nodes[0]!);
    }
    return this.#operator(name, nodes);
  }

  #operator(name: string, given: readonly FormulaNode[]): FormulaNode {
    let nodes = given;
    if (nodes.length === 2 && (numericFunctions.get(name)?.meaning.startsWith("compares") || name === "-"))
      nodes = likeKinds(nodes[0]!, nodes[1]!, name !== "-");
    const texts = nodes.some((node) => node.type === "text");
    if (texts && (name === "==" || name === "!=") && nodes.every((node) => node.type === "text"))
      return textEquals(nodes[0]!, nodes[1]!, name === "!=");
    if (textFunctionNames.includes(name) || (texts && name === "+")) return textFunction(name, nodes);
    const definition = numericFunctions.get(name);
    if (!definition)
      throw fault(
        `Expected a function but received ${JSON.stringify(name.slice(0, 60))}.`,
        knownTextsHint("functions", name, functionNames),
      );
    if (texts) throw fault(wrongKinds(definition, nodes));
    return apply(name, nodes as readonly NumericNode[]);
  }

  #number(name: string, part: Formula): NumericNode {
    const node = this.node(part);
    if (node.type !== "number") throw fault(`Expected a number in ${name}() but received ${kindText(node)}.`);
    return node;
  }

  #stream(kind: "uniform" | "normal"): NumericNode {
    const stream = this.#scope.stream(kind);
    return { type: "number", evaluate: (batch) => batch.draws[stream]! };
  }

  /** `uniform()` in (0, 1), `uniform(low, high)`; `normal()`, `normal(mean, sd)`. */
  #random(name: "uniform" | "normal", parts: readonly Formula[]): FormulaNode {
    const draw = this.#stream(name);
    if (parts.length === 0) return draw;
    requireCount(name, parts, 2);
    const first = this.#number(name, parts[0]!);
    const second = this.#number(name, parts[1]!);
    const width = name === "uniform" ? apply("-", [second, first]) : second;
    return apply("+", [first, apply("*", [width, draw])]);
  }

  #date(parts: readonly Formula[]): FormulaNode {
    const [only] = parts;
    if (parts.length !== 1 || only?.type !== "text")
      throw fault("Expected one text in date(), such as date('2024-01-31').");
    return datetimeConstant(only.value);
  }

  #previous(parts: readonly Formula[]): FormulaNode {
    const [column, first] = parts;
    if (parts.length !== 2 || column?.type !== "name" || column.of !== undefined)
      throw fault("Expected a column and its value before the first row in prev(), such as prev(speed, 0).");
    const start = this.node(first!);
    const { slot, type = start.type } = this.#scope.resolvePrevious(column.name);
    const [fitting] = likeKinds(start, typedMissing(type));
    return previousNode(slot, fitting);
  }
}

function requireCount(name: string, parts: readonly unknown[], count: number): void {
  if (parts.length !== count)
    throw fault(
      `Expected ${count} argument${count === 1 ? "" : "s"} in ${name}() but received ${parts.length}.`,
    );
}

const kindText = (node: FormulaNode): string => `a ${node.type}`;

function wrongKinds(definition: NumericFunction, nodes: readonly FormulaNode[]): string {
  const wanted = definition.signatures.map(([kinds]) => kinds.join(", ")).join(" or ");
  return `Expected ${wanted} for ${definition.name} but received ${nodes.map((node) => node.type).join(", ") || "nothing"}.`;
}

function datetimeConstant(text: string): NumericNode {
  const micros = parseDatetime(text);
  if (micros === undefined)
    throw fault(
      `Expected a date or a date with a time but received ${JSON.stringify(text.slice(0, 60))}.`,
      "Write 2024-01-31 or 2024-01-31T09:30:00.",
    );
  return numberConstant(micros, "datetime");
}

function typedMissing(type: ValueType): FormulaNode {
  return type === "text" ? textConstant("") : numberConstant(Number.NaN, type);
}

/**
 * Two values that stand for the same thing: a text beside a datetime is read as one, `missing` takes the other's kind.
 * @param strict false where different kinds are allowed
 */
function likeKinds<A extends FormulaNode, B extends FormulaNode>(
  a: A,
  b: B,
  strict: boolean = true,
): [FormulaNode, FormulaNode] {
  if (a.type === b.type) return [a, b];
  if (a.type === "datetime" && b.type === "text" && b.constant !== undefined)
    return [a, datetimeConstant(b.constant)];
  if (b.type === "datetime" && a.type === "text" && a.constant !== undefined)
    return [datetimeConstant(a.constant), b];
  if (isMissingLiteral(b)) return [a, missingLike(a)];
  if (isMissingLiteral(a)) return [missingLike(b), b];
  if (strict) throw fault(`Expected two values of one kind but received ${kindText(a)} and ${kindText(b)}.`);
  return [a, b];
}

const isMissingLiteral = (node: FormulaNode): boolean =>
  node.type === "number" && Number.isNaN(node.constant);

function missingLike(node: FormulaNode): FormulaNode {
  if (node.type !== "text") return numberConstant(Number.NaN, node.type);
  const codes = new Int32Array(0);
  let scratch = codes;
  return {
    type: "text",
    dictionary: [],
    evaluate: (batch, from, to) => {
      if (scratch.length < batch.rowCount) scratch = new Int32Array(batch.rowCount);
      return { codes: scratch.fill(-1, from, to), dictionary: [] };
    },
  };
}

function columnNode({ slot, type, dictionary }: Resolved): FormulaNode {
  if (type !== "text") return { type, evaluate: (batch) => batch.numbers(slot) };
  return {
    type,
    slot,
    ...(dictionary ? { dictionary } : {}),
    evaluate: (batch) => batch.texts(slot),
  };
}

function isMissing(node: FormulaNode): NumericNode {
  const scratch = new Scratch();
  return {
    type: "boolean",
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      if (node.type === "text") {
        const { codes } = node.evaluate(batch, from, to);
        for (let i = from; i < to; i++) out[i] = codes[i]! < 0 ? 1 : 0;
      } else {
        const values = node.evaluate(batch, from, to);
        for (let i = from; i < to; i++) out[i] = Number.isNaN(values[i]) ? 1 : 0;
      }
      return out;
    },
  };
}

/** A call of a function of the table. */
function apply(name: string, nodes: readonly NumericNode[]): NumericNode {
  const definition = numericFunctions.get(name)!;
  if (definition.variadic && nodes.length > 2)
    return nodes.reduce((left, right) => apply(name, [left, right]));
  const result = resultOf(definition, nodes);
  if (result === undefined) throw fault(wrongKinds(definition, nodes));
  const constants = nodes.map((node) => node.constant);
  if (nodes.length > 0 && constants.every((constant) => constant !== undefined)) {
    const [a, b, c, d] = constants as [number, number, number, number];
    return numberConstant(definition.apply(a, b, c, d), result);
  }
  const { apply: one } = definition;
  const common = commonText(nodes);
  if (common) {
    const { slot, values } = common;
    const at = (place: number, text: string | null): number => values[place]?.(text) ?? 0;
    const value = (text: string | null): number =>
      one(at(0, text), nodes.length > 1 ? at(1, text) : (undefined as never), at(2, text), at(3, text));
    return byTextNode(result, { slot, value });
  }
  const scratch = new Scratch();
  const [first, second, third] = nodes as readonly [NumericNode, NumericNode?, NumericNode?];
  const loop = fastLoops.get(name);
  if (loop)
    return {
      type: result,
      evaluate: (batch, from, to) => {
        const out = scratch.of(batch);
        const a = first.evaluate(batch, from, to);
        loop(a, second ? second.evaluate(batch, from, to) : a, out, from, to);
        return out;
      },
    };
  return {
    type: result,
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const a = first.evaluate(batch, from, to);
      const b = second?.evaluate(batch, from, to);
      const c = third?.evaluate(batch, from, to);
      if (!b) for (let i = from; i < to; i++) out[i] = one(a[i]!, undefined as never, 0, 0);
      else if (!c) for (let i = from; i < to; i++) out[i] = one(a[i]!, b[i]!, 0, 0);
      else for (let i = from; i < to; i++) out[i] = one(a[i]!, b[i]!, c[i]!, 0);
      return out;
    },
  };
}

/** A missing literal fits every kind. */
function resultOf(
  definition: NumericFunction,
  nodes: readonly NumericNode[],
): NumericNode["type"] | undefined {
  return definition.signatures.find(
    ([kinds]) =>
      (kinds.length === nodes.length || (definition.variadic && nodes.length === 1)) &&
      nodes.every((node, i) => node.type === kinds[i] || isMissingLiteral(node)),
  )?.[1];
}
