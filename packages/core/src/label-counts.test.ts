import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VerisimError } from "./errors.ts";
import { parseLabelCounts, planLabels } from "./label-counts.ts";
import { streamKey } from "./random.ts";

describe("parseLabelCounts", () => {
  test.each([
    ["label:rice=100,maize=50", "label", { rice: 100, maize: 50 }],
    ["income:<=50K=700, >50K=300", "income", { "<=50K": 700, ">50K": 300 }],
    [`"a:b" : 'x,y'=1 , "q""=" = 2`, "a:b", { "x,y": 1, 'q"=': 2 }],
    ["c:''=3", "c", { "": 3 }],
    ["c:a b=0", "c", { "a b": 0 }],
  ])("reads %s", (text, column, counts) => {
    expect(parseLabelCounts(text)).toEqual({ column, counts: new Map(Object.entries(counts)) });
  });

  test.each([
    ["", "Expected a column and a colon at character 1 but received the end."],
    ["label", 'Expected a column and a colon at character 1 but received "label".'],
    ["label:", "Expected a label, = and a count at character 7 but received the end."],
    ["label:rice", 'Expected a label, = and a count at character 7 but received "rice".'],
    ["label:rice=", "Expected a whole number of rows at character 12 but received nothing."],
    ["label:rice=1.5", 'Expected a whole number of rows at character 12 but received "1.5".'],
    ["label:rice=-1", 'Expected a whole number of rows at character 12 but received "-1".'],
    ["label:rice=1,", "Expected a label, = and a count at character 14 but received the end."],
    ["label:rice=1,rice=2", 'Expected each label once at character 14 but received "rice" again.'],
    ["label:'rice=1", "Expected a closing ' at character 7 but received the end."],
    [
      "label:a=9007199254740992",
      'Expected a whole number of rows at character 9 but received "9007199254740992".',
    ],
    ["label:a=9007199254740991,b=1", "Expected a sum below 2^53 at character 26 but received a larger one."],
    [":a=1", "Expected the name of a column at character 1 but received nothing."],
  ])("refuses %j with words", (text, message) => {
    const parse = (): unknown => parseLabelCounts(text);
    expect(parse).toThrow(expect.objectContaining({ code: "VERISIM_COUNTS_SYNTAX" }));
    expect(parse).toThrow(message);
  });

  test("gives counts or a coded error for any text", () => {
    const parts = fc.constantFrom("a", "b", ":", "=", ",", "'", '"', " ", "12", "9".repeat(20), "\n", "😀");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 100, unit: "binary" }),
          fc.array(parts, { maxLength: 30 }).map((p) => p.join("")),
        ),
        (text) => {
          try {
            const { counts } = parseLabelCounts(text);
            for (const count of counts.values()) expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
          } catch (error) {
            expect(VerisimError.isInstance(error) && error.code).toBe("VERISIM_COUNTS_SYNTAX");
          }
        },
      ),
      { numRuns: 5_000, seed: 4, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: true },
    );
  });
});

describe("planLabels", () => {
  const key = streamKey(7, "table", "label", "label-counts");
  const labels = ["maize", "rice", "wheat"];

  test("gives exact counts, the rest to labels that are not named", () => {
    const plan = planLabels(parseLabelCounts("label:rice=100,maize=50"), 1_500, labels, key);
    const all = plan.labelsOf(0, 1_500);
    const count = (label: number): number => all.filter((other) => other === label).length;
    expect([count(0), count(1), count(2), count(-1)]).toEqual([50, 100, 0, 1_350]);
  });

  test("says the same of a row wherever the cut is", () => {
    const plan = planLabels(parseLabelCounts("label:rice=700,maize=800"), 2_000, labels, key);
    const again = planLabels(parseLabelCounts("label:rice=700,maize=800"), 2_000, labels, key);
    expect(again.labelsOf(500, 250)).toEqual(plan.labelsOf(0, 2_000).slice(500, 750));
    expect(plan.labelOf(123)).toBe(again.labelOf(123));
  });

  test("shuffles labels over the rows", () => {
    // 500 of 1,000 rows: the first half holds 250 in the mean, deviation 7.9; 50 off is beyond six deviations.
    const plan = planLabels(parseLabelCounts("label:rice=500,maize=500"), 1_000, labels.slice(0, 2), key);
    const first = plan.labelsOf(0, 500).filter((label) => label === 1).length;
    expect(Math.abs(first - 250)).toBeLessThan(50);
  });

  test.each([
    ["label:rise=1", 10, labels, 'No row can have the label "rise"', 'Did you mean "rice"?'],
    [
      "label:rice=11",
      10,
      labels,
      "Expected label counts of at most 10 rows in all but received 11.",
      "Ask for 11 rows",
    ],
    [
      "label:rice=1,maize=2",
      10,
      ["rice", "maize"],
      "Every label has a count; they make 3 rows but 10",
      "Ask for 3 rows",
    ],
  ])("refuses %s of %i rows", (text, rows, known, message, hint) => {
    const plan = (): unknown => planLabels(parseLabelCounts(text), rows, known, key);
    expect(plan).toThrow(
      expect.objectContaining({
        code: "VERISIM_CONDITION_IMPOSSIBLE",
        message: expect.stringContaining(message),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  test("allows an empty request", () => {
    expect(planLabels({ column: "label", counts: new Map() }, 0, labels, key).labelsOf(0, 0)).toHaveLength(0);
  });
});
