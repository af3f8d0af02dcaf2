import { VerisimError } from "@verisim/core";
import { expect, test } from "vitest";
import { mixedMetadata, mixedTable } from "../fixtures/tables.ts";
import { resampleGain } from "./index.ts";

const table = mixedTable({ a: 900, b: 120 });

test("the gain compares trees with and without the new rows on rows that nobody has learnt", async () => {
  const gain = await resampleGain(table, mixedMetadata, {
    target: "label",
    counts: { b: 400 },
    trainings: 3,
    trees: { numIterations: 20 },
  });
  // A quarter of 900 and of 120 is held out; 90 rows of b grow to 400.
  expect(gain.rows).toEqual({ real: 765, synthetic: 310, holdout: 255 });
  expect(["better", "no difference", "worse"]).toContain(gain.verdict);
  const [first] = gain.scores;
  expect(first!.low).toBeLessThanOrEqual(first!.gain);
  expect(first!.gain).toBeLessThanOrEqual(first!.high);
});

test("rows that are repeated as they are make no trees worse or better by much", async () => {
  const gain = await resampleGain(table, mixedMetadata, {
    target: "label",
    strategy: "random",
    counts: { b: 100 },
    trainings: 3,
    trees: { numIterations: 20 },
  });
  expect(Math.abs(gain.scores[0]!.gain)).toBeLessThan(0.1);
});

test("strategies that add no rows have no such gain", async () => {
  const failure = await resampleGain(table, mixedMetadata, {
    target: "label",
    strategy: "tomek-links",
  }).catch((error: unknown) => error);
  expect(VerisimError.isInstance(failure) && failure.code).toBe("VERISIM_RESAMPLE_GAIN");
});
