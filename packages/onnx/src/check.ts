// Is this file a model that any ONNX runtime of its version takes? Everything that can be told without running it:
// versions, known operators with the right number of inputs, definitions before uses, types that follow from one another.

import { VerisimError } from "@verisim/core";
import { sizeOf } from "@verisim/tensor";
import { inferType, invalidNode } from "./infer.ts";
import {
  decodeModel,
  type ElementType,
  elementCodes,
  largestFile,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type ValueType,
} from "./model.ts";
import { irVersion, operators, opsetVersion } from "./operators.ts";

const elementBytes: Partial<Record<ElementType, number>> = {
  float: 4,
  uint8: 1,
  int8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  double: 8,
};

/** Limits of a file that is taken as sound. */
const most = { bytes: largestFile, nodes: 1_000_000, rank: 16 };

function refuse(message: string, name?: string): VerisimError {
  return new VerisimError(
    "VERISIM_ONNX_INVALID",
    message,
    name === undefined ? {} : { where: { tensor: name } },
  );
}

/**
 * Checks the structure of an ONNX file: operator set 21, every operator known and with as many inputs and outputs as it
 * takes, every value defined once and before its use, element types and shapes that fit, literals of the right size and
 * inside the file.
 * @returns the model as read
 * @throws VerisimError `VERISIM_ONNX_INVALID` with the first thing that is wrong
 */
export function checkOnnx(bytes: Uint8Array): OnnxModel {
  if (bytes.length > most.bytes)
    throw refuse(`Expected at most ${most.bytes} bytes but received ${bytes.length}`);
  const model = decodeModel(bytes);
  checkVersions(model);
  const known = new Map<string, ValueType>();
  const literals = new Map<string, readonly number[]>();
  const define = (name: string, type: ValueType): void => {
    if (name === "") throw refuse("Expected a name for every value but received an empty one");
    if (known.has(name)) throw refuse(`Expected ${name} to be defined once but it is defined twice`, name);
    if (type.dims.length > most.rank)
      throw refuse(`Expected at most ${most.rank} axes but received ${type.dims.length}`, name);
    known.set(name, type);
  };
  for (const tensor of model.initializers) {
    checkTensor(tensor);
    define(tensor.name, tensor);
    literals.set(tensor.name, wholeNumbers(tensor));
  }
  for (const input of model.inputs) define(input.name, input);
  const declared = new Map([...model.values, ...model.outputs].map((value) => [value.name, value]));
  for (const node of model.nodes) checkNode(node, known, literals, declared, define);
  for (const output of model.outputs) {
    const type = known.get(output.name);
    if (type === undefined)
      throw refuse(`Expected a node that yields output ${output.name} but there is none`, output.name);
    expectType(output.name, output, type);
  }
  return model;
}

function checkVersions(model: OnnxModel): void {
  const version = model.opsets[""];
  if (version !== opsetVersion)
    throw refuse(`Expected operator set ${opsetVersion} but received ${version ?? "none"}`);
  if (model.irVersion > irVersion)
    throw refuse(`Expected file version ${irVersion} at most but received ${model.irVersion}`);
  if (model.name === "") throw refuse("Expected the graph to have a name but it has none");
  if (model.nodes.length > most.nodes)
    throw refuse(`Expected at most ${most.nodes} nodes but received ${model.nodes.length}`);
  const foreign = Object.keys(model.opsets).find((domain) => domain !== "");
  if (foreign !== undefined)
    throw refuse(`Expected ONNX's own operators only but received those of ${foreign}`);
}

function checkTensor({ name, element, dims, data, texts, external }: OnnxTensor): void {
  if (external) throw refuse(`Expected the numbers of ${name} inside the file but they are in another`, name);
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0))
    throw refuse(`Expected lengths from 0 on for ${name} but received [${dims.join(", ")}]`, name);
  if (element === "string") {
    if (texts?.length === sizeOf(dims)) return;
    throw refuse(`Expected ${sizeOf(dims)} texts for ${name} but received ${texts?.length ?? 0}`, name);
  }
  const bytes = sizeOf(dims) * (elementBytes[element] ?? Number.NaN);
  if (data.length !== bytes)
    throw refuse(`Expected ${bytes} bytes for ${name} but received ${data.length}`, name);
}

/** Numbers of a literal that may be a shape or a list of axes; others are of no interest to the rules. */
function wholeNumbers({ element, dims, data }: OnnxTensor): readonly number[] {
  if (element !== "int64" || dims.length > 1) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

function checkNode(
  node: OnnxNode,
  known: ReadonlyMap<string, ValueType>,
  literals: ReadonlyMap<string, readonly number[]>,
  declared: ReadonlyMap<string, ValueType>,
  define: (name: string, type: ValueType) => void,
): void {
  const { operator, inputs, outputs, attributes } = node;
  const arity = operators.get(operator);
  if (arity === undefined || node.domain !== "")
    throw invalidNode(
      operator,
      `Expected an operator of set ${opsetVersion} but ${node.domain}${operator} is none`,
    );
  const [least, mostInputs] = arity.inputs;
  if (inputs.length < least || inputs.length > mostInputs)
    throw invalidNode(operator, `Expected ${least} to ${mostInputs} inputs but received ${inputs.length}`);
  if (outputs.length < arity.outputs[0] || outputs.length > arity.outputs[1])
    throw invalidNode(
      operator,
      `Expected ${arity.outputs[0]} to ${arity.outputs[1]} outputs but received ${outputs.length}`,
    );
  for (const [name, attribute] of Object.entries(attributes))
    if ("unknown" in attribute)
      throw invalidNode(operator, `Expected attribute ${name} to be a number, text or list`);
  const types = inputs.map((name) => known.get(name));
  const missing = inputs.find((name, i) => name !== "" && types[i] === undefined);
  if (missing !== undefined)
    throw invalidNode(operator, `Expected ${missing} to be defined before it is used`);
  const complete = types.every((type): type is ValueType => type !== undefined);
  const literal = (input: number): readonly number[] | undefined => literals.get(inputs[input]!);
  const inferred = complete ? inferType({ operator, inputs: types, attributes, literal }) : undefined;
  outputs.forEach((name, i) => {
    const stated = declared.get(name);
    const type = (i === 0 ? inferred : undefined) ?? stated;
    if (type === undefined) throw invalidNode(operator, `Expected the file to state the type of ${name}`);
    if (stated !== undefined) expectType(name, stated, type);
    define(name, type);
  });
}

function expectType(name: string, stated: ValueType, found: ValueType): void {
  const fits =
    elementCodes[stated.element] === elementCodes[found.element] &&
    stated.dims.length === found.dims.length &&
    stated.dims.every((dim, axis) => dim === found.dims[axis]);
  if (!fits)
    throw refuse(
      `Expected ${found.element}[${found.dims.join(", ")}] for ${name} but the file states ${stated.element}[${stated.dims.join(", ")}]`,
      name,
    );
}
