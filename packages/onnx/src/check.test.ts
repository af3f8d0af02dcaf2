import { traceProgram } from "@verisim/tensor";
import { sampler, toyLayout, toySizes } from "@verisim/tensor/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOnnx } from "./check.ts";
import { exportOnnx } from "./export.ts";
import { encodeModel, type OnnxModel, type OnnxNode } from "./model.ts";
import { Message } from "./protobuf.ts";

const node = (operator: string, inputs: string[], outputs: string[]): OnnxNode => ({
  name: outputs[0]!,
  operator,
  domain: "",
  inputs,
  outputs,
  attributes: {},
});

/** y = relu(x) + w */
const sound: OnnxModel = {
  irVersion: 10,
  opsets: { "": 21 },
  producer: "verisim",
  producerVersion: "",
  name: "g",
  inputs: [{ name: "x", element: "float", dims: ["rows", 2] }],
  outputs: [{ name: "y", element: "float", dims: ["rows", 2] }],
  values: [{ name: "r", element: "float", dims: ["rows", 2] }],
  initializers: [{ name: "w", element: "float", dims: [2], data: new Uint8Array(8) }],
  nodes: [node("Relu", ["x"], ["r"]), node("Add", ["r", "w"], ["y"])],
};

const faults: readonly (readonly [string, Partial<OnnxModel>, RegExp])[] = [
  ["another operator set", { opsets: { "": 22 } }, /operator set 21 .* 22/],
  ["a newer file version", { irVersion: 11 }, /version 10 .* 11/],
  ["operators of others", { opsets: { "": 21, "com.example": 1 } }, /com\.example/],
  ["an operator that is none", { nodes: [node("Blend", ["x"], ["y"])] }, /Blend is none/],
  ["too many inputs", { nodes: [node("Relu", ["x", "w"], ["y"])] }, /1 to 1 inputs but received 2/],
  ["too few inputs", { nodes: [node("Add", ["x"], ["y"])] }, /2 to 2 inputs but received 1/],
  ["too many outputs", { nodes: [node("Relu", ["x"], ["y", "z"])] }, /1 to 1 outputs but received 2/],
  ["a value used before it is made", { nodes: [...sound.nodes].reverse() }, /r to be defined before/],
  ["a value made twice", { nodes: [...sound.nodes, node("Relu", ["x"], ["r"])] }, /r to be defined once/],
  ["an output that nobody makes", { nodes: sound.nodes.slice(0, 1) }, /yields output y/],
  [
    "shapes that do not broadcast",
    { inputs: [{ name: "x", element: "float", dims: ["rows", 3] }], values: [] },
    /broadcast/,
  ],
  [
    "types that differ",
    { inputs: [{ name: "x", element: "int32", dims: ["rows", 2] }], values: [] },
    /Expected inputs of one of/,
  ],
  [
    "a wrong output type",
    { outputs: [{ name: "y", element: "float", dims: [2] }] },
    /the file states float\[2\]/,
  ],
  ["a wrong type between", { values: [{ name: "r", element: "float", dims: [2] }] }, /for r/],
  [
    "weights of another size",
    { initializers: [{ name: "w", element: "float", dims: [3], data: new Uint8Array(8) }] },
    /12 bytes for w/,
  ],
  ["no name", { name: "" }, /have a name/],
];

describe("checkOnnx", () => {
  it("takes a sound file and gives back the model", () => {
    expect(checkOnnx(encodeModel(sound))).toEqual(sound);
  });

  it.each(faults)("refuses %s", (_, change, message) => {
    const bytes = encodeModel({ ...sound, ...change });
    expect(() => checkOnnx(bytes)).toThrow(
      expect.objectContaining({ code: "VERISIM_ONNX_INVALID", message: expect.stringMatching(message) }),
    );
  });

  it("refuses weights in another file", () => {
    // data_location (field 14 of a tensor) = 1 is EXTERNAL
    const tensor = new Message().int(1, 2).int(2, 1).text(8, "w").int(14, 1);
    const opset = new Message().text(1, "").int(2, 21);
    const graph = new Message().text(2, "g").message(5, tensor);
    const bytes = new Message().int(1, 10).message(7, graph).message(8, opset).finish();
    expect(() => checkOnnx(bytes)).toThrow(/w inside the file/);
  });

  it("takes or refuses a file with changed bytes, and does nothing else", () => {
    const spec = sampler({ ...toySizes, layout: toyLayout, rows: 101 });
    const bytes = exportOnnx(traceProgram(spec)[0]!, { state: spec.state, rows: 101 });
    checkOnnx(bytes);
    const change = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = bytes.slice();
        for (const { at, byte } of changes) changed[at] = byte;
        try {
          checkOnnx(changed);
        } catch (error) {
          expect(error).toMatchObject({ code: "VERISIM_ONNX_INVALID" });
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
