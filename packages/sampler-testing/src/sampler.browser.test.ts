// The exported file where users of a web page meet it: onnxruntime-web in a headless Chromium gives the native rows.

import { DatePattern } from "@verisim/core";
import { descriptionKey, type SamplerDescription, samplerNoise } from "@verisim/neural";
import { checkOnnx } from "@verisim/onnx";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launch, runInBrowser } from "../fixtures/browser.ts";
import { smallGan } from "../fixtures/small-gan.ts";
import { compareRows, type ExportingGenerator, samplerTable } from "./index.ts";

describe.skipIf(chromiumPath === null)("a sampler's file in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test("gives the rows of the native runtime: numbers, texts, dates, missing cells", async () => {
    const { table, metadata } = samplerTable();
    const generator = smallGan.create({ epochs: 2, batchSize: 100 }) as ExportingGenerator;
    await generator.fit(table, { metadata, seed: 1 });
    const file = await generator.toOnnx();
    const rowCount = 300;
    const noise = await samplerNoise(generator.exported(), { seed: 4, rowCount });
    const outputs = await runInBrowser(browser, file, noise);
    const native = await generator.sample(rowCount, { seed: 4 });
    const description = JSON.parse(checkOnnx(file).metadata![descriptionKey]!) as SamplerDescription;
    const { different, cells } = compareRows(
      native,
      outputs,
      description,
      (column, micros) => {
        const { datetimeFormat, timeZone = "Z" } = metadata.columns[column]!;
        return new DatePattern(datetimeFormat!).format(micros, timeZone);
      },
      () => 0,
    );
    expect(cells).toBeGreaterThan(rowCount * 15);
    // Ties of perturbed logits fall on either side; at these logits about one row in ten thousand has one.
    expect([...different.values()].slice(1)).toEqual([]);
  });
});
