import { describe, expect, it } from "vitest";
import { countedIds } from "./counted-ids.ts";

describe("countedIds", () => {
  it.each([
    ["C[0-9]{6}", { before: "C", after: "", digits: 6, first: 0, size: 1e6 }],
    [String.raw`\d`, { before: "", after: "", digits: 1, first: 0, size: 10 }],
    [String.raw`no\. \d{2}/a`, { before: "no. ", after: "/a", digits: 2, first: 0, size: 100 }],
    [String.raw`[1-9]\d{3}`, { before: "", after: "", digits: 4, first: 1000, size: 9000 }],
  ])("counts through %s", (pattern, ids) => {
    expect(countedIds(pattern)).toEqual(ids);
  });

  it.each([
    "[A-Z]{3}",
    String.raw`\d{2}-\d{3}`,
    String.raw`\d{1,3}`,
    String.raw`\w\d`,
    "a|[0-9]",
    String.raw`\d{16}`,
    String.raw`\d{0}`,
    "plain",
    "",
  ])("leaves %s alone", (pattern) => {
    expect(countedIds(pattern)).toBeUndefined();
  });
});
