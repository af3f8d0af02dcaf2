// What is known of a column from its own look, and draws by inversion, against their definitions.

import {
  buildProgram,
  type Program,
  type StepContext,
  sub,
  type TensorData,
  tensorData,
} from "@verisim/tensor";
import { expect, test } from "vitest";
import { beliefOf, columnsAt, evidenceOf, type rowOf } from "./beliefs.ts";
import { drawPlaces, onesAt, uniformOf } from "./column-draws.ts";
import type { NoisedColumns } from "./columns.ts";

const shares = [0.5, 0.3, 0.2, 0.3, 0.05, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1];

/** A column of three categories, and a number of eight alternatives. */
const columns: NoisedColumns = {
  widths: [3, 8],
  starts: [0, 3],
  numbers: [1],
  categories: [0],
  hasMissing: [false, false],
  columnOf: Int32Array.of(0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1),
  numberOf: Int32Array.of(-1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0),
  shares: Float32Array.from(shares),
  logShares: Float32Array.from(shares, Math.log),
  scores: Float32Array.of(0, 0, 0, -1.5, -0.9, -0.5, -0.2, 0.2, 0.5, 0.9, 1.5),
};
const choices = shares.length;

/** One run of a function over arrays. */
async function run(
  inputs: Readonly<Record<string, TensorData>>,
  step: (context: StepContext) => ReturnType<typeof rowOf>,
): Promise<number[]> {
  const types = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, { shape, dtype: "f32" }]),
  );
  const program = buildProgram({
    state: {},
    entries: {
      run: { inputs: types, step: (context) => ({ outputs: { y: step(context as StepContext) } }) },
    },
  }) as unknown as Program;
  const { y } = (await program.call("run", inputs, {})) as unknown as { y: TensorData };
  program.free();
  return Array.from(y.data);
}

test("a look at a number is weighed by Bayes' rule; shown columns are certain, hidden ones say their shares", async () => {
  const [look, inverse] = [0.4, 1.7];
  const offsets = Float32Array.from(columns.scores, (score, i) =>
    columns.numberOf[i]! < 0 ? 0 : inverse * (look - score),
  );
  const isShown = Float32Array.from(columns.columnOf, (column) => (column === 0 ? 1 : 0));
  const ones = Float32Array.from({ length: choices }, (_, i) => (i === 1 ? 1 : 0));
  const given = {
    offsets: tensorData(offsets, [1, choices]),
    shown: tensorData(isShown, [1, choices]),
    ones: tensorData(ones, [1, choices]),
  };
  const known = await run(given, ({ inputs }) =>
    beliefOf({ evidence: evidenceOf(inputs.offsets), shown: inputs.shown, ones: inputs.ones }, columns),
  );
  const powers = shares.map((share, i) =>
    i < 3 ? 0 : share * Math.exp(-0.5 * (inverse * (look - columns.scores[i]!)) ** 2),
  );
  const total = powers.reduce((a, b) => a + b, 0);
  const wanted = [0, 1, 0, ...powers.slice(3).map((power) => power / total)];
  known.forEach((belief, i) => {
    expect(belief + shares[i]!).toBeCloseTo(wanted[i]!, 5);
  });
  const hidden = await run(
    { ...given, shown: tensorData(new Float32Array(choices), [1, choices]) },
    ({ inputs }) =>
      beliefOf({ evidence: sub(inputs.shown, 0), shown: inputs.shown, ones: inputs.ones }, columns),
  );
  for (const belief of hidden) expect(belief).toBeCloseTo(0, 5);
});

test("alternatives are drawn by inversion: the first whose running sum reaches the uniform number", async () => {
  const rows = 999;
  const uniforms = Float32Array.from({ length: rows * 2 }, (_, i) => (Math.floor(i / 2) + 0.5) / rows);
  const logits = Float32Array.from({ length: rows * choices }, (_, i) => Math.log(shares[i % choices]!) + 3);
  const drawn = await run(
    { uniforms: tensorData(uniforms, [rows, 2]), logits: tensorData(logits, [rows, choices]) },
    ({ inputs }) =>
      onesAt(drawPlaces(inputs.logits, columnsAt(inputs.uniforms, columns.columnOf), columns), columns),
  );
  const counts = new Float64Array(choices);
  drawn.forEach((one, i) => {
    counts[i % choices]! += one;
  });
  // Even uniform numbers give every share to a row, whatever chance would have done.
  counts.forEach((count, i) => {
    expect(Math.abs(count - shares[i]! * rows)).toBeLessThan(1.01);
  });
});

test("normal numbers become even ones", async () => {
  const normals = Float32Array.of(-1.2816, 0, 0.6745, 8, -8);
  const uniforms = await run({ normals: tensorData(normals, [1, 5]) }, ({ inputs }) =>
    uniformOf(inputs.normals),
  );
  [0.1, 0.5, 0.75].forEach((wanted, i) => {
    expect(uniforms[i]).toBeCloseTo(wanted, 4);
  });
  expect(uniforms[3]).toBeLessThan(1);
  expect(uniforms[4]).toBeGreaterThan(0);
});
