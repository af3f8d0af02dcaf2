import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Comparison, Condition } from "./condition.ts";
import { formatCondition } from "./condition-format.ts";
import { maxConditionDepth, maxConditionLength, parseCondition } from "./condition-parser.ts";
import { VerisimError } from "./errors.ts";

function errorOf(text: string): VerisimError {
  try {
    parseCondition(text);
  } catch (error) {
    if (VerisimError.isInstance(error)) return error;
    throw error;
  }
  throw new Error(`parsed: ${text}`);
}

const compare = (column: string, operator: Comparison, value: number | string | boolean): Condition => ({
  type: "compare",
  column,
  operator,
  value,
});

describe("parseCondition", () => {
  test("reads the example of the command line", () => {
    expect(parseCondition("income = '>50K' and age >= 30")).toEqual({
      type: "and",
      terms: [compare("income", "=", ">50K"), compare("age", ">=", 30)],
    });
  });

  test.each([
    ["hours-per-week<40", compare("hours-per-week", "<", 40)],
    ["a.b_c-d = 1", compare("a.b_c-d", "=", 1)],
    ["größe > 1.8", compare("größe", ">", 1.8)],
    ['"a ""quoted"" name" = 1', compare('a "quoted" name', "=", 1)],
    ["`a ``b` = 1", compare("a `b", "=", 1)],
    ["name = 'O''Brien'", compare("name", "=", "O'Brien")],
    ["x == -1.5e-3", compare("x", "=", -0.0015)],
    ["x <> +.5", compare("x", "!=", 0.5)],
    ["x != 5.", compare("x", "!=", 5)],
    ["x>=-5", compare("x", ">=", -5)],
    ["ok = TRUE", compare("ok", "=", true)],
    ["ok = false", compare("ok", "=", false)],
    ["30 <= age", compare("age", ">=", 30)],
    ["'a' = c", compare("c", "=", "a")],
    ["5 > x", compare("x", "<", 5)],
    ["c IN ('a', 'b', 3)", { type: "in", column: "c", values: ["a", "b", 3] }],
    ["c not in ('a')", { type: "not", term: { type: "in", column: "c", values: ["a"] } }],
    ["x between 1 and 2", { type: "and", terms: [compare("x", ">=", 1), compare("x", "<=", 2)] }],
    ["x is null", { type: "null", column: "x" }],
    ["x Is Not Null", { type: "not", term: { type: "null", column: "x" } }],
    ["not not x = 1", { type: "not", term: { type: "not", term: compare("x", "=", 1) } }],
    ["((x = 1))", compare("x", "=", 1)],
    ['"and" = 1', compare("and", "=", 1)],
  ] as const)("reads %s", (text, expected) => {
    expect(parseCondition(text)).toEqual(expected);
  });

  test("binds NOT before AND before OR, and BETWEEN's AND to BETWEEN", () => {
    expect(parseCondition("not a = 1 and b = 2 or x not between 1 and 2 and c = 3")).toEqual({
      type: "or",
      terms: [
        { type: "and", terms: [{ type: "not", term: compare("a", "=", 1) }, compare("b", "=", 2)] },
        {
          type: "and",
          terms: [
            { type: "not", term: { type: "and", terms: [compare("x", ">=", 1), compare("x", "<=", 2)] } },
            compare("c", "=", 3),
          ],
        },
      ],
    });
  });

  test("names the place, what was expected and a hint", () => {
    const error = errorOf('income = ">50K"');
    expect(error.code).toBe("VERISIM_CONDITION_SYNTAX");
    expect(error.message).toBe(
      "Expected a number, 'text', TRUE or FALSE at character 10 but received the name \">50K\".\n" +
        '  income = ">50K"\n           ^',
    );
    expect(error.hint).toBe("Text goes in single quotes: '>50K'.");
  });

  test.each([
    ["", "Expected the name of a column at character 1 but received the end."],
    ["age", "Expected = != < <= > >= IN, NOT IN, BETWEEN or IS at character 4 but received the end."],
    ["age >", "Expected a number, 'text', TRUE or FALSE at character 6 but received the end."],
    ["age > 5 income = 3", 'Expected AND, OR or the end at character 9 but received the name "income".'],
    ["(age > 5", "Expected ) at character 9 but received the end."],
    ["age in ()", "Expected a number, 'text', TRUE or FALSE at character 9 but received \")\"."],
    ["age in (1 2)", 'Expected a comma or ) at character 11 but received "2".'],
    ["name = 'abc", "Expected a closing ' at character 8 but received the end."],
    ["age > 30years", 'Expected a number at character 7 but received "30y".'],
    ["age > 1e999", 'Expected a number within double precision at character 7 but received "1e999".'],
    ["age ; 5", 'Expected a name, a literal or an operator at character 5 but received ";".'],
    ["1 = 1", 'Expected the name of a column at character 5 but received "1".'],
    ["age = null", "Expected a number, 'text', TRUE or FALSE at character 7 but received \"NULL\"."],
    ["age not 5", 'Expected IN or BETWEEN at character 9 but received "5".'],
    ['"" = 5', "Expected the name of a column at character 1 but received an empty name."],
  ])("refuses %j with words", (text, message) => {
    const error = errorOf(text);
    expect(error.code).toBe("VERISIM_CONDITION_SYNTAX");
    expect(error.message.split("\n")[0]).toBe(message);
  });

  test("refuses hostile nesting and length in words rather than by a stack overflow", () => {
    const deep = `${"(".repeat(maxConditionDepth)}x = 1${")".repeat(maxConditionDepth)}`;
    expect(parseCondition(deep)).toEqual(compare("x", "=", 1));
    expect(errorOf(`(${deep})`).message).toContain("at most 100 nested");
    expect(errorOf(`${"(".repeat(60_000)}`).code).toBe("VERISIM_CONDITION_SYNTAX");
    expect(errorOf(`${"not ".repeat(15_000)}`).code).toBe("VERISIM_CONDITION_SYNTAX");
    expect(errorOf("'".repeat(65_535)).code).toBe("VERISIM_CONDITION_SYNTAX");
    expect(errorOf("x".repeat(maxConditionLength + 1)).message).toContain("at most 65536 characters");
    const wide = Array.from({ length: 5_000 }, (_, i) => `x=${i}`).join(" or ");
    expect(parseCondition(wide)).toHaveProperty("terms.length", 5_000);
  });
});

const name = fc.oneof(
  fc.constantFrom("age", "hours-per-week", "and", "a b", 'q"uote', "`", "é", "1st", "NULL", "__proto__"),
  fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }),
);
const literal = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.string({ maxLength: 8, unit: "grapheme" }),
  fc.boolean(),
);
const operator = fc.constantFrom<Comparison>("=", "!=", "<", "<=", ">", ">=");
const { tree } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.record({ type: fc.constant("compare" as const), column: name, operator, value: literal }),
    fc.record({
      type: fc.constant("in" as const),
      column: name,
      values: fc.array(literal, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ type: fc.constant("null" as const), column: name }),
    fc.record({ type: fc.constant("not" as const), term: tie("tree") }),
    fc.record({
      type: fc.constantFrom("and" as const, "or" as const),
      terms: fc.array(tie("tree"), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));

describe("formatCondition", () => {
  test("prints what parseCondition reads back as the same tree", () => {
    fc.assert(
      fc.property(tree, (condition) => {
        expect(parseCondition(formatCondition(condition))).toEqual(condition);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  test("uses parentheses only where they change the meaning", () => {
    const text = "NOT (a = 1 OR b = 2) AND (c = 3 OR d = 4 AND e IS NOT NULL) AND f NOT IN ('x')";
    expect(formatCondition(parseCondition(text))).toBe(text);
  });

  test("says what it cannot write", () => {
    for (const condition of [
      { type: "and", terms: [] },
      { type: "in", column: "a", values: [] },
      compare("a", "<", Number.POSITIVE_INFINITY),
    ] as const)
      expect(() => formatCondition(condition)).toThrow(
        expect.objectContaining({ code: "VERISIM_CONDITION_TYPE" }),
      );
  });
});

describe("any text at all", () => {
  test("gives a condition or a coded error, soon", () => {
    const words = fc.constantFrom(
      ..."and or not in is null between true ( ) , = == != <> < <= > >= 'a' \"b\" ` ' \" x y-z 1 -2.5 1e9 \u0000 😀".split(
        " ",
      ),
    );
    const texts = fc.oneof(
      fc.string({ maxLength: 200, unit: "binary" }),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join(" ")),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let condition: Condition;
        try {
          condition = parseCondition(text);
        } catch (error) {
          expect(VerisimError.isInstance(error) && error.code).toBe("VERISIM_CONDITION_SYNTAX");
          return;
        }
        expect(parseCondition(formatCondition(condition))).toEqual(condition);
      }),
      { numRuns: 5_000, seed: 2, interruptAfterTimeLimit: 30_000, markInterruptAsFailure: true },
    );
  });
});
