// The suite that a learned generator's file passes where users of a web page meet it: onnxruntime-web in a headless
// Chromium gives the native rows.

import { checkOnnx, descriptionKey, type SamplerDescription } from "@verisim/onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SamplerDefinition } from "./describe-onnx-sampler.ts";
import { compareWithNative, type ExportingGenerator, untiedDifferences } from "./native-rows.ts";
import { type BrowserProgram, OnnxPage } from "./onnx-page.ts";
import { samplerTable } from "./sampler-table.ts";

export type { BrowserProgram } from "./onnx-page.ts";

/** A generator and options that make a fit quick. */
export type BrowserCase = readonly [SamplerDefinition, Readonly<Record<string, unknown>>];

/** Declares a test per generator; all are skipped where there is no browser. */
export function describeBrowserSamplers(cases: readonly BrowserCase[], program: BrowserProgram): void {
  describe.skipIf(program.path === null)("a sampler's file in a browser gives the native rows", () => {
    let page: OnnxPage;
    beforeAll(async () => {
      page = await OnnxPage.open(program);
    }, 60_000);
    afterAll(() => page?.close());

    test.each(cases.map(([definition, options]) => [definition.name, definition, options] as const))(
      "of %s: numbers, texts, dates, missing cells",
      async (_, definition, options) => {
        const { table, metadata } = samplerTable();
        const generator = definition.create(options) as ExportingGenerator;
        await generator.fit(table, { metadata, seed: 1 });
        const file = await generator.toOnnx();
        const request = { seed: 4, rowStart: 50, rowCount: 300 };
        const outputs = await page.run(file, await generator.samplerNoise(request));
        const description = JSON.parse(checkOnnx(file).metadata![descriptionKey]!) as SamplerDescription;
        const compared = await compareWithNative(generator, outputs, description, request);
        expect(compared.cells).toBeGreaterThan(request.rowCount * 15);
        expect(untiedDifferences(generator, compared, request)).toEqual([]);
        const others = await compareWithNative(generator, outputs, description, { ...request, seed: 5 });
        expect(others.different.size).toBeGreaterThan(0.9 * request.rowCount);
      },
      120_000,
    );
  });
}
