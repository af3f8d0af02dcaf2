import { RowRandom, streamKey } from "@verisim/core";
import { averagePrecision } from "@verisim/trees";
import { expect, test } from "vitest";
import { isSettled } from "./settled.ts";
import { bootstrapped, mean, type Side, scoreOf, verdictOf } from "./verdicts.ts";

const score = (low: number, high: number) => ({
  score: "average precision",
  plain: 0.5,
  resampled: 0.5 + (low + high) / 2,
  gain: (low + high) / 2,
  low,
  high,
});

test.each([
  [0.001, 0.05, "better", null],
  [-0.05, -0.001, "worse", null],
  // For certain above 0, however little.
  [0.001, 0.004, "better", null],
  [-0.019, 0.015, "no difference", null],
  [-0.021, 0.015, "unsure", 1100],
  // Half of it is 0.04, the gain 0.02: four times the rows have half the length.
  [-0.02, 0.06, "unsure", 4000],
  // Half is 0.06 about nothing: nine times the rows fit into the margin.
  [-0.06, 0.06, "unsure", 9000],
] as const)("an interval from %f to %f is %s", (low, high, verdict, rowsToTell) => {
  expect(verdictOf(score(low, high), 0.02, 1000)).toEqual({ verdict, rowsToTell });
});

/** Predictions of some trainings for 60 rare rows and 340 others; what is learnt of a row is in part the table's chance. */
function side(
  table: number,
  name: string,
  signal: number,
  passCount = 5,
): { side: Side; labels: Float64Array } {
  const labels = Float64Array.from({ length: 400 }, (_, row) => (row < 60 ? 1 : 0));
  const shared = streamKey(table, "shared");
  const own = streamKey(table, name);
  const passes = Array.from({ length: passCount }, (_, pass) => {
    const noise = streamKey(table, name, String(pass));
    const values = labels.map((label, row) => {
      const normal = (key: readonly [number, number]) => new RowRandom(key, row).normal();
      return signal * label + normal(shared) + 0.3 * normal(own) + 0.2 * normal(noise);
    });
    return averagePrecision.scorer(values, labels, 2);
  });
  return { side: { passes: [passes], folds: [], learnt: [] }, labels };
}

async function outcomes(tables: number, signal: number): Promise<{ better: number; worse: number }> {
  const found = { better: 0, worse: 0 };
  for (let table = 0; table < tables; table++) {
    const plain = side(table, "plain", 1.5);
    const other = side(table, "other", signal);
    const [[interval]] = (await bootstrapped(
      [plain.side, other.side],
      plain.labels,
      table,
      undefined,
      200,
    )) as [[{ low: number; high: number }]];
    if (interval.low > 0) found.better++;
    if (interval.high < 0) found.worse++;
  }
  return found;
}

test("where both sides are equally good hardly ever one is called better, and a better one mostly is", async () => {
  const { better, worse } = await outcomes(60, 1.5);
  // 3 of 60 are expected to be called either; more than 9 once in 1,300 times.
  expect(better + worse).toBeLessThanOrEqual(9);
  const helped = await outcomes(20, 2);
  expect(helped.better).toBeGreaterThanOrEqual(17);
  expect(helped.worse).toBe(0);
}, 60_000);

test("passes that are left out would hardly ever change the verdict, and many are where it is clear", async () => {
  const [settings, resamples] = [{ allPasses: 10, margin: 0.02, seed: 0, signal: undefined }, 300];
  const firstPasses = ({ passes }: Side, count: number): Side => ({
    passes: [passes[0]!.slice(0, count)],
    folds: [],
    learnt: [],
  });
  let [changed, made] = [0, 0];
  const tables = [1.5, 1.5, 1.6, 1.8, 2, 2.5].flatMap((signal) => [signal, signal, signal, signal]);
  for (const [table, signal] of tables.entries()) {
    const plain = side(table, "plain", 1.5, 10);
    const other = side(table, "other", signal, 10);
    const verdictAfter = async (count: number) => {
      const sides = [firstPasses(plain.side, count), firstPasses(other.side, count)];
      const [[interval]] = (await bootstrapped(sides, plain.labels, table, undefined, resamples)) as [
        [{ low: number; high: number }],
      ];
      const gains = sides.map(({ passes }) => mean(passes[0]!.map((one) => scoreOf(one, 400))));
      return verdictOf({ gain: gains[1]! - gains[0]!, ...interval }, 0.02, 400).verdict;
    };
    let count = 3;
    const settled = () =>
      isSettled([firstPasses(plain.side, count), firstPasses(other.side, count)], plain.labels, settings);
    while (count < 10 && !(await settled())) count++;
    made += count;
    if ((await verdictAfter(count)) !== (await verdictAfter(10))) changed++;
  }
  // One of a hundred is expected to; three of 24 once in 500 times.
  expect(changed).toBeLessThanOrEqual(2);
  // Of ten each, that is 240.
  expect(made).toBeLessThan(160);
}, 120_000);
