import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { diversity } from "./diversity.ts";

const metadata: TableMetadata = {
  columns: {
    region: { sdtype: "categorical" },
    plan: { sdtype: "categorical" },
    amount: { sdtype: "numerical" },
    visits: { sdtype: "numerical" },
  },
};

interface Cells {
  region: string;
  plan: string;
  amount: number;
  visits: number;
}

/** Three kinds of rows far apart, by plan; the region is drawn alone. */
function table(
  rowCount: number,
  seed: number,
  change: (cells: Cells, random: RowRandom) => Cells = (own) => own,
): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "diversity"), row);
    const level = random.uniform() < 0.1 ? 2 : random.below(2);
    const cells = {
      region: ["north", "south", "west"][random.below(3)]!,
      plan: ["basic", "plus", "gold"][level]!,
      amount: 100 * level + random.uniform(),
      visits: random.below(10),
    };
    return change(cells, random);
  });
  const pick = <Name extends keyof Cells>(name: Name) => rows.map((row) => row[name]);
  return new Table([
    textColumn("region", pick("region")),
    textColumn("plan", pick("plan")),
    numberColumn("amount", pick("amount")),
    numberColumn("visits", pick("visits")),
  ]);
}

const real = table(3000, 1);
const holdout = table(1500, 2);

describe("diversity", () => {
  it("finds nothing lost in a second sample, nor in the holdout", async () => {
    let alarms = 0;
    for (let seed = 20; seed < 26; seed++) {
      const { modes, subgroups } = await diversity(
        { real, synthetic: table(3000, seed), holdout, metadata },
        { seed },
      );
      expect(modes!.share).toBe(1);
      expect(modes!.distance).toBeLessThan(0.08);
      alarms += Math.min(1, subgroups.significant);
      expect(subgroups.tested).toBeGreaterThan(40);
    }
    // Each table has a chance of 5 % at most: two alarms of six with less than 3 %, three with 0.3 %.
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it("counts what ranges and categories are covered", async () => {
    const cells = (amounts: number[], plans: (string | null)[]) =>
      new Table([numberColumn("amount", amounts), textColumn("plan", plans)]);
    const known: TableMetadata = {
      columns: { amount: { sdtype: "numerical" }, plan: { sdtype: "categorical" } },
    };
    const report = await diversity({
      real: cells([0, 10, 5, Number.NaN], ["a", "b", "c", "a"]),
      synthetic: cells([2, 8, 11, -1], ["a", "new", null, "a"]),
      holdout: cells([0, 5], ["b", "c"]),
      metadata: known,
    });
    expect(report.numbers[0]).toMatchObject({
      column: "amount",
      range: 1,
      outside: 0.5,
      ceiling: { range: 0.5 },
    });
    const [plan] = report.categories;
    expect(plan!.all).toMatchObject({ categories: 3, covered: 1, share: 1 / 3, ceiling: 2 / 3 });
    // Four rows, of shares 1/2, 1/4, 1/4.
    expect(plan!.all.expected).toBeCloseTo((1 - 0.5 ** 4 + 2 * (1 - 0.75 ** 4)) / 3, 12);
    expect(plan!.rare).toMatchObject({ categories: 0, share: null, expected: null, ceiling: null });
    expect(plan!.missing).toEqual([
      { category: "b", share: 0.25 },
      { category: "c", share: 0.25 },
    ]);
    expect(plan!.invented).toEqual({ categories: 1, rows: 0.25 });
    expect(report.totals).toMatchObject({
      range: 1,
      category: 1 / 3,
      rare: null,
      ceiling: { category: 2 / 3 },
    });
    expect(report.modes).toBeNull();
  });

  it("counts rare categories apart, and what chance would cover", async () => {
    const towns = (common: number, rare: readonly string[]) =>
      new Table([textColumn("town", [...new Array<string>(common).fill("city"), ...rare])]);
    const known: TableMetadata = { columns: { town: { sdtype: "categorical" } } };
    const rare = Array.from({ length: 10 }, (_, town) => `town ${town}`);
    const { categories } = await diversity({
      real: towns(4990, rare),
      synthetic: towns(4998, rare.slice(0, 2)),
      metadata: known,
    });
    expect(categories[0]!.veryRare).toMatchObject({ categories: 10, covered: 2, share: 0.2, ceiling: null });
    expect(categories[0]!.veryRare.expected).toBeCloseTo(1 - Math.exp(-1), 3);
    expect(categories[0]!.missing.length).toBe(8);
  });

  it("finds a kind of rows that is lost", async () => {
    const synthetic = table(3000, 3, (cells, random) =>
      cells.plan === "gold" ? { ...cells, plan: "basic", amount: random.uniform() } : cells,
    );
    const { modes } = await diversity({ real, synthetic, holdout, metadata });
    const lost = modes!.modes.filter(({ covered }) => !covered);
    expect(lost.length).toBeGreaterThan(0);
    for (const mode of lost) {
      expect(mode.synthetic).toBe(0);
      expect(mode.traits.some(({ column, value }) => column === "plan" && value === "gold")).toBe(true);
    }
    expect(modes!.share).toBeCloseTo(1 - lost.length / modes!.modes.length, 12);
    expect(modes!.ceiling).toBe(1);
    expect(lost.reduce((sum, mode) => sum + mode.real, 0)).toBeCloseTo(0.1, 1);
  });

  it("names the subgroup that is served worst, and the column in it", async () => {
    // In the south, rows of the plus plan have other visits, and half of them other amounts.
    const synthetic = table(3000, 4, (cells, random) =>
      cells.region === "south" && cells.plan === "plus"
        ? { ...cells, visits: random.below(3), amount: cells.amount - 100 * random.below(2) }
        : cells,
    );
    const { subgroups } = await diversity({ real, synthetic, holdout, metadata });
    const [worst] = subgroups.worst;
    expect(worst!.conditions).toEqual([
      { column: "region", value: "south" },
      { column: "plan", value: "plus" },
    ]);
    expect(worst!.worstColumn).toBe("visits");
    // Seven tenths of the rows have to move.
    expect(worst!.worstDistance).toBeGreaterThan(0.6);
    expect(worst!.worstDistance).toBeLessThan(0.75);
    expect(worst!.pValue).toBeLessThan(1e-10);
    expect(worst!.ceiling).toBeLessThan(0.03);
    expect(subgroups.ceilingSignificant).toBe(0);
  });

  it("names a subgroup that has too few rows, or none", async () => {
    const synthetic = table(3000, 5, (cells) =>
      cells.region === "west" && cells.plan === "basic" ? { ...cells, region: "north" } : cells,
    );
    const { subgroups } = await diversity({ real, synthetic, metadata });
    const [first] = subgroups.misSized;
    expect(first!.synthetic).toBe(0);
    expect(first!.distance).toBe(1);
    expect(first!.conditions.map(({ value }) => value)).toContain("west");
    expect(subgroups.ceilingSignificant).toBeNull();
  });

  it("counts repeated rows", async () => {
    const few = real.slice(0, 4);
    const twice = few.take([0, 1, 1, 0]);
    const { duplicates } = await diversity({ real: few, synthetic: twice, metadata });
    expect(duplicates).toEqual({ real: 0, synthetic: 0.5, holdout: null });
  });

  it("takes tables without anything to compare, and stops on request", async () => {
    const keys: TableMetadata = { columns: { region: { sdtype: "id" } } };
    const report = await diversity({ real, synthetic: holdout, metadata: keys });
    expect(report).toMatchObject({
      numbers: [],
      categories: [],
      modes: null,
      totals: { range: null, category: null },
    });
    expect(report.unused).toEqual([{ column: "region", reason: "id" }]);
    const stopped = diversity({ real, synthetic: holdout, metadata }, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });
});
