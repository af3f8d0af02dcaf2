// Scores that every row begins with come back to the training rows' shares; what chance explains is left alone.

import { rowUniform, streamKey } from "@verisim/core";
import { boostClasses, growDonorTree, HistogramTreeChain } from "@verisim/trees";
import { expect, test } from "vitest";
import { calibrateClasses } from "./calibrate-classes.ts";
import type { BoostedModel, ChainTrees } from "./fit-trees.ts";
import { type LearntCategory, outcomeKey } from "./learnt-columns.ts";
import { chainColumn } from "./table-sampler.ts";

const rows = 3_000;
const drawOf = (name: string) => (row: number) => rowUniform(streamKey(4, name), row);
const kind = drawOf("kind");
const answer = drawOf("answer");
const first = Int32Array.from({ length: rows }, (_, row) => Math.floor(3 * kind(row)));
// Shares 0.6, 0.3 and 0.1, turned around by the first column.
const second = first.map((code, row) => (code + (answer(row) < 0.6 ? 0 : answer(row) < 0.9 ? 1 : 2)) % 3);
const column = (name: string, encoded: number): LearntCategory => ({
  kind: "category",
  name,
  encoded,
  missing: false,
  cardinality: 3,
  ordered: false,
  binOf: Uint8Array.of(0, 1, 2),
});
const columns = [column("first", 0), column("second", 1)];

async function chainTrees(): Promise<ChainTrees[]> {
  const held = Uint32Array.from({ length: rows / 5 }, (_, i) => 5 * i);
  const own = { outcomes: 3, ordered: false, zeroApart: false, folds: [held], minLeaf: 20, penalty: 2 };
  const { classOf, smoothing, heldScore, heldRoot, ...tree } = await growDonorTree({
    ...own,
    columns: [],
    codes: first,
  });
  const { heldScore: score, ...boosted } = await boostClasses({
    columns: [{ bins: Uint8Array.from(first), count: 3, nominal: true }],
    classOf: second,
    classes: 3,
    held,
    depth: 3,
    maxTrees: 60,
    learningRate: 0.15,
    toBeat: -1e9,
    seed: 1,
  });
  expect(score).toBeGreaterThan(-1.1);
  return [
    { uses: Int32Array.of(), model: tree },
    { uses: Int32Array.of(0), model: { boosted, outcomes: Int32Array.of(0, 1, 2) } },
  ];
}

async function sharesOf(trees: readonly ChainTrees[]): Promise<number[]> {
  const count = 40_000;
  const outputs = columns.map(() => new Int32Array(count));
  const chain = new HistogramTreeChain(columns.map((own, place) => chainColumn(own, trees[place]!)));
  await chain.draw(
    {
      keys: columns.map((own) => outcomeKey(9, "table", own)),
      choices: streamKey(9),
      rowStart: 0,
      rowCount: count,
    },
    outputs,
  );
  return [0, 1, 2].map((code) => outputs[1]!.filter((own) => own === code).length / count);
}

test("a score that is off comes back to the training rows' share", async () => {
  const trees = await chainTrees();
  const { boosted, outcomes } = trees[1]!.model as BoostedModel;
  const start = boosted.start.map((score, k) => score + (k === 1 ? 0.5 : 0));
  const off: ChainTrees[] = [
    trees[0]!,
    { ...trees[1]!, model: { boosted: { ...boosted, start }, outcomes } },
  ];
  const real = [0, 1, 2].map((code) => second.filter((own) => own === code).length / rows);
  expect(Math.abs((await sharesOf(off))[1]! - real[1]!)).toBeGreaterThan(0.05);
  const back = await sharesOf(await calibrateClasses({ columns, trees: off, codes: [first, second] }));
  // Three deviations of shares of 12,000 and 40,000 rows are 0.015.
  back.forEach((share, code) => {
    expect(Math.abs(share - real[code]!)).toBeLessThan(0.015);
  });
});

test("a chain without boosted classes stays as it is", async () => {
  const [tree] = await chainTrees();
  expect(await calibrateClasses({ columns: columns.slice(0, 1), trees: [tree!], codes: [first] })).toEqual([
    tree,
  ]);
});
