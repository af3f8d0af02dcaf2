import { VerisimError } from "@verisim/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RegexLanguage } from "./regex-language.ts";

function texts(pattern: string, cap?: number): string[] {
  const language = new RegexLanguage(pattern, cap);
  return Array.from({ length: Number(language.size) }, (_, i) => language.at(BigInt(i)));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (VerisimError.isInstance(error)) return error.code;
    throw error;
  }
  return "none";
}

describe("the size of a pattern", () => {
  test.each([
    ["[A-Z]{2}\\d{3}", 676_000n],
    ["\\w", 63n],
    [".", 95n],
    ["[^a-z]", 69n],
    ["\\D\\S\\W", 85n * 94n * 32n],
    ["(?:cat|dog)s?", 4n],
    ["^id-[0-9a-f]{32}$", 16n ** 32n],
    ["a{2,4}", 3n],
    ["(?<name>a|b)(?P<other>c)", 2n],
    ["\\x41\\u00e9\\.\\-\\/", 1n],
    ["[а-я]", 32n],
    ["", 1n],
    ["^(a|)$", 2n],
    ["[\\w.-]", 65n],
    ["[]a]", 2n],
    ["a{,3}", 1n],
  ])("%s has %s texts", (pattern, size) => {
    expect(new RegexLanguage(pattern).size).toBe(size);
  });

  test("ambiguous patterns count every text once", () => {
    expect(texts("(a|a)?").sort()).toEqual(["", "a"]);
    expect(texts("a?a?a?").sort()).toEqual(["", "a", "aa", "aaa"]);
    expect(texts("(a|ab)(c|bc)").sort()).toEqual(["abbc", "abc", "ac"]);
    expect(new Set(texts("(a|b|ab){0,4}")).size).toBe(texts("(a|b|ab){0,4}").length);
  });

  test("unbounded quantifiers repeat up to the cap beyond their minimum", () => {
    expect(texts("a*", 3)).toEqual(["", "a", "aa", "aaa"]);
    expect(texts("a+", 3).length).toBe(3);
    expect(texts("a{2,}", 3)).toEqual(["aa", "aaa", "aaaa", "aaaaa"]);
  });
});

describe("the texts of a pattern", () => {
  const patterns = [
    "[A-Z]{3}-\\d{4}",
    "(red|green|blue)[-_ ]?\\d+",
    "\\w+@\\w+\\.(com|org)",
    "[^aeiou]{2,5}x?",
    "(\\d{1,3}\\.){3}\\d{1,3}",
    "([a-c]|[b-d]e){2,3}",
    ".{40}",
  ];

  test.each(patterns)("%s matches every text made from it, and a text gives its number back", (pattern) => {
    const language = new RegexLanguage(pattern, 5);
    const matcher = new RegExp(`^(?:${pattern})$`);
    fc.assert(
      fc.property(fc.bigInt(0n, language.size - 1n), (index) => {
        const text = language.at(index);
        expect(text).toMatch(matcher);
        expect(language.indexOf(text)).toBe(index);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("a text that the pattern does not match has no number", () => {
    const language = new RegexLanguage("[A-Z]{2}\\d");
    for (const text of ["", "AB", "AB12", "ab1", "AB1 "]) expect(language.indexOf(text)).toBe(-1n);
  });
});

describe("what is not supported", () => {
  test.each([
    "(?=a)b",
    "(?!a)b",
    "(?<=a)b",
    "(?<!a)b",
    "(a)\\1",
    "\\bword",
    "(?i)a",
    "\\p{L}",
    "a++",
    "a(^b)",
    "a$b",
  ])("%s is refused", (pattern) => {
    expect(codeOf(() => new RegexLanguage(pattern))).toBe("VERISIM_REGEX_UNSUPPORTED");
  });

  test.each(["(a", "a)", "[a", "*a", "a**", "a{3,1}", "[z-a]", "a\\", "\\xZZ", "(?<name"])(
    "%s is malformed",
    (pattern) => {
      expect(codeOf(() => new RegexLanguage(pattern))).toBe("VERISIM_REGEX_SYNTAX");
    },
  );

  test("a pattern with too many states is refused before memory runs out", () => {
    expect(codeOf(() => new RegexLanguage("(([a-z]{1,900}){900}){900}"))).toBe("VERISIM_REGEX_TOO_LARGE");
    expect(codeOf(() => new RegexLanguage("(a|b)*a(a|b){30}", 60))).toBe("VERISIM_REGEX_TOO_LARGE");
  });

  test("the error says where", () => {
    expect(() => new RegexLanguage("ab(?=c)")).toThrow(/look-ahead at character 5 of "ab\(\?=c\)"/);
  });
});

test("any text either is a pattern or is refused with a code, and its texts match it", () => {
  const alphabet = fc.constantFrom(...Array.from("ab01()[]{}|*+?.^$\\dws-,:<>=!é"));
  const anyText = fc.array(alphabet, { maxLength: 14 }).map((characters) => characters.join(""));
  fc.assert(
    fc.property(anyText, fc.nat(1_000_000), (pattern, place) => {
      let language: RegexLanguage;
      try {
        language = new RegexLanguage(pattern, 2);
      } catch (error) {
        expect(VerisimError.isInstance(error)).toBe(true);
        return;
      }
      const index = (language.size * BigInt(place)) / 1_000_001n;
      const text = language.at(index);
      expect(language.indexOf(text)).toBe(index);
      // Where JavaScript reads the pattern at all, it agrees.
      let matcher: RegExp | undefined;
      try {
        matcher = new RegExp(`^(?:${pattern})$`, "u");
      } catch {
        return;
      }
      expect(text).toMatch(matcher);
    }),
    { seed: 20, numRuns: 3000 },
  );
});
