// What a user reads when many columns have the same thing to say.

import { expect, test } from "vitest";
import { warningLines } from "./warnings.ts";

test("says once what is said of three columns or more, numbers aside, and names the others", () => {
  const several = (name: string, example: string): string =>
    `Column ${JSON.stringify(name)} writes numbers in several ways such as ${example}; one is kept.`;
  const lines = warningLines([
    "The file is short.",
    several("V1", "-7.1e-05"),
    'Column "a" has no values.',
    several('V "2"', "3E-7"),
    'Column "b" has no values.',
    several("V3", "0.5"),
    several("V3", "0.5"),
  ]);
  expect(lines).toEqual([
    "The file is short.",
    `${several("V1", "-7.1e-05")} So with 2 more columns: "V \\"2\\"", "V3".`,
    'Column "a" has no values.',
    'Column "b" has no values.',
  ]);
});

test("names a column once, however many tables say the same of it", () => {
  const said = (name: string, share: string): string =>
    `Column ${JSON.stringify(name)} has ${share} of its cells empty.`;
  const lines = warningLines([said("a", "10%"), said("a", "12%"), said("b", "9%"), said("a", "11%")]);
  expect(lines).toEqual([said("a", "10%"), said("b", "9%")]);
});

test("stops after 20 lines and says how many are left", () => {
  const lines = warningLines(Array.from({ length: 30 }, (_, i) => `Note ${i} is one.`));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toBe("and 10 more.");
});
