import { describe, expect, test } from "vitest";
import { decodeModel, encodeModel } from "./model-file.ts";
import { packMetadata, packState, unpackMetadata, unpackState } from "./state-pack.ts";

describe("packState", () => {
  const state = {
    name: "ClusterBasedNormalizer",
    means: new Float64Array([1.5, Number.NaN]),
    low: Number.NEGATIVE_INFINITY,
    minusZero: -0,
    nested: { codes: new Int32Array([1]), list: [{ bytes: new Uint8Array([7]) }, null, "x", true] },
    $tensor: "a key that looks like a mark",
    $$number: Number.NaN,
    "nested.codes": new Float32Array([2]),
    absent: undefined,
  };

  test("gives back nested state with typed arrays, infinities and odd keys", () => {
    const { json, tensors } = packState(state, "transforms/age");
    const { absent: _, ...expected } = state;
    expect(unpackState(json, tensors)).toEqual(expected);
    expect(Object.keys(tensors).sort()).toEqual([
      "transforms/age/means",
      "transforms/age/nested.codes",
      "transforms/age/nested.codes#2",
      "transforms/age/nested.list.0.bytes",
    ]);
  });

  test("goes through a model file", () => {
    const { json, tensors } = packState(state, "s");
    const read = decodeModel(
      encodeModel({ generator: "g", formatVersion: 1, manifest: { s: json }, tensors }),
    );
    const { absent: _, ...expected } = state;
    expect(unpackState(read.manifest.s as typeof json, read.tensors)).toEqual(expected);
  });

  test("keeps keys of any name harmless", () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}');
    const { json, tensors } = packState(hostile, "s");
    const back = unpackState(json, tensors);
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("names a tensor that is missing and marks that make no sense", () => {
    expect(() => unpackState({ a: { $tensor: "toString" } }, {})).toThrow(
      expect.objectContaining({ code: "VERISIM_MODEL_FILE", message: expect.stringContaining('"toString"') }),
    );
    expect(() => unpackState({ a: { $number: "12" } }, {})).toThrow(
      expect.objectContaining({ code: "VERISIM_MODEL_FILE" }),
    );
  });

  test("refuses what is no state", () => {
    expect(() => packState({ a: new Map() as never }, "s")).toThrow("internal: state holds a object at a");
  });
});

describe("packMetadata", () => {
  const metadata = {
    columns: { z: { sdtype: "id" }, a: { sdtype: "categorical", rangeValues: ["x"] }, m: { sdtype: "text" } },
    primaryKey: "z",
  };

  test("keeps the order of columns through a model file", () => {
    const manifest = { metadata: packMetadata(metadata) };
    const read = decodeModel(encodeModel({ generator: "g", formatVersion: 1, manifest, tensors: {} }));
    const back = unpackMetadata(read.manifest.metadata);
    expect(back).toEqual(metadata);
    expect(Object.keys(back.columns)).toEqual(["z", "a", "m"]);
  });

  test.each([null, {}, { columns: {} }, { columns: [["a"]] }, { columns: [["a", { sdtype: 3 }]] }])(
    "refuses %j",
    (json) => {
      expect(() => unpackMetadata(json as never)).toThrow(
        expect.objectContaining({ code: "VERISIM_MODEL_FILE" }),
      );
    },
  );
});
