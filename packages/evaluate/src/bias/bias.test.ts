import { numberColumn, RowRandom, streamKey, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { bias } from "./bias.ts";
import { isSensitiveName } from "./sensitive-columns.ts";

const metadata: TableMetadata = {
  columns: {
    sex: { sdtype: "categorical" },
    age: { sdtype: "numerical" },
    skill: { sdtype: "numerical" },
    hired: { sdtype: "categorical" },
  },
};

/** Half the rows are women; men are hired with the chance 0.4 + gap / 2, women with 0.4 - gap / 2, by skill. */
function table(rowCount: number, seed: number, { gap = 0.2, women = 0.5 } = {}): Table {
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const random = new RowRandom(streamKey(seed, "bias"), row);
    const sex = random.uniform() < women ? "woman" : "man";
    const skill = random.uniform();
    const chance = 0.4 + (sex === "man" ? gap / 2 : -gap / 2);
    return { sex, skill, age: 18 + random.below(50), hired: skill > 1 - chance ? "yes" : "no" };
  });
  return new Table([
    textColumn(
      "sex",
      rows.map(({ sex }) => sex),
    ),
    numberColumn(
      "age",
      rows.map(({ age }) => age),
    ),
    numberColumn(
      "skill",
      rows.map(({ skill }) => skill),
    ),
    textColumn(
      "hired",
      rows.map(({ hired }) => hired),
    ),
  ]);
}

const real = table(3000, 1);
const holdout = table(3000, 2);

describe("bias", () => {
  it("finds an amplified gap, and none in a second sample", async () => {
    const amplified = await bias(
      { real, synthetic: table(3000, 3, { gap: 0.5 }), holdout, metadata },
      { target: "hired", outcome: "yes", pairs: false },
    );
    expect(amplified).toMatchObject({ target: "hired", outcome: "yes", unused: [] });
    expect(amplified.columns.map(({ columns, chosenBy }) => [...columns, chosenBy])).toEqual([
      ["sex", "name"],
      ["age", "name"],
    ]);
    const [sex, age] = amplified.columns;
    expect(sex!.gap).toMatchObject({ outcome: "yes", first: "man", second: "woman", verdict: "amplified" });
    // Gaps of 0.2 and 0.5, each with an error of 0.018: within four of them.
    expect(Math.abs(sex!.gap!.real.value - 0.2)).toBeLessThan(0.072);
    expect(Math.abs(sex!.gap!.synthetic!.value - 0.5)).toBeLessThan(0.072);
    expect(Math.abs(sex!.gap!.amplification!.value - 0.3)).toBeLessThan(0.1);
    expect(sex!.gap!.control!.low).toBeLessThan(0);
    expect(sex!.gap!.control!.high).toBeGreaterThan(0);
    expect(sex!.outcomes.map(({ group, rows }) => [group, rows.real])).toEqual(
      sex!.outcomes.map(({ group }) => [group, sex!.groups.find((own) => own.group === group)!.real * 3000]),
    );
    expect(age!.groups.length).toBe(4);
    expect(age!.gap!.verdict).toBe("no difference");
    const same = await bias(
      { real, synthetic: table(3000, 4), holdout, metadata },
      { target: "hired", outcome: "yes", pairs: false },
    );
    expect(same.columns[0]!.gap!.verdict).toBe("no difference");
    expect(same.columns[0]!.shareDistance).toBeLessThan(0.04);
  });

  it("calls a gap that only the synthetic rows have amplified, whichever group it favours", async () => {
    const fair = { real: table(3000, 11, { gap: 0 }), holdout: table(3000, 12, { gap: 0 }), metadata };
    for (const gap of [0.3, -0.3]) {
      const { columns } = await bias(
        { ...fair, synthetic: table(3000, 13, { gap }) },
        { target: "hired", outcome: "yes", sensitive: ["sex"] },
      );
      expect(columns[0]!.gap).toMatchObject({ first: gap > 0 ? "man" : "woman", verdict: "amplified" });
    }
    const softened = await bias(
      { ...fair, real, synthetic: fair.real },
      { target: "hired", outcome: "yes", sensitive: ["sex"] },
    );
    expect(softened.columns[0]!.gap).toMatchObject({ first: "man", verdict: "softened" });
  });

  it("of many gaps without any difference calls one in twenty tables amplified or softened, not most", async () => {
    const many: TableMetadata = {
      columns: {
        race: { sdtype: "categorical" },
        religion: { sdtype: "categorical" },
        hired: { sdtype: "categorical" },
      },
    };
    const drawn = (seed: number): Table => {
      const rows = Array.from({ length: 1200 }, (_, row) => {
        const random = new RowRandom(streamKey(seed, "gaps"), row);
        return [`r${random.below(8)}`, `g${random.below(6)}`, random.uniform() < 0.4 ? "yes" : "no"] as const;
      });
      const column = (name: string, at: 0 | 1 | 2) =>
        textColumn(
          name,
          rows.map((row) => row[at]),
        );
      return new Table([column("race", 0), column("religion", 1), column("hired", 2)]);
    };
    let [told, alone] = [0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const tables = { real: drawn(2 * seed), synthetic: drawn(2 * seed + 1), metadata: many };
      const { columns, gapsLookedAt } = await bias(tables, { target: "hired", pairs: false });
      expect(gapsLookedAt).toBe(28 + 15);
      if (columns.some(({ gap }) => gap!.verdict !== "no difference")) told++;
      if (columns.some(({ gap }) => gap!.amplification!.low > 0 || gap!.amplification!.high < 0)) alone++;
    }
    // At most 5 % of 60: more than 8 by chance once in 600. Gap by gap it would be most of the tables.
    expect(told).toBeLessThanOrEqual(8);
    expect(alone).toBeGreaterThan(20);
  });

  it("finds what a model does to the groups after it learnt an amplified gap", async () => {
    const { columns } = await bias(
      { real, synthetic: table(3000, 5, { gap: 0.6 }), holdout, metadata },
      { target: "hired", outcome: "yes", sensitive: ["sex"] },
    );
    expect(columns[0]!.chosenBy).toBe("caller");
    const models = columns[0]!.models!;
    // Skill and sex say all, so that the real model is right and its gap of predictions is that of the outcomes.
    expect(Math.abs(models.demographicParity!.real.value - 0.2)).toBeLessThan(0.07);
    expect(Math.abs(models.demographicParity!.synthetic!.value - 0.6)).toBeLessThan(0.07);
    expect(models.demographicParity!.change!.low).toBeGreaterThan(0.3);
    // Of the women who are hired (skill above 0.7) the synthetic model knows those above 0.9: a third.
    const woman = models.groups.find(({ group }) => group === "woman")!;
    expect(woman.real.truePositive).toBeGreaterThan(0.95);
    expect(woman.synthetic!.truePositive).toBeGreaterThan(0.23);
    expect(woman.synthetic!.truePositive).toBeLessThan(0.43);
    expect(models.equalOpportunity!.synthetic!.value).toBeGreaterThan(0.5);
    expect(models.equalizedOdds!.change!.value).toBeGreaterThan(0.4);
    expect(models.equalizedOdds!.real.value).toBeLessThan(0.06);
  });

  it("finds a shift of the groups' shares, with an interval", async () => {
    const { columns, target } = await bias(
      { real, synthetic: table(3000, 6, { women: 0.3 }), metadata },
      { sensitive: ["sex"] },
    );
    expect(target).toBeNull();
    const [sex] = columns;
    expect(sex).toMatchObject({ outcomes: [], gap: null, models: null, ceilingDistance: null });
    expect(sex!.shareDistance).toBeCloseTo(0.2, 1);
    const woman = sex!.groups.find(({ group }) => group === "woman")!;
    expect(woman.shift.value).toBeCloseTo(woman.synthetic - woman.real, 12);
    expect(woman.shift.high).toBeLessThan(-0.1);
  });

  it("takes two columns together, numbers as outcome, and more than two classes", async () => {
    const tables = { real, synthetic: table(2000, 7), holdout, metadata };
    const numbers = await bias(tables, { target: "skill" });
    expect(numbers).toMatchObject({ outcome: null });
    expect(numbers.columns.map(({ columns }) => columns.join(" x "))).toEqual(["sex", "age", "sex x age"]);
    expect(numbers.columns[2]!.groups.length).toBe(8);
    expect(numbers.columns[0]!.models).toBeNull();
    // Skill follows neither sex nor age; its gap is in deviations.
    expect(Math.abs(numbers.columns[0]!.gap!.real.value)).toBeLessThan(0.15);
    const classes = await bias(tables, { target: "age", sensitive: ["sex", "hired"], pairs: false });
    expect(classes.columns.map(({ columns }) => columns[0])).toEqual(["sex", "hired"]);
    const ages = (own: Table) =>
      new Table([
        own.column("sex"),
        numberColumn("skill", (own.column("skill") as { values: Float64Array }).values),
        textColumn(
          "age",
          Array.from((own.column("age") as { values: Float64Array }).values, (age) =>
            age < 30 ? "young" : age < 50 ? "middle" : "old",
          ),
        ),
      ]);
    const grouped: TableMetadata = {
      columns: {
        sex: { sdtype: "categorical" },
        skill: { sdtype: "numerical" },
        age: { sdtype: "categorical" },
      },
    };
    const many = await bias(
      { real: ages(real), synthetic: ages(tables.synthetic), holdout: ages(holdout), metadata: grouped },
      { target: "age", sensitive: ["sex"], maxRows: 500 },
    );
    expect(many.outcome).toBeNull();
    expect(["young", "middle", "old"]).toContain(many.columns[0]!.gap!.outcome);
    expect(many.columns[0]!.models!.groups.length).toBe(2);
  });

  it("says which columns it cannot judge, and refuses an outcome that is none", async () => {
    const tables = { real, synthetic: real, holdout, metadata };
    const { unused, columns } = await bias(tables, { sensitive: ["sex", "nothing"] });
    expect(unused).toEqual([{ column: "nothing", reason: "no such column" }]);
    expect(columns.length).toBe(1);
    await expect(bias(tables, { target: "hired", outcome: "perhaps" })).rejects.toMatchObject({
      code: "VERISIM_TARGET",
      where: { column: "hired", option: "outcome" },
    });
    const few = await bias({ ...tables, real: real.slice(0, 40), synthetic: real }, { sensitive: ["age"] });
    expect(few.unused).toEqual([{ column: "age", reason: "fewer than two groups of 30 rows" }]);
  });

  it("knows sensitive columns by their names", () => {
    const names = [
      "sex",
      "Applicant_Gender",
      "ageGroup",
      "AGE",
      "native-country",
      "Race/Ethnicity",
      "marital_status",
      "country of birth",
    ];
    expect(names.filter(isSensitiveName)).toEqual(names);
    const others = ["message", "country", "racecar", "package", "page views", "Sussex", "wage", "income"];
    expect(others.filter(isSensitiveName)).toEqual([]);
  });
});
