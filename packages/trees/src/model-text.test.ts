// A text that was changed by hand or by accident is refused, or read without harm.

import { RowRandom, streamKey } from "@verisim/core";
import { beforeAll, describe, expect, test } from "vitest";
import { treeRows } from "../fixtures/tree-rows.ts";
import { GradientBoostedTrees } from "./gradient-boosted-trees.ts";

const { features, binary, classes } = treeRows(400);
const texts: string[] = [];

beforeAll(async () => {
  for (const [objective, labels] of [
    ["binary", binary],
    ["multiclass", classes],
  ] as const) {
    const trees = new GradientBoostedTrees({ objective, numIterations: 4, minDataPerGroup: 10 });
    texts.push((await trees.fit(features, labels)).toText());
  }
});

const outcome = async (text: string): Promise<string> => {
  try {
    const trees = await GradientBoostedTrees.fromText(text);
    const renamed = features.map((column, index) => ({
      ...column,
      name: trees.featureNames[index] ?? column.name,
    }));
    const values = await trees.predict(renamed);
    return values.length === 400 * trees.outputs ? "read" : "wrong length";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

describe("a text is refused", () => {
  /** Replaces the first match, which must be there. */
  const change = (pattern: RegExp, by: string): string => {
    expect(texts[0]).toMatch(pattern);
    return texts[0]!.replace(pattern, by);
  };

  test.each([
    ["of another version", /version=v4/, "version=v3"],
    ["with a line that is no key=value", /num_class=1/, "num_class"],
    ["with a key that is not known", /label_index=0/, "label_index=0\nmystery=1"],
    ["with an objective that is not known", /objective=binary sigmoid:1/, "objective=lambdarank"],
    ["that promises more columns than it names", /max_feature_idx=2/, "max_feature_idx=3"],
    ["with more leaves than values", /num_leaves=\d+/, "num_leaves=100"],
    ["with endless leaves", /num_leaves=\d+/, "num_leaves=1e9"],
    ["with a column that is not there", /split_feature=\d/, "split_feature=7"],
    ["with a negative column", /split_feature=\d/, "split_feature=-1"],
    ["whose nodes go in a circle", /left_child=-?\d+/, "left_child=0"],
    ["with a leaf that is not there", /left_child=-?\d+/, "left_child=-900"],
    ["with a set of categories that is not there", /cat_boundaries=0 1/, "cat_boundaries=0 9"],
    ["with sets that begin before the first", /cat_boundaries=0/, "cat_boundaries=1"],
    ["whose categories are fewer than its sets say", /num_cat=\d+/, "num_cat=0"],
    ["with linear leaves", /is_linear=0/, "is_linear=1"],
    ["with values that are no numbers", /leaf_value=\S+/, "leaf_value=one"],
    ["with sizes that are not those of its trees", /tree_sizes=\d+/, "tree_sizes=1"],
    ["whose trees do not come in order", /Tree=1/, "Tree=2"],
    ["without an end", /end of trees/, "end of forest"],
  ])("%s", async (_, pattern, by) => {
    expect(await outcome(change(pattern, by))).toBe("VERISIM_TREES_TEXT");
  });

  test("that is empty, no text, or something else", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: these calls break the types on purpose
    for (const text of ["", "tree", "\n\n", "{}", "\0", 7 as any, null as any])
      expect(await outcome(text)).toBe("VERISIM_TREES_TEXT");
  });

  test("at any place where it is cut", async () => {
    const text = texts[0]!;
    const end = text.indexOf("end of trees\n") + "end of trees".length;
    for (let length = 0; length < end; length += 97)
      expect(await outcome(text.slice(0, length)), `cut at ${length}`).toBe("VERISIM_TREES_TEXT");
  });

  test("with the line and what was expected there", async () => {
    await expect(
      GradientBoostedTrees.fromText(change(/num_leaves=\d+/, "num_leaves=0")),
    ).rejects.toMatchObject({
      message: 'Expected num_leaves from 1 to 131072 but received "0".',
      where: { row: expect.any(Number) },
    });
  });
});

test("random changes are refused, or read without harm", async () => {
  const random = new RowRandom(streamKey(1, "trees", "text"), 0);
  const marks = "0123456789-+. e=:\nxT[]";
  const seen = new Map<string, number>();
  for (let attempt = 0; attempt < 1500; attempt++) {
    const letters = [...texts[attempt % 2]!.slice(0, 6000), ...texts[attempt % 2]!.slice(6000)];
    for (let changes = 1 + random.below(3); changes > 0; changes--) {
      const at = random.below(Math.min(letters.length, 8000));
      const mark = marks[random.below(marks.length)]!;
      const kind = random.below(4);
      if (kind === 0) letters.splice(at, 1);
      else if (kind === 1) letters.splice(at, 0, mark);
      else letters[at] = mark;
    }
    const result = await outcome(letters.join(""));
    seen.set(result, (seen.get(result) ?? 0) + 1);
  }
  expect([...seen.keys()].sort()).toEqual(["VERISIM_TREES_TEXT", "read"]);
  expect(seen.get("VERISIM_TREES_TEXT")).toBeGreaterThan(500);
});

test("what follows the trees is not needed", async () => {
  const text = texts[1]!;
  expect(await outcome(text.slice(0, text.indexOf("end of trees\n") + "end of trees\n".length))).toBe("read");
});
