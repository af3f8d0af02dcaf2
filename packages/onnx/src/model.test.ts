import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeModel, encodeModel, type OnnxModel } from "./model.ts";
import { Message, readFields } from "./protobuf.ts";

const model: OnnxModel = {
  irVersion: 10,
  opsets: { "": 21 },
  producer: "verisim",
  producerVersion: "1.2",
  name: "größe",
  inputs: [{ name: "x", element: "float", dims: ["rows", 3] }],
  outputs: [{ name: "y", element: "int64", dims: [] }],
  values: [{ name: "between", element: "bool", dims: [0, 2] }],
  initializers: [
    { name: "w", element: "float", dims: [2], data: Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192) },
  ],
  nodes: [
    {
      name: "n",
      operator: "Op",
      domain: "",
      inputs: ["x", "", "w"],
      outputs: ["y"],
      attributes: {
        axis: { int: -1 },
        large: { int: 2 ** 52 + 1 },
        alpha: { float: 0.5 },
        mode: { text: "linear" },
        perm: { ints: [1, 0, -3] },
        scales: { floats: [1, 0.25] },
        value: { tensor: { name: "t", element: "int32", dims: [1], data: Uint8Array.of(7, 0, 0, 0) } },
      },
    },
  ],
};

describe("an ONNX model", () => {
  it("comes back from its bytes as it was", () => {
    expect(decodeModel(encodeModel(model))).toEqual(model);
  });

  it("begins with the bytes that the format prescribes", () => {
    // field 1, a varint: 10; field 2, length-delimited: 7 bytes
    expect([...encodeModel(model).slice(0, 4)]).toEqual([0x08, 10, 0x12, 7]);
  });

  it("reads numbers that other writers put into typed fields, packed or one by one", () => {
    const packed = new Message()
      .int(1, 3)
      .int(2, 1)
      .bytes(4, new Uint8Array(Float32Array.of(1, 2, 4).buffer));
    const single = new Message().int(1, 2).int(2, 7).int(7, -5).int(7, 6).text(8, "i");
    const graph = new Message().message(5, packed).message(5, single);
    const [first, second] = decodeModel(new Message().message(7, graph).finish()).initializers;
    expect(new Float32Array(first!.data.slice().buffer)).toEqual(Float32Array.of(1, 2, 4));
    expect(new BigInt64Array(second!.data.slice().buffer)).toEqual(BigInt64Array.of(-5n, 6n));
  });

  it("is refused with a code wherever its bytes end early", () => {
    const bytes = encodeModel(model);
    for (let end = 1; end < bytes.length; end++)
      try {
        decodeModel(bytes.subarray(0, end));
      } catch (error) {
        expect(error).toMatchObject({ code: "VERISIM_ONNX_INVALID" });
      }
  });

  it("is never anything but read or refused, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeModel(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "VERISIM_ONNX_INVALID" });
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("keeps whole numbers of both signs exactly", () => {
    for (const value of [0, 1, -1, 127, 128, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53) + 1])
      expect(readFields(new Message().int(3, value).finish())).toMatchObject([{ field: 3, number: value }]);
  });
});
