// What is fuzzed: everything that reads what users hand in. A run may succeed or end in a VerisimError; any other error,
// a crash, or an input that never ends is a finding. What was accepted must also survive being written and read again.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  conditionCells,
  decodeModel,
  decodeSafetensors,
  encodeModel,
  encodeSafetensors,
  formatCondition,
  fromSdvMetadata,
  parseCondition,
  parseLabelCounts,
  SafetensorsError,
  toSdvMetadata,
  VerisimError,
} from "@verisim/core";
import { readTable } from "@verisim/data";

import { longestInput } from "./mutate.ts";

export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Words of the format, put in by mutation. */
  readonly words: readonly string[];
  run(input: Uint8Array): void | Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const texts = (...all: string[]): Uint8Array[] => all.map((text) => encoder.encode(text));

/** The result, or undefined where the input was refused with a coded error. */
function accepted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    refuse(error);
    return undefined;
  }
}

function refuse(error: unknown): void {
  if (!VerisimError.isInstance(error) || !error.code.startsWith("VERISIM_")) throw error;
}

function expectEqual(what: string, received: string, expected: string): void {
  if (received !== expected) throw new Error(`${what}: expected ${expected} but received ${received}`);
}

const modelFile: Target = {
  name: "model-file",
  seeds: [
    encodeModel({
      generator: "gaussian-copula",
      formatVersion: 1,
      manifest: { columns: ["a", "b"], nested: { deep: [1, 2.5, null, true] } },
      tensors: {
        correlation: { data: Float64Array.of(1, 0.5, 0.5, 1), shape: [2, 2] },
        codes: { data: Int32Array.of(1, 2, 3), shape: [3] },
      },
    }),
    encodeModel({ generator: "empty", formatVersion: 1, manifest: {}, tensors: {} }),
  ],
  words: [
    "PK\u0003\u0004",
    "PK\u0001\u0002",
    "manifest.json",
    "weights.safetensors",
    '"dtype"',
    '"shape"',
    "F64",
    "U8",
  ],
  run(input) {
    const artifact = accepted(() => decodeModel(input, {}));
    if (artifact === undefined) return;
    const once = encodeModel(artifact);
    const again = encodeModel(decodeModel(once, {}));
    expectEqual("bytes of the model", Buffer.from(again).toString("hex"), Buffer.from(once).toString("hex"));
  },
};

const tensors: Target = {
  // Behind the model file's checksums, which change at random hardly ever passes.
  name: "tensors",
  seeds: [
    { correlation: { data: Float64Array.of(1, 0.5, 0.5, 1), shape: [2, 2] } },
    {
      codes: { data: Int32Array.of(1, 2, 3), shape: [3] },
      mask: { data: Uint8Array.of(1, 0), shape: [1, 2, 1] },
    },
  ].map(tensorBytes),
  words: [
    '"dtype"',
    '"shape"',
    '"data_offsets"',
    "F64",
    "I32",
    "[0,8]",
    "[]",
    "-1",
    "1e99",
    "__proto__",
    "__metadata__",
  ],
  run(input) {
    let read: ReturnType<typeof decodeSafetensors>;
    try {
      read = decodeSafetensors(input, longestInput);
    } catch (error) {
      if (error instanceof SafetensorsError) return;
      throw error;
    }
    const once = tensorBytes(read);
    const again = tensorBytes(decodeSafetensors(once, once.length));
    expectEqual(
      "bytes of the tensors",
      Buffer.from(again).toString("hex"),
      Buffer.from(once).toString("hex"),
    );
  },
};

function tensorBytes(read: Parameters<typeof encodeSafetensors>[0]): Uint8Array {
  return new Uint8Array(Buffer.concat(encodeSafetensors(read)));
}

const metadata: Target = {
  name: "metadata",
  seeds: texts(
    '{"METADATA_SPEC_VERSION":"V1","tables":{"t":{"primary_key":"id","columns":{"id":{"sdtype":"id","regex_format":"[A-Z]{3}"},"d":{"sdtype":"datetime","datetime_format":"%Y-%m-%d"},"n":{"sdtype":"numerical","computer_representation":"Float"}}}},"relationships":[]}',
    '{"columns":{"a":{"sdtype":"categorical"},"b":{"sdtype":"email","pii":true}},"alternate_keys":["b"]}',
  ),
  words: [
    '"sdtype"',
    '"columns"',
    '"tables"',
    '"relationships"',
    '"primary_key"',
    "[",
    "{",
    "null",
    "__proto__",
    "1e999",
  ],
  run(input) {
    let json: unknown;
    try {
      json = JSON.parse(decoder.decode(input));
    } catch {
      return;
    }
    const read = accepted(() => fromSdvMetadata(json));
    if (read === undefined) return;
    const written = accepted(() => toSdvMetadata(read));
    if (written === undefined) return;
    const again = toSdvMetadata(fromSdvMetadata(written));
    expectEqual("metadata written twice", JSON.stringify(again), JSON.stringify(written));
  },
};

const columns = new Map([
  ["age", { kind: "number" as const }],
  ["income", { kind: "category" as const, categories: ["<=50K", ">50K"] }],
]);

const condition: Target = {
  name: "condition",
  seeds: texts(
    "income = '>50K' and age >= 30",
    "age in (1, 2, 3) or not (age between 4 and 5)",
    "income is not null and (age < -1.5e3 or age != 7)",
    `"income" in ('<=50K', 'it''s')`,
    "income:>50K=10,<=50K=5",
  ),
  words: [
    " and ",
    " or ",
    " not ",
    " in (",
    " is null",
    "between",
    "age",
    "income",
    "'",
    '"',
    "<=",
    "1e308",
    "((((",
    "\\",
  ],
  run(input) {
    const text = decoder.decode(input);
    accepted(() => parseLabelCounts(text));
    const parsed = accepted(() => parseCondition(text));
    if (parsed === undefined) return;
    const formatted = formatCondition(parsed);
    expectEqual("condition formatted twice", formatCondition(parseCondition(formatted)), formatted);
    accepted(() => conditionCells(parsed, columns as Parameters<typeof conditionCells>[1]));
  },
};

const folder = mkdtempSync(path.join(tmpdir(), "verisim-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const csv: Target = {
  name: "csv",
  seeds: texts(
    'id,name,date,amount,flag\n1,Ada,2024-01-31,1.50,true\n2,"Grace, H.",2024-02-29,,false\n',
    'a;b\r\n1;x\r\n2;"line\nbreak"\r\n',
    "\ufeffzip\ttime\n00501\t2024-01-01T00:00:00+02:00\n?\t\n",
    "x\n1\n",
  ),
  words: [
    ",",
    ";",
    "\t",
    '"',
    '""',
    "\n",
    "\r\n",
    "NaN",
    "1e309",
    "0x10",
    "2024-02-30",
    "TRUE",
    "\ufeff",
    "\u0000",
    "é",
    "?",
  ],
  async run(input) {
    const file = path.join(folder, "input.csv");
    writeFileSync(file, input);
    try {
      await readTable(file);
    } catch (error) {
      refuse(error);
    }
  },
};

export const targets: readonly Target[] = [modelFile, tensors, metadata, condition, csv];
