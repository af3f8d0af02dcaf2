import { dictionaryColumn, numberColumn, rowUniform, streamKey, Table } from "@verisim/core";
import { normalCdf, normalQuantile } from "@verisim/stats";
import { describe, expect, it } from "vitest";
import { GaussianCopula } from "./gaussian-copula.ts";

const rows = 20_000;

/** Two correlated normals per row, from counted numbers. */
function pair(rho: number, row: number): [number, number] {
  const key = streamKey(11, "dependence test");
  const x = normalQuantile(rowUniform(key, row, 0));
  return [x, rho * x + Math.sqrt(1 - rho * rho) * normalQuantile(rowUniform(key, row, 1))];
}

function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    sa += a[i]!;
    sb += b[i]!;
    saa += a[i]! ** 2;
    sbb += b[i]! ** 2;
    sab += a[i]! * b[i]!;
  }
  const n = a.length;
  return (sab / n - (sa * sb) / n ** 2) / Math.sqrt((saa / n - (sa / n) ** 2) * (sbb / n - (sb / n) ** 2));
}

const numbersOf = (table: Table, name: string): Float64Array => {
  const column = table.column(name);
  if (column.kind !== "number") throw new Error("expected numbers");
  return column.values;
};
const codesOf = (table: Table, name: string): Int32Array => {
  const column = table.column(name);
  if (column.kind !== "dictionary") throw new Error("expected categories");
  return column.codes;
};

describe("GaussianCopula dependence", () => {
  it("gives numbers their own Pearson correlation, however skewed they are", async () => {
    const draws = Array.from({ length: rows }, (_, row) => pair(0.8, row));
    const table = new Table([
      numberColumn(
        "income",
        draws.map(([x]) => Math.exp(1.2 * x)),
      ),
      numberColumn(
        "score",
        draws.map(([, y]) => normalCdf(y) * 100),
      ),
    ]);
    const metadata = { columns: { income: { sdtype: "numerical" }, score: { sdtype: "numerical" } } };
    const copula = await new GaussianCopula().fit(table, { metadata });
    const synthetic = await copula.sample(rows, { seed: 1 });
    const real = pearson(numbersOf(table, "income"), numbersOf(table, "score"));
    const made = pearson(numbersOf(synthetic, "income"), numbersOf(synthetic, "score"));
    // The standard error of the difference is about 0.008.
    expect(Math.abs(made - real)).toBeLessThan(0.03);
  });

  it("finds the latent correlation of two ordered columns with three levels (polychoric)", async () => {
    const cut = (z: number): number => (z < -0.5 ? 2 : z < 0.8 ? 0 : 1);
    const draws = Array.from({ length: rows }, (_, row) => pair(-0.6, row));
    const table = new Table([
      dictionaryColumn(
        "a",
        draws.map(([x]) => cut(x)),
        ["mid", "high", "low"],
      ),
      dictionaryColumn(
        "b",
        draws.map(([, y]) => cut(y)),
        ["mid", "high", "low"],
      ),
    ]);
    const metadata = { columns: { a: { sdtype: "ordinal" }, b: { sdtype: "ordinal" } } };
    const copula = await new GaussianCopula().fit(table, { metadata });
    const [, rho] = copula.toArtifact().tensors.correlation!.data;
    // The sign depends on the direction of each order; the standard error is about 0.008.
    expect(Math.abs(Math.abs(rho!) - 0.6)).toBeLessThan(0.03);
    const synthetic = await copula.sample(rows, { seed: 2 });
    const share = (t: Table): number => {
      const [a, b] = [codesOf(t, "a"), codesOf(t, "b")];
      let both = 0;
      for (let i = 0; i < rows; i++) if (a[i] === 2 && b[i] === 1) both++;
      return both / rows;
    };
    expect(Math.abs(share(synthetic) - share(table))).toBeLessThan(0.015);
  });

  it("keeps two directions of dependence of one nominal column", async () => {
    // Married people are husbands or wives by sex; single people are children or alone by age: no one order holds both.
    const key = streamKey(21, "two directions");
    const cells = Array.from({ length: rows }, (_, row) => {
      const man = rowUniform(key, row, 0) < 0.6;
      const married = rowUniform(key, row, 1) < 0.5;
      const young = rowUniform(key, row, 2) < (married ? 0.2 : 0.5);
      return { man, married, role: married ? (man ? 0 : 1) : young ? 2 : 3 };
    });
    const table = new Table([
      dictionaryColumn(
        "role",
        cells.map(({ role }) => role),
        ["husband", "wife", "child", "alone"],
      ),
      dictionaryColumn(
        "sex",
        cells.map(({ man }) => (man ? 0 : 1)),
        ["man", "woman"],
      ),
      dictionaryColumn(
        "status",
        cells.map(({ married }) => (married ? 0 : 1)),
        ["married", "single"],
      ),
    ]);
    const metadata = {
      columns: {
        role: { sdtype: "categorical" },
        sex: { sdtype: "categorical" },
        status: { sdtype: "categorical" },
      },
    };
    const copula = await new GaussianCopula().fit(table, { metadata });
    const synthetic = await copula.sample(rows, { seed: 5 });
    const [roles, sexes, statuses] = ["role", "sex", "status"].map((name) => codesOf(synthetic, name));
    let wrongStatus = 0;
    let wrongSex = 0;
    for (let i = 0; i < rows; i++) {
      if (roles![i]! <= 1 !== (statuses![i] === 0)) wrongStatus++;
      if (roles![i]! <= 1 && roles![i] !== sexes![i]) wrongSex++;
    }
    // A single order would leave one of the two at its chance level (24 % of the rows for sex).
    expect(wrongStatus / rows).toBeLessThan(0.03);
    expect(wrongSex / rows).toBeLessThan(0.06);
  });

  it("keeps the tie between missing cells and another column", async () => {
    const draws = Array.from({ length: rows }, (_, row) => pair(0.7, row));
    const table = new Table([
      numberColumn(
        "age",
        draws.map(([x]) => 40 + 10 * x),
      ),
      numberColumn(
        "income",
        draws.map(([, y], row) => (y > 0.5 ? Number.NaN : 1000 + 100 * pair(0.1, row)[1])),
      ),
    ]);
    const metadata = { columns: { age: { sdtype: "numerical" }, income: { sdtype: "numerical" } } };
    const copula = await new GaussianCopula().fit(table, { metadata });
    const synthetic = await copula.sample(rows, { seed: 3 });
    const meanAge = (t: Table, missing: boolean): number => {
      const [ages, incomes] = [numbersOf(t, "age"), numbersOf(t, "income")];
      const chosen = ages.filter((_, i) => Number.isNaN(incomes[i]!) === missing);
      return chosen.reduce((sum, age) => sum + age / chosen.length, 0);
    };
    for (const missing of [true, false]) {
      expect(Math.abs(meanAge(synthetic, missing) - meanAge(table, missing))).toBeLessThan(0.4);
    }
  });

  it("looks up what another column decides, and conditions on it", async () => {
    const city = Int32Array.from({ length: 3000 }, (_, row) =>
      Math.floor(rowUniform(streamKey(4, "c"), row) * 6),
    );
    const table = new Table([
      dictionaryColumn("city", city, ["Lyon", "Paris", "Rome", "Milan", "Bonn", "Kiel"]),
      dictionaryColumn(
        "country",
        city.map((code) => code >> 1),
        ["France", "Italy", "Germany"],
      ),
      numberColumn(
        "visits",
        Float64Array.from(city, (code, row) => (row % 7) + code),
      ),
    ]);
    const metadata = {
      columns: {
        city: { sdtype: "categorical" },
        country: { sdtype: "categorical" },
        visits: { sdtype: "numerical" },
      },
    };
    const copula = await new GaussianCopula().fit(table, { metadata });
    const where = { type: "compare", column: "country", operator: "=", value: "Italy" } as const;
    const synthetic = await copula.sample(500, { seed: 1, where });
    const [cities, countries] = [codesOf(synthetic, "city"), codesOf(synthetic, "country")];
    expect(cities.every((code, row) => countries[row] === 1 && code >> 1 === 1)).toBe(true);
  });
});
