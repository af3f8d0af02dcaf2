import { RowRandom, streamKey, VerisimError } from "@verisim/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RegexTexts } from "./regex-texts.ts";

const key = streamKey(3, "texts");
const drawn = (pattern: string, count: number, cap?: number): string[] => {
  const texts = new RegexTexts(pattern, cap);
  return Array.from({ length: count }, (_, row) => texts.draw(new RowRandom(key, row)));
};

describe("texts of a pattern", () => {
  test.each([
    ["^[A-Z]{3}-\\d{4}$", 8, 8],
    ["(?:cat|horse)s?", 3, 6],
    ["[a-z]+(?:-[a-z]+)*", 1, 17 + 16 * 18],
    ["\\w{2,}@x\\.org", 8, 24],
    ["", 0, 0],
    ["[а-я]\\u00e9?", 1, 2],
  ])("%s are matched by it, from %i to %i characters", (pattern, shortest, longest) => {
    const texts = new RegexTexts(pattern);
    // 16 repeats beyond the minimum; + has a minimum of one and 16 in all.
    expect(texts.shortest).toBe(shortest);
    expect(texts.longest).toBeLessThanOrEqual(longest);
    const whole = new RegExp(`^(?:${pattern})$`, "u");
    for (const text of drawn(pattern, 200)) {
      expect(text).toMatch(whole);
      expect(text.length).toBeLessThanOrEqual(texts.longest);
      expect(text.length).toBeGreaterThanOrEqual(shortest);
    }
  });

  test("every length and every option is as likely, whatever may follow it", () => {
    const texts = drawn("(?:a|b[0-9]{6})x{1,4}", 4_000);
    // Of the language one text in a million begins with a. Standard errors 0.8 % and 0.7 %.
    expect(Math.abs(texts.filter((text) => text.startsWith("a")).length / 4_000 - 0.5)).toBeLessThan(0.04);
    const single = texts.filter((text) => /[^x]x$/.test(text)).length / 4_000;
    expect(Math.abs(single - 0.25)).toBeLessThan(0.035);
  });

  test("are the same for the same row, and any others for others", () => {
    expect(drawn("[a-z]{12}", 50)).toEqual(drawn("[a-z]{12}", 50));
    expect(new Set(drawn("[a-z]{12}", 50)).size).toBe(50);
  });

  test("any classes and counts", () => {
    const node = fc.oneof(
      fc.constantFrom("[a-c]", "\\d", "x", "(?:no|yes)", "[^a-z]"),
      fc
        .tuple(fc.constantFrom("[a-c]", "(?:ab|c)"), fc.nat(3), fc.nat(3))
        .map(([item, min, more]) => `${item}{${min},${min + more}}`),
    );
    fc.assert(
      fc.property(fc.array(node, { maxLength: 5 }), (parts) => {
        const pattern = parts.join("");
        expect(drawn(pattern, 5).every((text) => new RegExp(`^${pattern}$`).test(text))).toBe(true);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test.each([
    ["(?=a)b", "VERISIM_REGEX_UNSUPPORTED"],
    ["[a-", "VERISIM_REGEX_SYNTAX"],
    ["(?:a{1000}){1000}", "VERISIM_REGEX_TOO_LARGE"],
  ])("%s is refused", (pattern, code) => {
    let found = "none";
    try {
      new RegexTexts(pattern);
    } catch (error) {
      if (VerisimError.isInstance(error)) found = error.code;
    }
    expect(found).toBe(code);
  });
});
