// A graph in the making: values with known types, literals and nodes that are written once however often they are asked
// for, and shapes that a run computes where the number of rows is left open.

import { type DType, numberArray, sizeOf, type TensorData } from "@verisim/tensor";
import { inferType, invalidNode, scaleDim } from "./infer.ts";
import {
  type Dim,
  type ElementType,
  elementCodes,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
  type ValueType,
} from "./model.ts";

/** Attributes as they are written in lowerings: a whole number, a list of them, or a word. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

/** The element type that holds a dtype. */
export const elementOf: Readonly<Record<DType, ElementType>> = { f32: "float", i32: "int32" };

/** Lists of whole numbers up to so many are shapes, axes or bounds, which types of results may follow from. */
const mostKnownInts = 64;

function bytesOf(element: ElementType, values: ArrayLike<number>): Uint8Array {
  if (element === "int64") return new Uint8Array(BigInt64Array.from(values as number[], BigInt).buffer);
  if (element === "double") return new Uint8Array(Float64Array.from(values).buffer);
  if (element === "bool") return Uint8Array.from(values);
  const array = element === "int32" ? Int32Array.from(values) : Float32Array.from(values);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function attributeOf(value: number | readonly number[] | string): OnnxAttribute {
  if (typeof value === "string") return { text: value };
  return typeof value === "number" ? { int: value } : { ints: value };
}

export class GraphBuilder {
  readonly inputs: OnnxValue[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly nodes: OnnxNode[] = [];
  readonly values: OnnxValue[] = [];
  readonly #known = new Map<string, OnnxValue>();
  readonly #names = new Set<string>();
  readonly #literals = new Map<string, readonly number[]>();
  /** The value whose only number is the number of rows of a run. */
  #rows: OnnxValue | undefined;

  /** True where a value has this name or it is kept for one. */
  isTaken(name: string): boolean {
    return this.#names.has(name);
  }

  /** Keeps a name for a value that is to come. */
  reserve(name: string): void {
    this.#names.add(name);
  }

  /** `name`, or where it is taken, the first of `name_1`, `name_2`, ... that is not. */
  #free(name: string): string {
    let free = name;
    for (let i = 1; this.#names.has(free); i++) free = `${name}_${i}`;
    this.#names.add(free);
    return free;
  }

  /** A graph input under a name that is reserved. */
  input(name: string, type: ValueType): OnnxValue {
    const value = { name, element: type.element, dims: type.dims };
    this.inputs.push(value);
    return value;
  }

  /** A graph output: `x` under a name that is reserved. */
  output(name: string, x: OnnxValue): OnnxValue {
    this.nodes.push({
      name,
      operator: "Identity",
      domain: "",
      inputs: [x.name],
      outputs: [name],
      attributes: {},
    });
    return { name, element: x.element, dims: x.dims };
  }

  /** Program state and literal arrays: numbers of the file under a name of their own. */
  weights(name: string, { shape, data }: TensorData): OnnxValue {
    const element = data instanceof Int32Array ? "int32" : "float";
    const value = { name: this.#free(name), element, dims: shape } as const;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.initializers.push({ ...value, data: bytes });
    return value;
  }

  /** Literal numbers; the same numbers are one initializer. */
  literal(element: ElementType, values: ArrayLike<number>, dims: readonly number[]): OnnxValue {
    const data = bytesOf(element, values);
    const key = `${element}[${dims.join()}]${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1")}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = { name: this.#free(`literal_${this.initializers.length}`), element, dims };
    this.initializers.push({ ...value, data });
    if ((element === "int64" || element === "int32") && values.length <= mostKnownInts)
      this.#literals.set(value.name, Array.from(values));
    this.#known.set(key, value);
    return value;
  }

  /** Literal texts, one axis; the same texts are one initializer. */
  texts(values: readonly string[]): OnnxValue {
    const key = `string${JSON.stringify(values)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.#free(`literal_${this.initializers.length}`);
    const value = { name, element: "string", dims: [values.length] } as const;
    this.initializers.push({ ...value, data: new Uint8Array(), texts: values });
    this.#known.set(key, value);
    return value;
  }

  /** One number. */
  scalar(element: ElementType, value: number): OnnxValue {
    return this.literal(element, [value], []);
  }

  /** A list of whole numbers: axes, shapes, paddings. */
  ints(values: readonly number[]): OnnxValue {
    return this.literal("int64", values, [values.length]);
  }

  /** The same number everywhere. */
  filled(element: ElementType, value: number, dims: readonly number[]): OnnxValue {
    const size = sizeOf(dims);
    if (size <= 1) return this.literal(element, numberArray("f32", size).fill(value), dims);
    return this.expand(this.scalar(element, value), dims);
  }

  /**
   * A node, or the one that is there already.
   * @param declared type of the result where it does not follow from the inputs' types
   */
  add(
    operator: string,
    inputs: readonly OnnxValue[],
    attributes: Attributes = {},
    declared?: ValueType,
  ): OnnxValue {
    const key = `${operator}(${inputs.map(({ name }) => name).join()})${JSON.stringify(attributes)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const written = Object.fromEntries(
      Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]),
    );
    const literal = (input: number): readonly number[] | undefined => this.#literals.get(inputs[input]!.name);
    const type = inferType({ operator, inputs, attributes: written, literal }) ?? declared;
    if (type === undefined) throw invalidNode(operator, "internal: the type of the result is not known");
    const value = this.#result(operator, type);
    this.nodes.push({
      name: value.name,
      operator,
      domain: "",
      inputs: inputs.map(({ name }) => name),
      outputs: [value.name],
      attributes: written,
    });
    // Two drawings of random numbers are two, however alike they are written.
    if (!operator.startsWith("Random")) this.#known.set(key, value);
    return value;
  }

  #result(operator: string, { element, dims }: ValueType): OnnxValue {
    const value = { name: this.#free(`${operator}_${this.nodes.length}`), element, dims };
    this.values.push(value);
    return value;
  }

  /** Says where the number of rows of a run can be read: a value with one whole number. */
  setRows(rows: OnnxValue): void {
    this.#rows ??= rows;
  }

  get hasRows(): boolean {
    return this.#rows !== undefined;
  }

  /** A shape as a value: literal, or put together by the run where an axis is open. */
  shape(dims: readonly Dim[]): OnnxValue {
    if (dims.every((dim) => typeof dim === "number")) return this.ints(dims);
    const rows = this.#rows;
    if (rows === undefined) throw invalidNode("Shape", "internal: nothing says how many rows there are");
    const parts = dims.map((dim) =>
      typeof dim === "number" ? this.ints([dim]) : this.#timesRows(rows, dim),
    );
    return this.concat(parts, 0);
  }

  #timesRows(rows: OnnxValue, dim: string): OnnxValue {
    const [, times, over] = /(?:\*(\d+)|\/(\d+))?$/.exec(dim) ?? [];
    if (times !== undefined) return this.add("Mul", [rows, this.ints([Number(times)])]);
    return over === undefined ? rows : this.add("Div", [rows, this.ints([Number(over)])]);
  }

  expand(x: OnnxValue, dims: readonly Dim[]): OnnxValue {
    if (sameDims(x.dims, dims)) return x;
    return this.add("Expand", [x, this.shape(dims)], {}, { element: x.element, dims });
  }

  cast(x: OnnxValue, element: ElementType): OnnxValue {
    return x.element === element ? x : this.add("Cast", [x], { to: elementCodes[element] });
  }

  /** Elements `start` to `end - 1` of one axis. */
  slice(x: OnnxValue, axis: number, start: number, end: number): OnnxValue {
    return this.add("Slice", [x, this.ints([start]), this.ints([end]), this.ints([axis])]);
  }

  /** An axis of length 1 at each of `axes`, counted in the result. */
  unsqueeze(x: OnnxValue, axes: readonly number[]): OnnxValue {
    return axes.length === 0 ? x : this.add("Unsqueeze", [x, this.ints(axes)]);
  }

  concat(parts: readonly OnnxValue[], axis: number): OnnxValue {
    return parts.length === 1 ? parts[0]! : this.add("Concat", parts, { axis });
  }

  /**
   * The same numbers under another shape; -1 stands for what is left over.
   * An open axis goes where the product of the lengths before it is the same.
   */
  reshape(x: OnnxValue, shape: readonly number[], traced: (dim: Dim) => number): OnnxValue {
    if (sameDims(x.dims, shape)) return x;
    const open = x.dims.findIndex((dim) => typeof dim === "string");
    if (open < 0) return this.add("Reshape", [x, this.ints(shape)]);
    const length = traced(x.dims[open]!);
    const before = sizeOf(x.dims.slice(0, open).map(traced));
    const axis = shape.findIndex(
      (candidate, i) =>
        candidate > 1 &&
        sizeOf(shape.slice(0, i)) === before &&
        (candidate % length === 0 || length % candidate === 0),
    );
    const rest = axis < 0 ? undefined : scaleDim(x.dims[open]!, shape[axis]!, length);
    if (rest === undefined)
      throw invalidNode(
        "Reshape",
        `Expected a shape that keeps the rows apart but received [${shape.join(", ")}]`,
      );
    const dims = shape.map((dim, i) => (i === axis ? rest : dim));
    if (sameDims(x.dims, dims)) return x;
    return this.add(
      "Reshape",
      [x, this.ints(shape.map((dim, i) => (i === axis ? -1 : dim)))],
      {},
      { element: x.element, dims },
    );
  }
}

export function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}
