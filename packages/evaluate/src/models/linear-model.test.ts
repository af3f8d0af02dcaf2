import { numberColumn, Table, type TableMetadata, textColumn } from "@verisim/core";
import { describe, expect, it } from "vitest";
import { compareTables } from "../metrics/judged-tables.ts";
import { minimise } from "./lbfgs.ts";
import { predictTarget } from "./predict-target.ts";
import { readTarget } from "./target.ts";

const rows = Int32Array.from({ length: 12 }, (_, row) => row);
const xs = Array.from(rows, (row) => 1.5 * row);
const noise = [1, -1, 3, 0, 2, -2, 1, 4, -1, 0, 2, 1];
const table = new Table([
  numberColumn("x", xs),
  textColumn("kind", [..."aabbccaabbcc"]),
  // The classes' names keep their order where they are equally common: "n" has five rows of twelve, "p" seven.
  textColumn("two", [..."nnpnppnpppnp"]),
  textColumn("three", [..."012012002112"]),
  numberColumn(
    "number",
    xs.map((x, row) => 2 * x + noise[row]!),
  ),
]);
const sdtypes = {
  x: "numerical",
  kind: "categorical",
  two: "categorical",
  three: "categorical",
  number: "numerical",
};

/** Predicts one of the last three columns from the first two. */
async function fitted(target: string): Promise<Float64Array> {
  const metadata: TableMetadata = {
    columns: Object.fromEntries(
      Object.entries(sdtypes)
        .filter(([name]) => name === target || name === "x" || name === "kind")
        .map(([name, sdtype]) => [name, { sdtype }]),
    ),
  };
  const read = readTarget(compareTables({ real: table, synthetic: table, metadata }), metadata, target);
  const own = { table: 0, rows };
  return (await predictTarget("linear", read, own, own, 0))!.predictions;
}

describe("the linear model", () => {
  // Expected: scikit-learn 1.8's LogisticRegression(C=1) and Ridge(alpha=1) on x by its mean and deviation and one
  // column per kind; the tolerance is that of the gradient, 1e-4.
  it("is logistic regression for two classes", async () => {
    // The commoner class is the first one: these are probabilities of "n".
    const expected = [0.2778310630166571, 0.30659114567813156, 0.5560163080851265, 0.5900448848856696];
    const found = await fitted("two");
    for (const [row, value] of expected.entries()) expect(1 - found[row]!).toBeCloseTo(value, 3);
  });

  it("is softmax regression for more", async () => {
    const expected = [0.6516846993370645, 0.23442813219513156, 0.11388716846780378];
    const found = await fitted("three");
    // Four rows of each class: equally common ones are in the order of their names.
    for (const [label, value] of expected.entries()) expect(found[label]!).toBeCloseTo(value, 3);
  });

  it("is ridge regression for numbers", async () => {
    const expected = [1.9975340464836542, 4.784491128581861, 7.312316879322941, 10.099273961421147];
    const found = await fitted("number");
    for (const [row, value] of expected.entries()) expect(found[row]!).toBeCloseTo(value, 2);
  });

  it("finds the lowest point of a narrow valley", async () => {
    // Rosenbrock's function, lowest at (1, 1).
    const lowest = await minimise(
      (point, gradient) => {
        const [x, y] = point as unknown as [number, number];
        gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
        gradient[1] = 200 * (y - x * x);
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { tolerance: 1e-9 },
    );
    expect(lowest[0]).toBeCloseTo(1, 7);
    expect(lowest[1]).toBeCloseTo(1, 7);
  });
});
