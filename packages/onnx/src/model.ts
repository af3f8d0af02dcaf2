// An ONNX model as plain objects, and those objects to bytes and back. Only what an inference graph of tensors needs:
// no subgraphs, sequences or functions; the reader keeps the name of what it does not know, so that the checker can refuse it.

import { VerisimError } from "@verisim/core";
import { type Field, floatsOf, intsOf, Message, readFields, textOf } from "./protobuf.ts";

/** Element types by ONNX's own numbers (TensorProto.DataType). */
export const elementCodes = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  double: 11,
} as const;

export type ElementType = keyof typeof elementCodes;

/** A length that is known, or the name of one that is not, as in `rows` or `rows*3`. */
export type Dim = number | string;

/** Type of a value. */
export interface ValueType {
  readonly element: ElementType;
  readonly dims: readonly Dim[];
}

/** A named value: an input, an output, or one in between. */
export interface OnnxValue extends ValueType {
  readonly name: string;
}

/** Literal numbers, little-endian bytes, or literal texts. */
export interface OnnxTensor {
  readonly name: string;
  readonly element: ElementType;
  readonly dims: readonly number[];
  /** Empty for texts. */
  readonly data: Uint8Array;
  /** Of element `string` alone. */
  readonly texts?: readonly string[];
  /** True where the numbers lie in another file. */
  readonly external?: boolean;
}

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: OnnxTensor }
  /** Read, not understood: ONNX's number of the attribute's type. */
  | { readonly unknown: number };

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Versions of operator sets by domain; "" is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly producerVersion: string;
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly values: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
  /** What the file says beside the graph (metadata_props); absent where it says nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
}

const attributeTypes = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7 } as const;

function tensorMessage({ name, element, dims, data, texts }: OnnxTensor): Message {
  const message = new Message();
  for (const length of dims) message.int(1, length);
  message.int(2, elementCodes[element]);
  if (element !== "string") return message.text(8, name).bytes(9, data);
  for (const text of texts ?? []) message.text(6, text);
  return message.text(8, name);
}

function attributeMessage(name: string, attribute: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if ("int" in attribute) message.int(3, attribute.int).int(20, attributeTypes.int);
  else if ("float" in attribute) message.float(2, attribute.float).int(20, attributeTypes.float);
  else if ("text" in attribute) message.text(4, attribute.text).int(20, attributeTypes.text);
  else if ("tensor" in attribute)
    message.message(5, tensorMessage(attribute.tensor)).int(20, attributeTypes.tensor);
  else if ("ints" in attribute) {
    for (const value of attribute.ints) message.int(8, value);
    message.int(20, attributeTypes.ints);
  } else if ("floats" in attribute) {
    for (const value of attribute.floats) message.float(7, value);
    message.int(20, attributeTypes.floats);
  } else
    throw new VerisimError(
      "VERISIM_ONNX_INVALID",
      `internal: attribute ${name} has a type that is not written`,
    );
  return message;
}

function nodeMessage({ name, operator, domain, inputs, outputs, attributes }: OnnxNode): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, name).text(4, operator);
  for (const [key, attribute] of Object.entries(attributes))
    message.message(5, attributeMessage(key, attribute));
  return domain === "" ? message : message.text(7, domain);
}

function valueMessage({ name, element, dims }: OnnxValue): Message {
  const shape = new Message();
  for (const dim of dims)
    shape.message(1, typeof dim === "number" ? new Message().int(1, dim) : new Message().text(2, dim));
  const tensorType = new Message().int(1, elementCodes[element]).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensorType));
}

/** Bytes of the largest file: readers of protocol buffers take no more. */
export const largestFile: number = 2 ** 31 - 1;

/**
 * The bytes of a model.
 * @throws VerisimError `VERISIM_ONNX_SIZE` above 2 GiB, the limit of the format
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const graph = new Message();
  for (const node of model.nodes) graph.message(1, nodeMessage(node));
  graph.text(2, model.name);
  for (const tensor of model.initializers) graph.message(5, tensorMessage(tensor));
  for (const value of model.inputs) graph.message(11, valueMessage(value));
  for (const value of model.outputs) graph.message(12, valueMessage(value));
  for (const value of model.values) graph.message(13, valueMessage(value));
  const message = new Message()
    .int(1, model.irVersion)
    .text(2, model.producer)
    .text(3, model.producerVersion)
    .message(7, graph);
  for (const [domain, version] of Object.entries(model.opsets))
    message.message(8, new Message().text(1, domain).int(2, version));
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    message.message(14, new Message().text(1, key).text(2, value));
  if (message.size > largestFile)
    throw new VerisimError(
      "VERISIM_ONNX_SIZE",
      `Expected at most ${largestFile} bytes but received ${message.size}`,
      {
        where: { op: model.name },
        hint: "One ONNX file without external data ends at 2 GiB: export a smaller model.",
      },
    );
  return message.finish();
}

/** Fields of a message by number, for reading. */
class Fields {
  readonly all: readonly Field[];
  constructor(bytes: Uint8Array) {
    this.all = readFields(bytes);
  }
  each(field: number): Uint8Array[] {
    return this.all.filter((candidate) => candidate.field === field).map(({ bytes }) => bytes);
  }
  texts(field: number): string[] {
    return this.each(field).map(textOf);
  }
  text(field: number): string {
    return this.texts(field).at(-1) ?? "";
  }
  number(field: number): number {
    return this.all.findLast((candidate) => candidate.field === field)?.number ?? 0;
  }
  message(field: number): Fields {
    return new Fields(this.each(field).at(-1) ?? new Uint8Array());
  }
}

const elementNames = new Map<number, ElementType>(
  Object.entries(elementCodes).map(([name, code]) => [code, name as ElementType]),
);

function elementOf(code: number, name: string): ElementType {
  const element = elementNames.get(code);
  if (element === undefined)
    throw new VerisimError(
      "VERISIM_ONNX_INVALID",
      `Expected element type ${[...elementNames.keys()].join(", ")} for ${name} but received ${code}`,
      { where: { tensor: name } },
    );
  return element;
}

/** Numbers of a tensor as little-endian bytes, from wherever the file keeps them. */
function tensorBytes(fields: Fields, element: ElementType): Uint8Array {
  const raw = fields.each(9).at(-1);
  if (raw !== undefined) return raw;
  if (element === "float") return new Uint8Array(Float32Array.from(floatsOf(fields.all, 4)).buffer);
  if (element === "int64") return new Uint8Array(BigInt64Array.from(intsOf(fields.all, 7), BigInt).buffer);
  const small = intsOf(fields.all, 5);
  return element === "int32" ? new Uint8Array(Int32Array.from(small).buffer) : Uint8Array.from(small);
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const fields = new Fields(bytes);
  const name = fields.text(8);
  const element = elementOf(fields.number(2), name);
  const external = fields.number(14) === 1 || fields.each(13).length > 0;
  const dims = intsOf(fields.all, 1);
  if (element === "string")
    return {
      name,
      element,
      dims,
      data: new Uint8Array(),
      texts: fields.texts(6),
      ...(external ? { external } : {}),
    };
  return { name, element, dims, data: tensorBytes(fields, element), ...(external ? { external } : {}) };
}

function readAttribute(fields: Fields): OnnxAttribute {
  const type = fields.number(20);
  if (type === attributeTypes.int) return { int: fields.number(3) };
  if (type === attributeTypes.float) return { float: fields.number(2) };
  if (type === attributeTypes.text) return { text: fields.text(4) };
  if (type === attributeTypes.ints) return { ints: intsOf(fields.all, 8) };
  if (type === attributeTypes.floats) return { floats: floatsOf(fields.all, 7) };
  const tensor = fields.each(5).at(-1);
  if (type === attributeTypes.tensor && tensor !== undefined) return { tensor: readTensor(tensor) };
  return { unknown: type };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const fields = new Fields(bytes);
  const attributes = fields.each(5).map((attribute) => new Fields(attribute));
  return {
    name: fields.text(3),
    operator: fields.text(4),
    domain: fields.text(7),
    inputs: fields.texts(1),
    outputs: fields.texts(2),
    attributes: Object.fromEntries(
      attributes.map((attribute) => [attribute.text(1), readAttribute(attribute)]),
    ),
  };
}

function readValue(bytes: Uint8Array): OnnxValue {
  const fields = new Fields(bytes);
  const name = fields.text(1);
  const tensorType = fields.message(2).message(1);
  const dims = tensorType
    .message(2)
    .each(1)
    .map((dim): Dim => {
      const length = new Fields(dim);
      return length.each(2).length > 0 ? length.text(2) : length.number(1);
    });
  return { name, element: elementOf(tensorType.number(1), name), dims };
}

/**
 * A model from its bytes.
 * @throws VerisimError `VERISIM_ONNX_INVALID` where the bytes are no model of tensors
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const fields = new Fields(bytes);
  const graph = fields.message(7);
  const opsets = fields.each(8).map((opset) => new Fields(opset));
  const properties = fields.each(14).map((property) => new Fields(property));
  return {
    irVersion: fields.number(1),
    opsets: Object.fromEntries(opsets.map((opset) => [opset.text(1), opset.number(2)])),
    producer: fields.text(2),
    producerVersion: fields.text(3),
    name: graph.text(2),
    inputs: graph.each(11).map(readValue),
    outputs: graph.each(12).map(readValue),
    values: graph.each(13).map(readValue),
    initializers: graph.each(5).map(readTensor),
    nodes: graph.each(1).map(readNode),
    ...(properties.length > 0
      ? { metadata: Object.fromEntries(properties.map((entry) => [entry.text(1), entry.text(2)])) }
      : {}),
  };
}
