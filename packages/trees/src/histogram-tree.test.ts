// The addon's own trees: what they find, that drawn rows follow them, and that no chain from a file leads out of its lists.

import { rowUniform, streamKey } from "@verisim/core";
import { describe, expect, test } from "vitest";
import { type BinnedColumn, boostClasses, growDonorTree } from "./histogram-tree.ts";
import { type ChainColumn, HistogramTreeChain } from "./histogram-tree-chain.ts";

const rows = 6_000;
const noise = (name: string) => (row: number) => rowUniform(streamKey(1, name), row);
const column = (values: (row: number) => number, count: number, nominal = false): BinnedColumn => ({
  bins: Uint8Array.from({ length: rows }, (_, row) => values(row)),
  count,
  nominal,
});
const first = noise("first");
const second = noise("second");
const chance = noise("chance");
const a = column((row) => Math.floor(first(row) * 20), 20);
const b = column((row) => Math.floor(second(row) * 7), 7, true);
const held = Uint32Array.from({ length: rows / 5 }, (_, i) => 5 * i);
const settings = { ordered: false, zeroApart: false, folds: [held], minLeaf: 20, penalty: 2 };

/** Class 1 with probability 0.9 where a >= 12 and b is 1, 3 or 5, else 0.1. */
const codes = Int32Array.from({ length: rows }, (_, row) => {
  const likely = a.bins[row]! >= 12 && b.bins[row]! % 2 === 1;
  return chance(row) < (likely ? 0.9 : 0.1) ? 1 : 0;
});
/** Mean log-likelihood of the true probabilities, in nats. */
const entropy = 0.9 * Math.log(0.9) + 0.1 * Math.log(0.1);

const root = (start: number, end: number) => ({
  feature: Int32Array.of(-1),
  threshold: Int32Array.of(0),
  left: Int32Array.of(0),
  start: Int32Array.of(start),
  end: Int32Array.of(end),
  up: Float32Array.of(0),
  masks: new Uint32Array(0),
});
const plain = (donors: readonly number[], outcomes: number): ChainColumn => ({
  binOf: Uint8Array.from({ length: outcomes }, (_, code) => code),
  uses: new Int32Array(0),
  model: { ...root(0, donors.length), donors: Int32Array.from(donors) },
});
const draw = async (chain: HistogramTreeChain, columns: number, rowStart: number, rowCount: number) => {
  const outputs = Array.from({ length: columns }, () => new Int32Array(rowCount));
  const keys = outputs.map((_, c) => streamKey(7, `column ${c}`));
  await chain.draw({ keys, choices: streamKey(7, "choices"), rowStart, rowCount }, outputs);
  return outputs;
};

describe("a donor tree", () => {
  test("comes near the likelihood of the true probabilities", async () => {
    const tree = await growDonorTree({ columns: [a, b], codes, outcomes: 2, ...settings });
    expect(tree.heldScore).toBeGreaterThan(entropy - 0.03);
    expect(tree.heldRoot).toBeLessThan(entropy - 0.1);
    expect(tree.donors.length).toBe(rows);
  });

  test("does not split on noise", async () => {
    const coin = Int32Array.from({ length: rows }, (_, row) => (chance(row) < 0.5 ? 1 : 0));
    const tree = await growDonorTree({ columns: [a, b], codes: coin, outcomes: 2, ...settings });
    expect(tree.feature.length).toBeLessThanOrEqual(3);
  });

  test("of few rows is no deeper than its folds say", async () => {
    const few = 150;
    const columns = [a, b].map((own) => ({ ...own, bins: own.bins.slice(0, few) }));
    const coin = Int32Array.from({ length: few }, (_, row) => (chance(row) < 0.5 ? 1 : 0));
    const folds = Array.from({ length: 5 }, (_, fold) =>
      Uint32Array.from({ length: few / 5 }, (_unused, i) => 5 * i + fold),
    );
    const loose = { ...settings, columns, codes: coin, outcomes: 2, minLeaf: 5, penalty: 0 };
    const [judged, unjudged] = [
      await growDonorTree({ ...loose, folds }),
      await growDonorTree({ ...loose, folds: [] }),
    ];
    expect(unjudged.feature.length).toBeGreaterThan(15);
    expect(judged.feature.length).toBeLessThan(8);
  });

  test("takes a leaf without variation at its word", async () => {
    const exact = Int32Array.from(a.bins, (bin) => (bin < 5 ? 0 : 1 + (bin % 3)));
    const tree = await growDonorTree({ columns: [a], codes: exact, outcomes: 4, ...settings });
    const target: ChainColumn = { ...plain([0], 4), uses: Int32Array.of(0), model: tree };
    const chain = new HistogramTreeChain([plain([...a.bins], 20), target]);
    const [x, y] = await draw(chain, 2, 0, 4_000);
    for (let row = 0; row < 4_000; row++) expect(y![row]).toBe(x![row]! < 5 ? 0 : 1 + (x![row]! % 3));
  });

  test("of more rows than its splits are learnt from has all rows in their leaves", async () => {
    const many = 150_000;
    const bins = Uint8Array.from({ length: many }, (_, row) => Math.floor(first(row) * 20));
    const large: BinnedColumn = { bins, count: 20, nominal: false };
    const exact = Int32Array.from(bins, (bin) => (bin < 5 ? 0 : 1 + (bin % 3)));
    const tree = await growDonorTree({ columns: [large], codes: exact, outcomes: 4, ...settings });
    const counts = (cells: Int32Array) => [0, 1, 2, 3].map((code) => cells.filter((c) => c === code).length);
    expect(counts(tree.donors)).toEqual(counts(exact));
    const [lowest, highest] = [Math.min(...tree.start), Math.max(...tree.end)];
    expect([lowest, highest]).toEqual([0, many]);
    for (const [node, feature] of tree.feature.entries()) {
      const own = tree.donors.subarray(tree.start[node], tree.end[node]);
      if (feature < 0) {
        expect(new Set(own).size, `outcomes of leaf ${node}`).toBe(1);
        continue;
      }
      const [left, right] = [tree.left[node]!, tree.left[node]! + 1];
      expect([tree.start[left], tree.end[left], tree.end[right]]).toEqual([
        tree.start[node],
        tree.start[right],
        tree.end[node],
      ]);
    }
  });

  test("of many outcomes tells apart those that are rare in all rows and frequent in a node", async () => {
    // 300 outcomes, twenty rows of each; the bin of each row says which it is but for one in twenty.
    const outcome = (row: number): number => row % 300;
    const told = column(
      (row) => (chance(row) < 0.05 ? Math.floor(first(row) * 256) : outcome(row) % 256),
      256,
      true,
    );
    const half = column((row) => Math.floor(outcome(row) / 150), 2);
    const many = Int32Array.from({ length: rows }, (_, row) => outcome(row));
    const tree = await growDonorTree({
      columns: [told, half],
      codes: many,
      outcomes: 300,
      ...settings,
      folds: [],
      minLeaf: 10,
    });
    const leaves = [...tree.feature.keys()].filter((node) => tree.feature[node]! < 0);
    const purest = leaves
      .map((node) => {
        const donors = tree.donors.subarray(tree.start[node]!, tree.end[node]!);
        const counts = new Map<number, number>();
        for (const donor of donors) counts.set(donor, (counts.get(donor) ?? 0) + 1);
        return Math.max(...counts.values());
      })
      .reduce((sum, count) => sum + count, 0);
    // Where every leaf is of one outcome it is 0.95 or so.
    expect(purest / rows).toBeGreaterThan(0.8);
  });

  test("with a price on what learnt rows are likelier by is shallower or smoother", async () => {
    // Twelve kinds that hang together with 19 stretches: a few rows of each, which deep leaves learn by heart.
    const some = Uint32Array.from({ length: 60 }, (_, i) => 5 * i);
    const kinds = Int32Array.from({ length: rows }, (_, row) =>
      row >= 300 ? -1 : Math.floor(6 * second(row) * chance(row) + a.bins[row]! / 4),
    );
    const request = {
      columns: [a, b],
      codes: kinds,
      outcomes: 12,
      ...settings,
      folds: [some],
      penalty: 0,
      minLeaf: 2,
    };
    const free = await growDonorTree(request);
    const priced = await growDonorTree({ ...request, leakPrice: 3 });
    expect(free.worth).toBe(free.heldScore);
    expect(priced.worth).toBeLessThan(priced.heldScore);
    expect(priced.heldScore).toBeLessThanOrEqual(free.heldScore);
    expect(priced.feature.length < free.feature.length || priced.smoothing > free.smoothing).toBe(true);
  });

  test("keeps rows without an outcome out of its donors", async () => {
    const some = codes.map((code, row) => (row % 3 === 0 ? -1 : code));
    const tree = await growDonorTree({ columns: [a], codes: some, outcomes: 2, ...settings });
    expect(tree.donors.length).toBe(some.filter((code) => code >= 0).length);
    expect(tree.donors.includes(-1)).toBe(false);
  });
});

describe("boosted classes", () => {
  const options = { held, depth: 6, maxTrees: 200, learningRate: 0.15, toBeat: -1e300, seed: 3 };

  test("of two come near the likelihood of the true probabilities", async () => {
    const boosted = await boostClasses({ columns: [a, b], classOf: codes, classes: 2, ...options });
    // 1,200 held-out rows: two deviations of their mean are 0.038.
    expect(boosted.heldScore).toBeGreaterThan(entropy - 0.04);
  });

  test("of nine tell classes apart that only a few sums of slopes were looked at for", async () => {
    const classOf = Int32Array.from({ length: rows }, (_, row) =>
      chance(row) < 0.8 ? Math.min(8, Math.floor(a.bins[row]! / 2)) : Math.floor(second(row) * 9),
    );
    const boosted = await boostClasses({ columns: [a, b], classOf, classes: 9, ...options });
    // 0.8 + 0.2 / 9 for the row's own class, 0.2 / 9 for the others, as b tells no more than which of them.
    expect(boosted.heldScore).toBeGreaterThan(-1.0);
    expect(boosted.feature.length).toBeGreaterThan(0);
  });

  test("with a price on what learnt rows are likelier by are fewer trees, a little less likely", async () => {
    const free = await boostClasses({ columns: [a, b], classOf: codes, classes: 2, ...options });
    expect(free.worth).toBe(free.heldScore);
    const priced = await boostClasses({
      columns: [a, b],
      classOf: codes,
      classes: 2,
      ...options,
      leakPrice: 3,
    });
    expect(priced.feature.length).toBeLessThan(free.feature.length);
    expect(priced.heldScore).toBeLessThanOrEqual(free.heldScore);
    expect(priced.heldScore).toBeGreaterThan(entropy - 0.08);
    expect(priced.worth).not.toBe(priced.heldScore);
  });
});

describe("a chain", () => {
  test("spreads each outcome evenly over 4,096 rows, in an order of its own", async () => {
    const chain = new HistogramTreeChain([plain([0, 0, 0, 1, 1, 1, 1, 1, 1, 1], 2)]);
    const [cells] = await draw(chain, 1, 0, 4_096);
    const zeros = cells!.filter((code) => code === 0).length;
    expect(Math.abs(zeros - 0.3 * 4_096)).toBeLessThanOrEqual(1);
    // Neighbours agree with probability 0.58 if rows are in no order; six deviations are 0.046.
    const same = cells!.filter((code, row) => row > 0 && code === cells![row - 1]).length / 4_095;
    expect(Math.abs(same - 0.58)).toBeLessThan(0.046);
  });

  test("draws any rows as it draws them among others", async () => {
    const chain = new HistogramTreeChain([plain([0, 1, 2, 3, 4], 5)]);
    const [whole] = await draw(chain, 1, 2 ** 33, 9_000);
    const [part] = await draw(chain, 1, 2 ** 33 + 4_000, 300);
    expect(part).toEqual(whole!.slice(4_000, 4_300));
  });

  /** Outcome of the column before: 0 and 2 mean 1, 1 means 0. */
  const decided: ChainColumn = {
    binOf: Uint8Array.of(0, 1),
    uses: Int32Array.of(0),
    model: { lookup: Int32Array.of(1, 0, 1) },
  };

  test("looks a decided column up, freely and under a condition", async () => {
    const chain = new HistogramTreeChain([plain([0, 1, 2], 3), decided]);
    const [cells, looked] = await draw(chain, 2, 5, 3_000);
    expect(new Set(cells)).toEqual(new Set([0, 1, 2]));
    expect(looked).toEqual(cells!.map((cell) => (cell === 1 ? 0 : 1)));
    const outputs = [new Int32Array(50), new Int32Array(50)];
    const keys = outputs.map((_, c) => streamKey(7, `column ${c}`));
    const request = { keys, choices: streamKey(7, "choices"), rowStart: 0, rowCount: 50 };
    const allowed = [{ column: 0, share: Float64Array.of(0, 1, 1) }];
    await chain.draw({ ...request, allowed, tries: 100 }, outputs);
    expect(new Set(outputs[0])).toEqual(new Set([1, 2]));
    expect(outputs[1]).toEqual(outputs[0]!.map((cell) => (cell === 1 ? 0 : 1)));
    const asked = chain.draw({ ...request, allowed: [{ column: 1, share: Float64Array.of(0, 1) }] }, outputs);
    await expect(asked).rejects.toMatchObject({ code: "VERISIM_NATIVE_ARGUMENT" });
  });

  const code = (make: () => unknown): string | undefined => {
    try {
      make();
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return "none";
  };
  const wrong: readonly (readonly [string, object])[] = [
    ["a donor that is no outcome", { donors: Int32Array.of(0, 9) }],
    ["a node without donors", { end: Int32Array.of(0) }],
    ["donors beyond the list", { end: Int32Array.of(3) }],
    ["a split on no column", { feature: Int32Array.of(4) }],
    ["lists of two lengths", { left: new Int32Array(2) }],
    ["a probability above 1", { up: Float32Array.of(2) }],
  ];
  test.each(wrong)("from a file with %s is refused", (_what, part) => {
    const model = { ...root(0, 2), donors: Int32Array.of(0, 1), ...part };
    const make = () =>
      new HistogramTreeChain([{ binOf: Uint8Array.of(0, 1), uses: new Int32Array(0), model }]);
    expect(code(make)).toBe("VERISIM_NATIVE_ARGUMENT");
  });

  const stretches = { low: Float64Array.of(0, 1), high: Float64Array.of(1, 2) };
  const wronglyDecided: readonly (readonly [string, Partial<ChainColumn>])[] = [
    ["an outcome that there is not", { model: { lookup: Int32Array.of(1, 0, 2) } }],
    ["too few outcomes", { model: { lookup: Int32Array.of(1, 0) } }],
    ["no column that decides", { uses: new Int32Array(0) }],
    ["itself", { uses: Int32Array.of(1) }],
    ["stretches of numbers", { stretches }],
  ];
  test.each(wronglyDecided)("in which a column is decided with %s is refused", (_what, part) => {
    const make = () => new HistogramTreeChain([plain([0, 1, 2], 3), { ...decided, ...part }]);
    expect(code(make)).toBe("VERISIM_NATIVE_ARGUMENT");
  });

  test("whose walk would never end is refused", () => {
    const model = {
      ...root(0, 2),
      feature: Int32Array.of(0, -1, -1),
      threshold: new Int32Array(3),
      left: new Int32Array(3),
      start: new Int32Array(3),
      end: Int32Array.of(2, 1, 2),
      up: new Float32Array(3),
      donors: Int32Array.of(0, 1),
    };
    const target = { binOf: Uint8Array.of(0, 1), uses: Int32Array.of(0), model };
    expect(code(() => new HistogramTreeChain([plain([0, 1], 2), target]))).toBe("VERISIM_NATIVE_ARGUMENT");
  });
});

test("growing stops on an abort signal", async () => {
  const signal = AbortSignal.abort();
  const grown = growDonorTree({ columns: [a, b], codes, outcomes: 2, ...settings }, signal);
  await expect(grown).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
});
