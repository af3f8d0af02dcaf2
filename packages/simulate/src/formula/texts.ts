// Formulas over texts: choices, comparisons, joins. Cells are codes into a dictionary, so that what is done to a text is
// done once for each different one.

import { DatePattern, VerisimError } from "@verisim/core";
import {
  BatchDictionary,
  byTextNode,
  CodeScratch,
  commonText,
  type FormulaNode,
  type NumericNode,
  Scratch,
  type TextNode,
  Translation,
} from "./nodes.ts";

export const textFunctionNames: readonly string[] = ["text", "lower", "upper", "length", "slice", "replace"];

const fault = (message: string): VerisimError => new VerisimError("VERISIM_SIMULATION_FORMULA", message);

/** Equality (or, with `unequal`, its opposite) of texts; false where one is missing. */
export function textEquals(a: FormulaNode, b: FormulaNode, unequal: boolean): NumericNode {
  const left = a as TextNode;
  const right = b as TextNode;
  if (left.constant !== undefined && right.constant === undefined) return textEquals(right, left, unequal);
  const scratch = new Scratch();
  if (right.constant !== undefined) {
    const wanted = right.constant;
    const holdsFor = (text: string | null): number =>
      text !== null && (text === wanted) !== unequal ? 1 : 0;
    if (left.slot !== undefined) return byTextNode("boolean", { slot: left.slot, value: holdsFor });
    const known = new Translation();
    return {
      type: "boolean",
      evaluate: (batch, from, to) => {
        const out = scratch.of(batch);
        const { codes, dictionary } = left.evaluate(batch, from, to);
        const holds = known.of(dictionary, holdsFor);
        for (let i = from; i < to; i++) out[i] = codes[i]! < 0 ? 0 : holds[codes[i]!]!;
        return out;
      },
    };
  }
  return {
    type: "boolean",
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const one = left.evaluate(batch, from, to);
      const other = right.evaluate(batch, from, to);
      for (let i = from; i < to; i++) {
        const p = one.codes[i]!;
        const q = other.codes[i]!;
        out[i] = p >= 0 && q >= 0 && (one.dictionary[p] === other.dictionary[q]) !== unequal ? 1 : 0;
      }
      return out;
    },
  };
}

/** Two texts in one dictionary: known beforehand where both are. */
function united(
  a: TextNode,
  b: TextNode,
): {
  readonly dictionary: readonly string[] | undefined;
  readonly begin: (batch: Parameters<TextNode["evaluate"]>[0]) => {
    texts: readonly string[];
    code: (text: string) => number;
  };
} {
  if (a.dictionary && b.dictionary) {
    const texts = [...new Set([...a.dictionary, ...b.dictionary])];
    const codes = new Map(texts.map((text, code) => [text, code]));
    const target = { texts, code: (text: string) => codes.get(text)! };
    return { dictionary: texts, begin: () => target };
  }
  const dictionaries = new BatchDictionary();
  return {
    dictionary: undefined,
    begin: (batch) => {
      const dictionary = dictionaries.of(batch);
      return { texts: dictionary.texts, code: (text) => dictionary.code(text) };
    },
  };
}

/** `a` where the condition holds, else `b`; both of one kind. */
export function choose(condition: NumericNode, a: FormulaNode, b: FormulaNode): FormulaNode {
  if (a.type !== "text" || b.type !== "text")
    return chooseNumber(condition, a as NumericNode, b as NumericNode);
  const target = united(a, b);
  const scratch = new CodeScratch();
  const [left, right] = [new BatchTranslation(), new BatchTranslation()];
  return {
    type: "text",
    ...(target.dictionary ? { dictionary: target.dictionary } : {}),
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const { texts, code } = target.begin(batch);
      const holds = condition.evaluate(batch, from, to);
      const one = a.evaluate(batch, from, to);
      const other = b.evaluate(batch, from, to);
      for (let i = from; i < to; i++) {
        const yes = holds[i] === 1;
        const from_ = yes ? one : other;
        const at = from_.codes[i]!;
        out[i] = at < 0 ? -1 : (yes ? left : right).code(texts, from_.dictionary, at, code);
      }
      return { codes: out, dictionary: texts };
    },
  };
}

/** Codes of one dictionary in another, each looked up when it is first met. */
class BatchTranslation {
  #target: readonly string[] = [];
  #source: readonly string[] = [];
  #codes: number[] = [];

  code(
    target: readonly string[],
    source: readonly string[],
    at: number,
    code: (text: string) => number,
  ): number {
    if (target !== this.#target || source !== this.#source) {
      this.#target = target;
      this.#source = source;
      this.#codes = [];
    }
    let found = this.#codes[at];
    if (found === undefined) {
      found = code(source[at]!);
      this.#codes[at] = found;
    }
    return found;
  }
}

function chooseNumber(condition: NumericNode, a: NumericNode, b: NumericNode): NumericNode {
  const common = commonText([condition, a, b]);
  if (common) {
    const [holds, yes, no] = common.values;
    const value = (text: string | null): number => (holds!(text) === 1 ? yes!(text) : no!(text));
    return byTextNode(a.type, { slot: common.slot, value });
  }
  const scratch = new Scratch();
  return {
    type: a.type,
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const holds = condition.evaluate(batch, from, to);
      const one = a.evaluate(batch, from, to);
      const other = b.evaluate(batch, from, to);
      for (let i = from; i < to; i++) out[i] = holds[i] === 1 ? one[i]! : other[i]!;
      return out;
    },
  };
}

/** `a`, or `b` where that is missing. */
export function coalesce(a: FormulaNode, b: FormulaNode): FormulaNode {
  const scratch = new Scratch();
  const present: NumericNode = {
    type: "boolean",
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      if (a.type === "text") {
        const { codes } = a.evaluate(batch, from, to);
        for (let i = from; i < to; i++) out[i] = codes[i]! < 0 ? 0 : 1;
      } else {
        const values = a.evaluate(batch, from, to);
        for (let i = from; i < to; i++) out[i] = Number.isNaN(values[i]) ? 0 : 1;
      }
      return out;
    },
  };
  return choose(present, a, b);
}

/** How a cell of another kind is written. */
function writer(node: NumericNode): (value: number) => string {
  switch (node.type) {
    case "boolean":
      return (value) => (value === 1 ? "true" : "false");
    case "datetime": {
      const pattern = new DatePattern("%Y-%m-%d %H:%M:%S");
      return (value) => pattern.format(value);
    }
    default:
      return String;
  }
}

/** Cells as texts, or null where they are missing. */
function textReader(
  node: FormulaNode,
): (batch: Parameters<TextNode["evaluate"]>[0], from: number, to: number) => (i: number) => string | null {
  if (node.type === "text")
    return (batch, from, to) => {
      const { codes, dictionary } = node.evaluate(batch, from, to);
      return (i) => (codes[i]! < 0 ? null : dictionary[codes[i]!]!);
    };
  const write = writer(node);
  return (batch, from, to) => {
    const values = node.evaluate(batch, from, to);
    return (i) => (Number.isNaN(values[i]) ? null : write(values[i]!));
  };
}

/** A text made of others, row by row; missing where one of them is. */
function made(nodes: readonly FormulaNode[], make: (...texts: string[]) => string): TextNode {
  const readers = nodes.map(textReader);
  const scratch = new CodeScratch();
  const dictionaries = new BatchDictionary();
  return {
    type: "text",
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const dictionary = dictionaries.of(batch);
      const cells = readers.map((read) => read(batch, from, to));
      for (let i = from; i < to; i++) {
        const texts = cells.map((cell) => cell(i));
        out[i] = texts.includes(null) ? -1 : dictionary.code(make(...(texts as string[])));
      }
      return { codes: out, dictionary: dictionary.texts };
    },
  };
}

/** A call of a text function, or `+` of texts. @throws VerisimError `VERISIM_SIMULATION_FORMULA` */
export function textFunction(name: string, nodes: readonly FormulaNode[]): FormulaNode {
  const expect = (counts: readonly number[], usage: string): void => {
    if (!counts.includes(nodes.length))
      throw fault(`Expected ${usage} but received ${nodes.length} argument${nodes.length === 1 ? "" : "s"}.`);
  };
  switch (name) {
    case "+":
      return made(nodes, (a, b) => a + b);
    case "text":
      expect([1, 2], "text(value) or text(number, digits)");
      if (nodes.length === 1) return nodes[0]!.type === "text" ? nodes[0]! : made(nodes, (a) => a);
      return made(nodes, (a, digits) => a.padStart(Math.min(100, Number(digits)), "0"));
    case "lower":
      expect([1], "lower(text)");
      return made(nodes, (a) => a.toLowerCase());
    case "upper":
      expect([1], "upper(text)");
      return made(nodes, (a) => a.toUpperCase());
    case "replace":
      expect([3], "replace(text, part, by)");
      return made(nodes, (a, part, by) => a.replaceAll(part, () => by));
    case "slice":
      expect([2, 3], "slice(text, from) or slice(text, from, to)");
      return made(nodes, (a, from, to) => a.slice(Number(from), to === undefined ? undefined : Number(to)));
    default: {
      expect([1], "length(text)");
      const read = textReader(nodes[0]!);
      const scratch = new Scratch();
      return {
        type: "number",
        evaluate: (batch, from, to) => {
          const out = scratch.of(batch);
          const cell = read(batch, from, to);
          for (let i = from; i < to; i++) out[i] = cell(i)?.length ?? Number.NaN;
          return out;
        },
      };
    }
  }
}
