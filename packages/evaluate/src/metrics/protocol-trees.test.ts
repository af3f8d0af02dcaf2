import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it, vi } from "vitest";
import { protocolFloors } from "./efficacy-floors.ts";
import { compareTables } from "./judged-tables.ts";
import { logisticDetection } from "./logistic-detection.ts";
import { computeMetrics } from "./registry.ts";
import { xgboostDetection } from "./xgboost-detection.ts";

const metadata: TableMetadata = {
  columns: {
    x: { sdtype: "numerical" },
    y: { sdtype: "numerical" },
    kind: { sdtype: "categorical" },
    n: { sdtype: "numerical" },
  },
};

/** y follows x where `bound`; the kind, of `kinds`, says in which part x lies; n is e to the power of x. */
function drawn(rowCount: number, seed: number, { bound = true, kinds = 2 } = {}): Table {
  const random = new RowRandom(streamKey(seed, "protocol"), 0);
  const x = Float64Array.from({ length: rowCount }, () => random.uniform() * 2 - 1);
  const y = x.map((value) => Math.abs(bound ? value : random.uniform() * 2 - 1) + random.uniform() * 0.1);
  return new Table([
    numberColumn("x", x),
    numberColumn("y", y),
    textColumn(
      "kind",
      Array.from(x, (value) => `part ${Math.floor(((value + 1) / 2) * kinds)}`),
    ),
    numberColumn(
      "n",
      x.map((value) => Math.exp(5 + value)),
    ),
  ]);
}

const labelled = (table: Table, kind: string): Table =>
  new Table(
    table.columns.map((own) =>
      own.name === "kind" ? textColumn("kind", Array(table.rowCount).fill(kind)) : own,
    ),
  );

describe("the C2ST by XGBoost's trees", () => {
  it("sees a dependence that a linear model does not, and finds two samples alike", async () => {
    const real = drawn(1500, 1);
    const loose = compareTables({ real, synthetic: drawn(1500, 2, { bound: false }), metadata });
    const alike = compareTables({ real, synthetic: drawn(1500, 3), metadata });
    expect((await logisticDetection(loose, 1))!.score).toBeGreaterThan(0.9);
    expect((await xgboostDetection(loose, 1))!.score).toBeLessThan(0.2);
    // Folds of 1,000 rows: an AUC of 0.5 is known to 0.02.
    expect((await xgboostDetection(alike, 1))!.score).toBeGreaterThan(0.9);
  });

  it("needs three rows a table and a column to compare", async () => {
    const tables = { real: drawn(30, 1), synthetic: drawn(2, 2), metadata };
    expect(await xgboostDetection(compareTables(tables), 1)).toBe(null);
  });
});

describe("the protocol's efficacy", () => {
  const mle = async (synthetic: Table, target: string, kinds = 2): Promise<number | null> => {
    const tables = { real: drawn(600, 1, { kinds }), synthetic, holdout: drawn(400, 9, { kinds }), metadata };
    return (await computeMetrics(tables, ["mle"], { target }))[0]!.value;
  };

  it.each([2, 3, 12])("is an AUC near 1 where %d classes follow from the columns", async (kinds) => {
    expect(await mle(drawn(600, 2, { kinds }), "kind", kinds)).toBeGreaterThan(0.97);
  });

  it("has none where nothing can be learnt: one class, or more than fifty", async () => {
    expect(await mle(labelled(drawn(600, 2), "part 0"), "kind")).toBe(null);
    expect(await mle(drawn(600, 2, { kinds: 60 }), "kind", 60)).toBe(null);
  });

  it("is the error of the logarithm for numbers", async () => {
    const error = await mle(drawn(600, 2), "n");
    // The logarithm lies between 4 and 6.
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(0.1);
  });

  it("is the same whatever runs beside it", async () => {
    const value = await mle(drawn(600, 2), "kind");
    vi.stubEnv("VERISIM_THREADS", "1");
    try {
      expect(await mle(drawn(600, 2), "kind")).toBe(value);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe("what the protocol does to numbers", () => {
  const column = (...values: number[]) => ({ name: String(values), values: Float64Array.from(values) });
  const nothing = Number.NEGATIVE_INFINITY;

  it.each([
    ["all are logarithms where the first reaches a thousand", [column(5, 2000), column(0, 1)], [0.01, 0.01]],
    ["none is where the first does not", [column(5, 20), column(1, 5000)], [nothing, nothing]],
    ["none is where the first has a negative", [column(-5, 2000), column(1, 5000)], [nothing, nothing]],
    [
      "a zero is taken anew from the next",
      [column(0, 2000), column(-1, 5), column(3, 4)],
      [0.01, nothing, nothing],
    ],
    ["a column without a value says nothing", [column(Number.NaN), column(1, 5000)], [nothing, 0.01]],
  ])("%s", (_, columns, floors) => {
    expect(protocolFloors(columns)).toEqual(floors);
  });
});
