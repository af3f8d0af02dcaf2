// The type that a node's result has, from the types of its inputs: one rule per operator that our exporter writes. The
// exporter gets the types of its intermediate values from here, and the checker holds a file against the same rules.

import { VerisimError } from "@verisim/core";
import { type Dim, type ElementType, elementCodes, type OnnxAttribute, type ValueType } from "./model.ts";

/** What a rule may look at. */
export interface NodeFacts {
  readonly operator: string;
  readonly inputs: readonly ValueType[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Whole numbers of an input that is literal. */
  readonly literal: (input: number) => readonly number[] | undefined;
}

/** The type of the result; undefined where it follows from values that only a run knows. */
type Rule = (facts: NodeFacts) => ValueType | undefined;

export function invalidNode(operator: string, message: string): VerisimError {
  return new VerisimError("VERISIM_ONNX_INVALID", `[${operator}] ${message}`, { where: { op: operator } });
}

const textOf = ({ element, dims }: ValueType): string => `${element}[${dims.join(", ")}]`;

/** `name*2` for a dim `name` doubled; factors of names that come from here are taken apart and put together. */
export function scaleDim(dim: Dim, numerator: number, denominator: number): Dim | undefined {
  if (typeof dim === "number")
    return Number.isInteger((dim * numerator) / denominator) ? (dim * numerator) / denominator : undefined;
  const [, name = "", times = "1", , over = "1"] = /^(.*?)(?:\*(\d+))?(\/(\d+))?$/.exec(dim) ?? [];
  const [up, down] = [Number(times) * numerator, Number(over) * denominator];
  const factor = up >= down ? up / down : down / up;
  if (!Number.isInteger(factor)) return undefined;
  return factor === 1 ? name : `${name}${up >= down ? "*" : "/"}${factor}`;
}

/** The shape that shapes broadcast to. */
export function broadcastDims(operator: string, shapes: readonly (readonly Dim[])[]): Dim[] {
  const rank = Math.max(0, ...shapes.map((dims) => dims.length));
  const result = new Array<Dim>(rank).fill(1);
  for (const dims of shapes)
    dims.forEach((dim, i) => {
      const axis = rank - dims.length + i;
      if (dim === 1 || dim === result[axis]) return;
      if (result[axis] !== 1)
        throw invalidNode(
          operator,
          `Expected shapes that broadcast but received ${shapes.map((s) => `[${s.join(", ")}]`).join(" and ")}`,
        );
      result[axis] = dim;
    });
  return result;
}

function expectElements(facts: NodeFacts, allowed: readonly ElementType[]): void {
  const [first] = facts.inputs;
  for (const input of facts.inputs)
    if (!allowed.includes(input.element) || input.element !== first?.element)
      throw invalidNode(
        facts.operator,
        `Expected inputs of one of ${allowed.join(", ")} but received ${facts.inputs.map(textOf).join(" and ")}`,
      );
}

export const numeric: readonly ElementType[] = ["float", "double", "int32", "int64"];

const same =
  (allowed: readonly ElementType[]): Rule =>
  (facts) => {
    expectElements(facts, allowed);
    return facts.inputs[0];
  };

const broadcasting =
  (allowed: readonly ElementType[], result?: ElementType): Rule =>
  (facts) => {
    expectElements(facts, allowed);
    const dims = broadcastDims(
      facts.operator,
      facts.inputs.map((input) => input.dims),
    );
    return { element: result ?? facts.inputs[0]!.element, dims };
  };

const toBool: Rule = ({ inputs }) => ({ element: "bool", dims: inputs[0]!.dims });

function intAttribute({ attributes, operator }: NodeFacts, name: string, otherwise?: number): number {
  const attribute = attributes[name];
  if (attribute !== undefined && "int" in attribute) return attribute.int;
  if (attribute === undefined && otherwise !== undefined) return otherwise;
  throw invalidNode(operator, `Expected a whole number for attribute ${name}`);
}

function axisOf(facts: NodeFacts, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= rank)
    throw invalidNode(facts.operator, `Expected an axis below ${rank} but received ${axis}`);
  return normal;
}

const cast: Rule = (facts) => {
  const code = intAttribute(facts, "to");
  const element = Object.entries(elementCodes).find(([, known]) => known === code)?.[0];
  if (element === undefined) throw invalidNode("Cast", `Expected a known element type but received ${code}`);
  return { element: element as ElementType, dims: facts.inputs[0]!.dims };
};

const where: Rule = ({ operator, inputs: [condition, a, b] }) => {
  if (condition!.element !== "bool" || a!.element !== b!.element)
    throw invalidNode(
      operator,
      `Expected bool and two of one type but received ${textOf(condition!)}, ${textOf(a!)}, ${textOf(b!)}`,
    );
  return { element: a!.element, dims: broadcastDims(operator, [condition!.dims, a!.dims, b!.dims]) };
};

/** Known lengths multiplied, and what is not known. */
function measure(dims: readonly Dim[]): { readonly known: number; readonly names: readonly string[] } {
  let known = 1;
  const names: string[] = [];
  for (const dim of dims)
    if (typeof dim === "number") known *= dim;
    else names.push(dim);
  return { known, names };
}

const reshape: Rule = (facts) => {
  const [x] = facts.inputs;
  const wanted = facts.literal(1);
  if (wanted === undefined) return undefined;
  const { known, names } = measure(x!.dims);
  const fixed = wanted.filter((dim) => dim !== -1).reduce((a, b) => a * b, 1);
  const rest =
    names.length === 0 ? known / fixed : names.length === 1 ? scaleDim(names[0]!, known, fixed) : undefined;
  const free = wanted.filter((dim) => dim === -1).length;
  if (
    free > 1 ||
    rest === undefined ||
    (typeof rest === "number" && !Number.isInteger(rest)) ||
    (free === 0 && rest !== 1)
  )
    throw invalidNode(
      "Reshape",
      `Expected as many elements as in ${textOf(x!)} but received shape [${wanted.join(", ")}]`,
    );
  return { element: x!.element, dims: wanted.map((dim) => (dim === -1 ? rest : dim)) };
};

const transpose: Rule = (facts) => {
  const [x] = facts.inputs;
  const order = facts.attributes.perm;
  const perm =
    order !== undefined && "ints" in order ? order.ints : x!.dims.map((_, i) => x!.dims.length - 1 - i);
  if (perm.length !== x!.dims.length || new Set(perm).size !== perm.length)
    throw invalidNode(
      "Transpose",
      `Expected an order of ${x!.dims.length} axes but received [${perm.join(", ")}]`,
    );
  return { element: x!.element, dims: perm.map((axis) => x!.dims[axisOf(facts, axis, x!.dims.length)]!) };
};

const expand: Rule = (facts) => {
  const wanted = facts.literal(1);
  const [x] = facts.inputs;
  return wanted === undefined
    ? undefined
    : { element: x!.element, dims: broadcastDims("Expand", [x!.dims, wanted]) };
};

/** Starts and ends as our exporter writes them: in range, one per axis of `axes`, steps of 1. */
const slice: Rule = (facts) => {
  const [x] = facts.inputs;
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) =>
    i < facts.inputs.length ? facts.literal(i) : undefined,
  );
  if (starts === undefined || ends === undefined || steps?.some((step) => step !== 1)) return undefined;
  const dims = [...x!.dims];
  starts.forEach((start, i) => {
    const axis = axisOf(facts, axes?.[i] ?? i, dims.length);
    const length = dims[axis]!;
    const end = ends[i]!;
    if (typeof length !== "number" || start < 0 || end < start || end > length)
      throw invalidNode("Slice", `Expected 0 <= start <= end <= ${length} but received ${start} and ${end}`);
    dims[axis] = end - start;
  });
  return { element: x!.element, dims };
};

const pad: Rule = (facts) => {
  const [x] = facts.inputs;
  const pads = facts.literal(1);
  if (pads === undefined) return undefined;
  const rank = x!.dims.length;
  if (pads.length !== 2 * rank)
    throw invalidNode("Pad", `Expected ${2 * rank} paddings but received ${pads.length}`);
  const dims = x!.dims.map((dim, axis) => {
    const added = pads[axis]! + pads[rank + axis]!;
    if (typeof dim === "number") return dim + added;
    if (added !== 0) throw invalidNode("Pad", `Expected an axis of known length but received ${dim}`);
    return dim;
  });
  return { element: x!.element, dims };
};

const concat: Rule = (facts) => {
  const [first] = facts.inputs;
  const rank = first!.dims.length;
  const axis = axisOf(facts, intAttribute(facts, "axis"), rank);
  let length = 0;
  for (const { element, dims } of facts.inputs) {
    const joined = dims[axis];
    const fits =
      element === first!.element &&
      dims.length === rank &&
      dims.every((dim, i) => i === axis || dim === first!.dims[i]);
    if (!fits || typeof joined !== "number")
      throw invalidNode(
        "Concat",
        `Expected shapes that differ along axis ${axis} only but received ${facts.inputs.map(textOf).join(" and ")}`,
      );
    length += joined;
  }
  return { element: first!.element, dims: first!.dims.map((dim, i) => (i === axis ? length : dim)) };
};

const reduce: Rule = (facts) => {
  const [x] = facts.inputs;
  expectElements({ ...facts, inputs: [x!] }, numeric);
  const axes = facts.inputs.length > 1 ? facts.literal(1) : x!.dims.map((_, axis) => axis);
  if (axes === undefined) return undefined;
  const reduced = new Set(axes.map((axis) => axisOf(facts, axis, x!.dims.length)));
  const keep = intAttribute(facts, "keepdims", 1) === 1;
  const dims = x!.dims.flatMap((dim, axis) => (reduced.has(axis) ? (keep ? [1] : []) : [dim]));
  return { element: x!.element, dims };
};

const argmax: Rule = (facts) => {
  const [x] = facts.inputs;
  const axis = axisOf(facts, intAttribute(facts, "axis", 0), x!.dims.length);
  const keep = intAttribute(facts, "keepdims", 1) === 1;
  return { element: "int64", dims: x!.dims.flatMap((dim, i) => (i === axis ? (keep ? [1] : []) : [dim])) };
};

const matmul: Rule = (facts) => {
  const [a, b] = facts.inputs;
  expectElements(facts, numeric);
  const [inner, other] = [a!.dims.at(-1), b!.dims.at(-2)];
  if (a!.dims.length < 2 || b!.dims.length < 2 || inner !== other)
    throw invalidNode(
      "MatMul",
      `Expected [.., m, k] and [.., k, n] but received ${textOf(a!)} and ${textOf(b!)}`,
    );
  const batch = broadcastDims("MatMul", [a!.dims.slice(0, -2), b!.dims.slice(0, -2)]);
  return { element: a!.element, dims: [...batch, a!.dims.at(-2)!, b!.dims.at(-1)!] };
};

const gather: Rule = (facts) => {
  const [x, indices] = facts.inputs;
  const axis = axisOf(facts, intAttribute(facts, "axis", 0), x!.dims.length);
  if (indices!.element !== "int32" && indices!.element !== "int64")
    throw invalidNode("Gather", `Expected whole numbers as indices but received ${textOf(indices!)}`);
  return {
    element: x!.element,
    dims: [...x!.dims.slice(0, axis), ...indices!.dims, ...x!.dims.slice(axis + 1)],
  };
};

const gatherElements: Rule = ({ operator, inputs: [x, indices] }) => {
  if (
    (indices!.element !== "int32" && indices!.element !== "int64") ||
    indices!.dims.length !== x!.dims.length
  )
    throw invalidNode(
      operator,
      `Expected whole numbers of as many axes but received ${textOf(indices!)} of ${textOf(x!)}`,
    );
  return { element: x!.element, dims: indices!.dims };
};

const scatterNd: Rule = ({ inputs: [data, indices, updates] }) => {
  const depth = indices!.dims.at(-1);
  const rest = typeof depth === "number" ? data!.dims.slice(depth) : [];
  const wanted = [...indices!.dims.slice(0, -1), ...rest];
  if (
    indices!.element !== "int64" ||
    updates!.element !== data!.element ||
    wanted.join() !== updates!.dims.join()
  )
    throw invalidNode(
      "ScatterND",
      `Expected updates of shape [${wanted.join(", ")}] but received ${textOf(updates!)} at ${textOf(indices!)}`,
    );
  return data;
};

const unsqueeze: Rule = (facts) => {
  const [x] = facts.inputs;
  const axes = facts.literal(1);
  if (axes === undefined) return undefined;
  const rank = x!.dims.length + axes.length;
  const added = new Set(axes.map((axis) => axisOf(facts, axis, rank)));
  const rest = [...x!.dims];
  return {
    element: x!.element,
    dims: Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!)),
  };
};

const shape: Rule = (facts) => {
  const rank = facts.inputs[0]!.dims.length;
  const bound = (name: string, otherwise: number): number => {
    const value = intAttribute(facts, name, otherwise);
    return Math.min(rank, Math.max(0, value < 0 ? value + rank : value));
  };
  return { element: "int64", dims: [Math.max(0, bound("end", rank) - bound("start", 0))] };
};

const drawn: Rule = ({ attributes: { shape: dims } }) =>
  dims !== undefined && "ints" in dims ? { element: "float", dims: dims.ints } : undefined;

const named = (names: string, rule: Rule): [string, Rule][] => names.split(" ").map((name) => [name, rule]);
const floats: readonly ElementType[] = ["float", "double"];
const elements = Object.keys(elementCodes) as ElementType[];

/** Rules by operator; others are taken at the file's word. */
const rules: ReadonlyMap<string, Rule> = new Map([
  ...named(
    "Acos Acosh Asin Asinh Atan Atanh Ceil Celu Cos Cosh Elu Erf Exp Floor Gelu HardSigmoid HardSwish",
    same(floats),
  ),
  ...named(
    "LeakyRelu Log Mish Reciprocal Round Selu Sigmoid Sin Sinh Softmax Softplus Softsign Sqrt Tan Tanh",
    same(floats),
  ),
  ...named("RandomNormalLike RandomUniformLike LogSoftmax", same(floats)),
  ...named("Abs Neg Sign Relu", same(numeric)),
  ...named("Identity", same(elements)),
  ...named("Add Sub Mul Div Max Min Mean Sum Mod", broadcasting(numeric)),
  ...named("Pow", broadcasting(floats)),
  ...named("Less LessOrEqual Greater GreaterOrEqual", broadcasting(numeric, "bool")),
  ...named("Equal", broadcasting([...numeric, "bool"], "bool")),
  ...named("And Or Xor", broadcasting(["bool"])),
  ...named("StringConcat", broadcasting(["string"])),
  ...named("Not", same(["bool"])),
  ...named("IsNaN IsInf", toBool),
  ...named("RandomNormal RandomUniform", drawn),
  ...named("ReduceSum ReduceMax ReduceMin ReduceMean ReduceProd", reduce),
  ["CumSum", ({ inputs }): ValueType | undefined => inputs[0]],
  ["Cast", cast],
  ["Where", where],
  ["Reshape", reshape],
  ["Transpose", transpose],
  ["Expand", expand],
  ["Slice", slice],
  ["Pad", pad],
  ["Concat", concat],
  ["ArgMax", argmax],
  ["MatMul", matmul],
  ["Gather", gather],
  ["GatherElements", gatherElements],
  ["ScatterND", scatterNd],
  ["Unsqueeze", unsqueeze],
  ["Shape", shape],
]);

/**
 * The type of a node's only result; undefined where no rule can tell.
 * @throws VerisimError `VERISIM_ONNX_INVALID` where the inputs do not fit the operator
 */
export function inferType(facts: NodeFacts): ValueType | undefined {
  return rules.get(facts.operator)?.(facts);
}
