// Files that yield columns: texts, double precision, 64-bit whole numbers, truth values, and words of their own.

import { add, traceEntry } from "@verisim/tensor";
import { describe, expect, it } from "vitest";
import { checkOnnx, encodeModel, exportOnnx, type GraphBuilder, openOnnx, openRows } from "./index.ts";

const entry = traceEntry("codes", {}, { code: { shape: [5], dtype: "i32" } }, ({ inputs }) => ({
  outputs: { next: add(inputs.code, 1) },
}));

const texts = ["", "Zürich", "東京", "a\u0000b"];

function fileOf(): Uint8Array {
  return exportOnnx(entry, {
    rows: 5,
    reserved: ["share", "city", "large"],
    extend: (graph: GraphBuilder, { next }) => {
      const share = graph.input("share", { element: "double", dims: [openRows] });
      const city = graph.add("Gather", [graph.texts(texts), next!], { axis: 0 });
      const large = graph.add("Greater", [share, graph.scalar("double", 0.1)]);
      return {
        outputs: [
          { name: "city", value: graph.add("StringConcat", [city, graph.texts(["!"])]) },
          { name: "third", value: graph.add("Div", [share, graph.scalar("double", 3)]) },
          { name: "large", value: large },
          { name: "count", value: graph.cast(next!, "int64") },
        ],
        metadata: { verisim: '{"columns":["city"]}' },
      };
    },
  });
}

describe("a file with columns", () => {
  it("goes on with the graph where the entry ends, and yields cells of every type", async () => {
    const bytes = fileOf();
    const model = checkOnnx(bytes);
    expect(model.metadata).toEqual({ verisim: '{"columns":["city"]}' });
    expect(checkOnnx(encodeModel(model))).toEqual(model);
    expect(model.outputs.map(({ name, element }) => `${name} ${element}`)).toEqual([
      "city string",
      "third double",
      "large bool",
      "count int64",
    ]);
    const runner = await openOnnx(bytes, { threads: 1 });
    const outputs = await runner.runTyped({
      code: { shape: [3], data: Int32Array.of(-1, 0, 1) },
      share: { shape: [3], data: Float64Array.of(0.1, 1, 1e300) },
    });
    expect(outputs).toEqual({
      city: { shape: [3], data: ["!", "Zürich!", "東京!"] },
      third: { shape: [3], data: Float64Array.of(0.1 / 3, 1 / 3, 1e300 / 3) },
      large: { shape: [3], data: Uint8Array.of(0, 1, 1) },
      count: { shape: [3], data: BigInt64Array.of(0n, 1n, 2n) },
    });
    await runner.dispose();
  });

  it("refuses texts that are fewer than their shape says", () => {
    const model = checkOnnx(fileOf());
    const initializers = model.initializers.map((tensor) =>
      tensor.texts?.length === 4 ? { ...tensor, texts: tensor.texts.slice(1) } : tensor,
    );
    expect(() => checkOnnx(encodeModel({ ...model, initializers }))).toThrow(/4 texts .* received 3/);
  });

  it("says what an input of the wrong size is", async () => {
    const runner = await openOnnx(fileOf(), { threads: 1 });
    await expect(runner.runTyped({ code: { shape: [2], data: Int32Array.of(1) } })).rejects.toMatchObject({
      code: "VERISIM_ONNX_RUN",
    });
    await runner.dispose();
  });
});
