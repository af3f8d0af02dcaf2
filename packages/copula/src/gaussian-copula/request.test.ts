// What a request is told that no row can meet. That the rows of others meet theirs is in the conformance suite.

import {
  numberColumn,
  parseCondition,
  parseLabelCounts,
  Table,
  textColumn,
  VerisimError,
} from "@verisim/core";
import { beforeAll, describe, expect, test } from "vitest";
import { GaussianCopula } from "./gaussian-copula.ts";

const copula = new GaussianCopula();

beforeAll(async () => {
  const rows = Array.from({ length: 400 }, (_, i) => i);
  const table = new Table([
    textColumn(
      "id",
      rows.map((i) => `C${1000 + i}`),
    ),
    numberColumn(
      "age",
      rows.map((i) => 20 + (i % 50)),
    ),
    numberColumn(
      "visits",
      rows.map((i) => i % 7),
    ),
    textColumn(
      "plan",
      rows.map((i) => (i % 3 === 0 ? "gold" : "basic")),
    ),
  ]);
  const [id, number, category] = ["id", "numerical", "categorical"].map((sdtype) => ({ sdtype }));
  await copula.fit(table, {
    metadata: { columns: { id: id!, age: number!, visits: number!, plan: category! }, primaryKey: "id" },
  });
});

async function refusal(request: { where?: string; counts?: string }): Promise<VerisimError> {
  try {
    await copula.sample(5, {
      ...(request.where === undefined ? {} : { where: parseCondition(request.where) }),
      ...(request.counts === undefined ? {} : { counts: parseLabelCounts(request.counts) }),
    });
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("an impossible condition", () => {
  test("names the range that was learnt", async () => {
    const error = await refusal({ where: "age > 90 and plan = 'gold'" });
    expect(error.code).toBe("VERISIM_CONDITION_IMPOSSIBLE");
    expect(error.where).toEqual({ option: "where", column: "age" });
    expect(error.message).toMatch(/the values learnt for "age" run from 20 to 69/);
  });

  test("names every column whose range keeps a branch of OR from being met", async () => {
    const error = await refusal({ where: "age > 90 or visits > 30" });
    expect(error.where).toEqual({ option: "where" });
    expect(error.message).toMatch(/"age" run from 20 to 69.*"visits" run from 0 to 6/);
    expect(error.message).not.toContain("exclude each other");
  });
});

test("a column whose cells are made up is said to be that, not to be unknown", async () => {
  for (const request of [{ where: "id = 'C1000'" }, { counts: "id:C1000=5" }]) {
    const error = await refusal(request);
    expect(error.code).toBe("VERISIM_UNKNOWN_COLUMN");
    expect(error.message).toBe(
      'Expected a column that is learnt but received "id", whose cells are made up.',
    );
    expect(error.hint).toBe('The learnt columns are "age", "visits", "plan".');
  }
  const mistyped = await refusal({ where: "agee > 3" });
  expect(mistyped.hint).toBe('Did you mean "age"?');
});
