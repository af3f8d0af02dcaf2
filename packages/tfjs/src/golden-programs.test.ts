// Whole models on TensorFlow.js: one step of every golden program, its optimizers included, against the float64 reference.

import {
  isTensorData,
  type Leaf,
  leavesOf,
  noiseOf,
  type ReferenceArray,
  runReference,
  type TensorData,
} from "@verisim/tensor";
import { caseContext, disagreement, goldenEntries } from "@verisim/tensor/testing";
import { describe, expect, it } from "vitest";
import { tf } from "../fixtures/tensorflow.ts";
import { runTfjs } from "./index.ts";

/** Relative to 1 + |value|; differences seen on the JavaScript backend are below 1e-7. */
const tolerance = 2e-6;
/**
 * Where a derivative is 0 but for rounding (a bias before a normalization), Adam divides rounding by rounding: such a
 * parameter moves by up to the learning rate. The shares of parameters that may is what the golden programs have of them.
 */
const learningRate = 5e-3;
const shareOfBiases = 0.02;

const isArray = (value: unknown): value is ReferenceArray =>
  (value as ReferenceArray | null)?.data instanceof Float64Array;

function pairs(actual: unknown, expected: unknown): [Leaf<TensorData>, ReferenceArray][] {
  const wanted = leavesOf(expected, isArray);
  const received = leavesOf(actual, isTensorData);
  expect(received.map(({ path }) => path)).toEqual(wanted.map(({ path }) => path));
  return received.map((leaf, i) => [leaf, wanted[i]!.value]);
}

describe("one step on TensorFlow.js", () => {
  it.each(goldenEntries())("of $name", async ({ entry, spec, inputs }) => {
    const run = { state: spec.state, inputs, context: caseContext };
    const expected = runReference(entry, run);
    const noise = noiseOf(entry, run);
    const before = tf.memory().numTensors;
    const result = await runTfjs(tf, entry, { state: spec.state, inputs, noise });
    expect(tf.memory().numTensors).toBe(before);

    for (const [{ path, value }, wanted] of pairs(result.outputs, expected.outputs))
      expect(`${path} ${disagreement(value.data, wanted, tolerance)}`).toBe(`${path} `);
    let numbers = 0;
    let moved = 0;
    for (const [{ path, value }, wanted] of pairs(result.state, expected.state)) {
      expect(`${path} ${disagreement(value.data, wanted, learningRate)}`).toBe(`${path} `);
      numbers += wanted.data.length;
      wanted.data.forEach((number, i) => {
        if (Math.abs(value.data[i]! - number) > tolerance * (1 + Math.abs(number))) moved++;
      });
    }
    expect(moved).toBeLessThanOrEqual(shareOfBiases * numbers);
  });
});
