import { createHash } from "node:crypto";
import fc from "fast-check";
import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { Artifact } from "./artifact.ts";
import { VerisimError } from "./errors.ts";
import { decodeModel, encodeModel } from "./model-file.ts";

const model: Artifact = {
  generator: "gaussian-copula",
  formatVersion: 3,
  manifest: {
    options: { seed: -0, tiny: 5e-324, third: 1 / 3, large: 1e21 },
    columns: Object.fromEntries([
      ["__proto__", { sdtype: "numerical" }],
      ["z", [null, true, "é\u0000\ud800"]],
      ["constructor", {}],
      ["a", []],
    ]),
    absent: undefined,
  },
  tensors: {
    "columns/b": { data: new Uint8Array([1, 2, 3]), shape: [3] },
    "columns/a": {
      data: new Float64Array([Number.NaN, -0, 1e-300, Number.NEGATIVE_INFINITY]),
      shape: [2, 2],
    },
    codes: { data: new Int32Array([-1, 7]), shape: [2] },
    words: { data: new Uint32Array([0xffffffff]), shape: [1, 1, 1] },
    half: { data: new Float32Array([0.5, 3.25, -7]), shape: [3, 1] },
    empty: { data: new Float64Array(0), shape: [0, 5] },
    scalar: { data: new Float64Array([42]), shape: [] },
  },
};

const bytes = encodeModel(model);

function errorOf(work: () => unknown): VerisimError {
  try {
    work();
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("no error");
}

/** A file as encodeModel would write it, but with these sections: the hashes fit. */
function forged(change: (manifest: Record<string, unknown>) => void, weights?: Uint8Array): Uint8Array {
  const sections = unzipSync(bytes);
  const manifest = JSON.parse(new TextDecoder().decode(sections["manifest.json"])) as Record<string, unknown>;
  const weightsBytes = weights ?? sections["weights.safetensors"]!;
  delete manifest.sha256;
  change(manifest);
  const hash = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  const sha256 = { "manifest.json": hash(encode(sorted)), "weights.safetensors": hash(weightsBytes) };
  const json = encode({ ...sorted, sha256 });
  const padded = new Uint8Array(json.length + ((8 - ((92 + json.length) % 8)) % 8)).fill(32);
  padded.set(json);
  return rezip({ "manifest.json": padded, "weights.safetensors": weightsBytes });
}

/** Stored, dated 1980-01-01, as Verisim writes it. */
function rezip(sections: Record<string, Uint8Array>, level: 0 | 9 = 0): Uint8Array {
  const zipped = zipSync(sections, { level, mtime: new Date(1980, 0, 1) });
  return zipped;
}

function safetensors(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const result = new Uint8Array(8 + Math.ceil(json.length / 8) * 8 + data.length).fill(32);
  new DataView(result.buffer).setBigUint64(0, BigInt(result.length - 8 - data.length), true);
  result.set(json, 8);
  result.set(data, result.length - data.length);
  return result;
}

describe("a model file", () => {
  test("gives back the model that went in, bit for bit", () => {
    const read = decodeModel(bytes);
    const { absent: _, ...manifest } = model.manifest;
    expect(read).toEqual({ ...model, manifest });
    expect(Object.is((read.manifest.options as { seed: number }).seed, -0)).toBe(true);
    expect(Object.keys(read.manifest.columns as object)).toContain("__proto__");
    expect(({} as Record<string, unknown>).sdtype).toBeUndefined();
  });

  test("is the same bytes for the same model, whatever the order of keys", () => {
    const reversed: Artifact = {
      tensors: Object.fromEntries(Object.entries(model.tensors).reverse()),
      manifest: Object.fromEntries(Object.entries(model.manifest).reverse()),
      formatVersion: model.formatVersion,
      generator: model.generator,
    };
    expect(encodeModel(reversed)).toEqual(bytes);
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
    expect(createHash("sha256").update(bytes).digest("hex").slice(0, 16)).toBe("8bac7e15893294b0");
  });

  test("is the same bytes whichever NaN the processor left", () => {
    const negative = new Float64Array(new Uint32Array([7, 0xfff80000, 0, 0x3ff00000]).buffer);
    const single = new Float32Array(new Uint32Array([0xffc00001]).buffer);
    const plain = {
      a: { data: new Float64Array([Number.NaN, 1]), shape: [2] },
      b: { data: new Float32Array([Number.NaN]), shape: [1] },
    };
    const odd = { a: { data: negative, shape: [2] }, b: { data: single, shape: [1] } };
    expect(encodeModel({ ...model, tensors: odd })).toEqual(encodeModel({ ...model, tensors: plain }));
    expect(new Uint32Array(negative.buffer)[0]).toBe(7);
  });

  test("is a zip that any reader opens", () => {
    const sections = unzipSync(bytes);
    expect(Object.keys(sections)).toEqual(["manifest.json", "weights.safetensors"]);
    const manifest = JSON.parse(new TextDecoder().decode(sections["manifest.json"]));
    expect(manifest).toMatchObject({
      format: "verisim-model",
      formatVersion: 1,
      generator: "gaussian-copula",
    });
  });

  test("reads back with an array of no entries before others, on Node 20 too", () => {
    const tensors = {
      empty: { data: new Float64Array(0), shape: [0] },
      none: { data: new Int32Array(0), shape: [0, 3] },
      some: { data: Float64Array.of(1, 2), shape: [2] },
    };
    expect(decodeModel(encodeModel({ ...model, tensors })).tensors).toEqual(tensors);
  });

  test("gives tensors as aligned views, also of bytes that are not aligned", () => {
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decodeModel(shifted)).toEqual(decodeModel(bytes));
    expect(decodeModel(bytes).tensors.codes!.data.buffer).toBe(bytes.buffer);
  });

  test.each([
    ["NaN in the manifest", { manifest: { a: [1, { b: Number.NaN }] } }, /a finite number.*"manifest.a.1.b"/],
    [
      "a map in the manifest",
      { manifest: { a: new Map() as never } },
      /JSON but received a Map at "manifest.a"/,
    ],
    [
      "a shape that does not fit",
      { tensors: { t: { data: new Uint8Array(3), shape: [2] } } },
      /a shape that fits/,
    ],
    ["64-bit integers", { tensors: { t: { data: new BigInt64Array(1) as never, shape: [1] } } }, /a Float64/],
    [
      "a reserved name",
      { tensors: { __metadata__: { data: new Uint8Array(1), shape: [1] } } },
      /another name/,
    ],
  ])("refuses to hold %s", (_, change, message) => {
    const error = errorOf(() => encodeModel({ ...model, ...change }));
    expect(error.code).toBe("VERISIM_MODEL_FILE");
    expect(error.message).toMatch(message);
  });
});

describe("decodeModel refuses", () => {
  const cases: [string, () => Uint8Array, RegExp, Record<string, string>][] = [
    ["nothing", () => new Uint8Array(0), /a zip archive/, {}],
    ["another format", () => new TextEncoder().encode("%PDF-1.7"), /a zip archive/, {}],
    ["a cut file", () => bytes.subarray(0, bytes.length - 100), /may be cut off/, {}],
    ["trailing bytes", () => Uint8Array.of(...bytes, 0), /may be cut off/, {}],
    ["compression", () => rezip(unzipSync(bytes), 9), /compression method 8/, { section: "manifest.json" }],
    [
      "other entries",
      () => rezip({ ...unzipSync(bytes), "run.js": new Uint8Array(1) }),
      /at most 2 entries/,
      {},
    ],
    [
      "odd paths",
      () => rezip({ "../manifest.json": new Uint8Array(1) }),
      /only the entries manifest.json and/,
      {},
    ],
    ["a missing section", () => rezip({ "manifest.json": new Uint8Array(2) }), /weights.safetensors/, {}],
    [
      "another manifest",
      () => forged((m) => (m.format = "other")),
      /a Verisim model/,
      { section: "manifest.json" },
    ],
    ["a later version", () => forged((m) => (m.formatVersion = 2)), /version 1 or earlier.*version 2/, {}],
    ["more keys", () => forged((m) => (m.extra = 1)), /the keys of version 1/, { section: "manifest.json" }],
    ["no generator", () => forged((m) => (m.generator = "")), /the name of a generator/, {}],
    ["unsorted keys", () => forged((m) => (m.manifest = { b: 1, a: 2 })), /canonical spelling/, {}],
    [
      "a hole between tensors",
      () =>
        forged(
          () => {},
          safetensors({ a: { dtype: "U8", shape: [1], data_offsets: [1, 2] } }, Uint8Array.of(1, 2)),
        ),
      /without holes or overlaps/,
      { section: "weights.safetensors", tensor: "a" },
    ],
    [
      "an overlap of tensors",
      () => {
        const entry = { dtype: "U8", shape: [2], data_offsets: [0, 2] };
        return forged(() => {}, safetensors({ a: entry, b: entry }, Uint8Array.of(1, 2)));
      },
      /without holes or overlaps/,
      { tensor: "b" },
    ],
    [
      "bytes of no tensor",
      () => forged(() => {}, safetensors({}, Uint8Array.of(1, 2))),
      /0 bytes of data for the tensors but received 2/,
      {},
    ],
    [
      "an unknown dtype",
      () =>
        forged(
          () => {},
          safetensors({ a: { dtype: "BF16", shape: [1], data_offsets: [0, 2] } }, Uint8Array.of(1, 2)),
        ),
      /one of the dtypes F64, F32, I32, U32, U8/,
      { tensor: "a" },
    ],
    [
      "a shape larger than its bytes",
      () =>
        forged(
          () => {},
          safetensors({ a: { dtype: "U8", shape: [1e15, 1], data_offsets: [0, 2] } }, Uint8Array.of(1, 2)),
        ),
      /1000000000000000 bytes for the shape but received 2/,
      { tensor: "a" },
    ],
    [
      "offsets outside of the section",
      () =>
        forged(
          () => {},
          safetensors({ a: { dtype: "U8", shape: [9], data_offsets: [0, 9] } }, Uint8Array.of(1)),
        ),
      /data offsets inside the section/,
      { tensor: "a" },
    ],
    [
      "numbers that are not aligned",
      () =>
        forged(
          () => {},
          safetensors(
            {
              a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
              b: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
            },
            new Uint8Array(5),
          ),
        ),
      /data aligned to 4 bytes/,
      { tensor: "b" },
    ],
    ["a header that is no JSON", () => forged(() => {}, safetensors("{")), /a header of JSON/, {}],
    [
      "a header longer than the section",
      () => {
        const weights = safetensors({});
        weights[1] = 1;
        return forged(() => {}, weights);
      },
      /a header inside the section/,
      {},
    ],
  ];

  test.each(cases)("%s", (_, make, message, where) => {
    const error = errorOf(() => decodeModel(make()));
    expect(error.code).toBe("VERISIM_MODEL_FILE");
    expect(error.message).toMatch(message);
    expect(error.where).toMatchObject(where);
  });

  test("a changed weight or manifest by its hash, and says where", () => {
    const sections = unzipSync(bytes);
    const weights = sections["weights.safetensors"]!.slice();
    weights[weights.length - 1]! ^= 1;
    const manifest = sections["manifest.json"]!;
    const changedWeights = errorOf(() =>
      decodeModel(rezip({ "manifest.json": manifest, "weights.safetensors": weights })),
    );
    expect(changedWeights.message).toContain("SHA-256");
    expect(changedWeights.where.section).toBe("weights.safetensors");
    const text = new TextDecoder().decode(manifest).replace('"gaussian-copula"', '"gaussian-cupola"');
    const changed = { ...sections, "manifest.json": new TextEncoder().encode(text) };
    const changedManifest = errorOf(() => decodeModel(rezip(changed)));
    expect(changedManifest.message).toContain("SHA-256");
    expect(changedManifest.where.section).toBe("manifest.json");
  });

  test("what is beyond the limits, before reading it", () => {
    expect(errorOf(() => decodeModel(bytes, { fileBytes: 100 })).message).toContain("at most 100 bytes");
    expect(errorOf(() => decodeModel(bytes, { headerBytes: 50 })).message).toContain("at most 50 bytes");
    const huge = safetensors({});
    new DataView(huge.buffer).setBigUint64(0, 2n ** 62n, true);
    expect(errorOf(() => decodeModel(forged(() => {}, huge))).message).toContain(
      "a header of at most 100000000 bytes",
    );
  });

  test("every mutation of a sound file, or reads the model it was", () => {
    const mutation = fc.array(
      fc.record({ at: fc.nat({ max: bytes.length - 1 }), value: fc.nat({ max: 255 }) }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(mutation, fc.nat({ max: 40 }), fc.boolean(), (changes, cut, cuts) => {
        const mutated = bytes.slice(0, cuts ? bytes.length - cut : bytes.length);
        for (const { at, value } of changes) if (at < mutated.length) mutated[at] = value;
        try {
          expect(decodeModel(mutated)).toEqual(decodeModel(bytes));
          expect(mutated).toEqual(bytes);
        } catch (error) {
          if (!VerisimError.isInstance(error)) throw error;
          expect(error.code).toBe("VERISIM_MODEL_FILE");
        }
      }),
      { numRuns: 2_000, seed: 5 },
    );
  });

  test("any bytes, manifests and headers with a coded error or not at all", () => {
    const attempt = (data: Uint8Array): void => {
      try {
        decodeModel(data);
      } catch (error) {
        if (!VerisimError.isInstance(error)) throw error;
        expect(error.code).toBe("VERISIM_MODEL_FILE");
      }
    };
    const entry = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom("F64", "F32", "U8", "__proto__"), fc.jsonValue()),
        shape: fc.oneof(fc.array(fc.nat({ max: 4 }), { maxLength: 3 }), fc.jsonValue()),
        data_offsets: fc.oneof(fc.tuple(fc.nat({ max: 16 }), fc.nat({ max: 16 })), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(
      fc.oneof(fc.constantFrom("a", "__proto__", "__metadata__"), fc.string()),
      entry,
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        header,
        fc.uint8Array({ maxLength: 32 }),
        fc.jsonValue(),
        (noise, tensors, data, json) => {
          attempt(noise);
          attempt(forged(() => {}, safetensors(tensors, data)));
          attempt(forged((manifest) => (manifest.manifest = json)));
          attempt(forged((manifest) => (manifest.generatorFormatVersion = json)));
        },
      ),
      { numRuns: 1_000, seed: 6, interruptAfterTimeLimit: 40_000 },
    );
    attempt(
      forged((manifest) => (manifest.manifest = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`))),
    );
  });
});
