// The suite that every learned generator's sampler passes on other runtimes: one ONNX file on onnxruntime-node, one traced
// graph on TensorFlow.js, both held against the rows of `sample`.

import * as tf from "@tensorflow/tfjs";
import type { Artifact, Generator } from "@verisim/core";
import { networkNoise, samplerGraph, samplerGraphState } from "@verisim/neural";
import {
  checkOnnx,
  descriptionKey,
  type OnnxArray,
  type OnnxRunner,
  openOnnx,
  type SamplerDescription,
} from "@verisim/onnx";
import { runReference } from "@verisim/tensor";
import { runTfjs } from "@verisim/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RowComparison } from "./compare-rows.ts";
import { compareWithNative, type ExportingGenerator, tiedRows, untiedDifferences } from "./native-rows.ts";
import { samplerTable } from "./sampler-table.ts";

export interface SamplerDefinition {
  readonly name: string;
  create(options?: Readonly<Record<string, unknown>>): Generator;
  fromArtifact?(artifact: Artifact): Generator;
}

export interface SamplerSuiteOptions {
  /** Options that make a fit quick. */
  readonly fast?: Readonly<Record<string, unknown>>;
  /**
   * Rows in which an earlier draw than the last may be a tie that each runtime breaks as it likes: of a sampler of several
   * steps only the last one's logits can be looked at. A wrong operator changes most rows. Default 0.
   */
  readonly unseenTies?: number;
  /** False for a sampler that is no network. */
  readonly network?: boolean;
  /** Options beside `fast`, by what they are about. Default: none, and learnt places with rare categories in blocks. */
  readonly variants?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const learntPlaces = { learnPlaces: true, maxCategories: 10, derive: false };

const usual: SamplerSuiteOptions["variants"] = {
  "as it comes": {},
  "with learnt places": learntPlaces,
};

/** Every way to cut numbers, with and without learnt places. */
export const codecVariants: NonNullable<SamplerSuiteOptions["variants"]> = {
  "numbers in blocks, places drawn": { numbers: "blocks", maxBlocks: 12 },
  "numbers in blocks, places learnt": { numbers: "blocks", ...learntPlaces },
  "numbers as mixtures": { numbers: "mixture", maxCategories: 10 },
  "numbers as normal scores": { numbers: "copula", maxClusters: 4 },
};

// More than a window of the native sampler.
const rowCount = 2100;
const seed = 3;
const rowStart = 100;

/** Declares the suite for a generator. */
export function describeOnnxSampler(definition: SamplerDefinition, suite: SamplerSuiteOptions = {}): void {
  describe(`the sampler of ${definition.name} on other runtimes`, () => {
    const variants = Object.entries(suite.variants ?? usual!);
    describe.each(variants)("%s", (_, options) => {
      let generator: ExportingGenerator;
      let file: OnnxRunner;
      let description: SamplerDescription;
      beforeAll(async () => {
        const { table, metadata } = samplerTable();
        generator = definition.create({ ...suite.fast, ...options }) as ExportingGenerator;
        await generator.fit(table, { metadata, seed: 1 });
        const bytes = await generator.toOnnx();
        description = descriptionOf(bytes);
        file = await openOnnx(bytes, { threads: 1 });
      }, 120_000);
      afterAll(() => file?.dispose());

      test("the file gives the rows of the native runtime", async () => {
        const request = { seed, rowStart, rowCount };
        const comparedWith = async (noiseSeed: number, rows: number): Promise<RowComparison> => {
          const own = { ...request, rowCount: rows };
          const noise = await generator.samplerNoise({ ...own, seed: noiseSeed });
          const outputs = await runFile(file, noise);
          const cells = Object.entries(outputs).map(([name, { data }]) => [name, data] as const);
          return compareWithNative(generator, Object.fromEntries(cells), description, own);
        };
        const compared = await comparedWith(seed, rowCount);
        expect(compared.cells).toBeGreaterThan(rowCount * 15);
        const untied = untiedDifferences(generator, compared, request);
        expect(untied.slice(suite.unseenTies ?? 0)).toEqual([]);
        expect((await comparedWith(seed + 1, 200)).different.size).toBeGreaterThan(180);
      });

      test("says what it leaves out, and counts ids", async () => {
        expect(description.leftOut.map(({ name }) => name)).toEqual(["email"]);
        const noise = await generator.samplerNoise({ rowStart: 999_999, rowCount: 2 });
        const { customer } = await runFile(file, noise);
        expect(customer!.data).toEqual(["C999999", "C000000"]);
      });

      test("takes any number of rows, and a row does not depend on the others", async () => {
        const whole = await runFile(file, await generator.samplerNoise({ seed, rowCount: 40 }));
        for (const [start, count] of [
          [0, 1],
          [17, 1],
          [5, 30],
        ] as const) {
          const noise = await generator.samplerNoise({
            seed,
            rowStart: start,
            rowCount: count,
          });
          for (const [name, { shape, data }] of Object.entries(await runFile(file, noise))) {
            expect(shape).toEqual([count]);
            expect(Array.from(data as ArrayLike<unknown>)).toEqual(
              Array.from(whole[name]!.data as ArrayLike<unknown>).slice(start, start + count),
            );
          }
        }
        const none = await runFile(file, await generator.samplerNoise({ rowCount: 0 }));
        for (const { data } of Object.values(none)) expect(data).toHaveLength(0);
      });

      test("gives rows that are asked for a category that category", async () => {
        const noise = await generator.samplerNoise({ seed, rowCount: 200 });
        for (const { column, first, values } of description.conditions) {
          const { output } = description.columns.find(({ name }) => name === column)!;
          const asked = Int32Array.from({ length: 200 }, (_, row) => first + (row % values.length));
          const outputs = await runFile(file, { ...noise, condition: { shape: [200], data: asked } });
          const wanted = Array.from(asked, (condition) => values[condition - first]!);
          expect(Array.from(outputs[output]!.data as ArrayLike<unknown>)).toEqual(
            wanted.map((value) =>
              value !== null ? value : typeof values.at(-1) === "number" ? Number.NaN : "",
            ),
          );
        }
      });

      test.skipIf(suite.network === false)(
        "the network gives the same choices and places on TensorFlow.js",
        async () => {
          const exported = generator.exported!();
          const { encoding, parts } = exported;
          const rows = 100;
          const inputs = networkNoise(encoding, parts!, { seed, rowCount: rows });
          const graph = samplerGraph(parts!, rows);
          const state = samplerGraphState(parts!);
          tf.env().set("IS_TEST", true);
          await tf.ready();
          const found = (await runTfjs(tf, graph, { state, inputs })).outputs as Outputs;
          const wanted = runReference(graph, { state, inputs }).outputs as Outputs;
          const spans = encoding.layout.widths.length;
          const differing = Array.from({ length: rows }, (_, row) => row).filter((row) => {
            const of = ({ alternatives }: Outputs): string =>
              Array.from(alternatives.data)
                .slice(row * spans, (row + 1) * spans)
                .join();
            return of(found) !== of(wanted);
          });
          const ties = tiedRows(exported, { seed, rowCount: rows }, differing);
          expect(differing.filter((row) => !ties.has(row))).toEqual([]);
          expect(found.places === undefined).toBe(wanted.places === undefined);
          wanted.places?.data.forEach((place, i) => {
            expect(Math.abs(found.places!.data[i]! - place)).toBeLessThan(1e-5);
          });
        },
      );
    });

    test("a table in which nothing varies becomes a file without a network", async () => {
      const { table, metadata } = samplerTable(60);
      const constant = ["currency", "note", "year"];
      const generator = definition.create(suite.fast) as ExportingGenerator;
      const columns = Object.fromEntries(constant.map((name) => [name, metadata.columns[name]!]));
      await generator.fit(table.select(constant), { metadata: { columns }, seed: 1 });
      const file = await openOnnx(await generator.toOnnx(), { threads: 1 });
      const outputs = await runFile(file, await generator.samplerNoise({ rowCount: 3 }));
      await file.dispose();
      expect(outputs.currency!.data).toEqual(["EUR", "EUR", "EUR"]);
      expect(Array.from(outputs.year!.data as Float64Array)).toEqual([2024, 2024, 2024]);
      expect(Array.from(outputs["note.missing"]!.data as ArrayLike<unknown>, Number)).toEqual([1, 1, 1]);
    });
  });
}

interface Outputs {
  readonly alternatives: { readonly data: ArrayLike<number> };
  readonly places?: { readonly data: Float64Array };
}

function descriptionOf(file: Uint8Array): SamplerDescription {
  return JSON.parse(checkOnnx(file).metadata![descriptionKey]!) as SamplerDescription;
}

/** Runs a file with those of the arrays that it takes. */
function runFile(
  file: OnnxRunner,
  arrays: Readonly<Record<string, OnnxArray>>,
): Promise<Record<string, OnnxArray>> {
  return file.runTyped(Object.fromEntries(file.inputNames.map((name) => [name, arrays[name]!])));
}
