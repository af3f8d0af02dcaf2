// Checks LightGBM's text format before native code reads it: its own reader trusts counts, indices and sizes, and a text
// that lies about them makes it read what is not there. Everything that it follows is looked at here.

import { VerisimError } from "@verisim/core";
import type { Objective } from "./tree-options.ts";

/** What the head of a text says. */
export interface ModelText {
  readonly objective: Objective;
  readonly names: readonly string[];
}

/** Longest text that is read, in characters. */
const longestText = 2 ** 28;
const mostLeaves = 131_072;
/** Levels of a tree, at most: LightGBM walks some of them by recursion. */
const mostLevels = 8192;

const headKeys = new Set([
  "version",
  "num_class",
  "num_tree_per_iteration",
  "label_index",
  "max_feature_idx",
  "objective",
  "feature_names",
  "monotone_constraints",
  "feature_infos",
  "tree_sizes",
]);

const number = /^(-?\d+(\.\d+)?(e[+-]?\d+)?|-?inf|-?nan)$/i;

class Reader {
  readonly lines: readonly string[];
  at = 0;

  constructor(text: string) {
    this.lines = text.split("\n");
  }

  /** Lines `key=value` up to an empty line. */
  block(allowed: ReadonlySet<string> | undefined): Map<string, string> {
    const found = new Map<string, string>();
    for (; this.at < this.lines.length && this.lines[this.at] !== ""; this.at++) {
      const line = this.lines[this.at]!;
      const equals = line.indexOf("=");
      const key = line.slice(0, Math.max(0, equals));
      if (equals < 1 || (allowed && !allowed.has(key)) || found.has(key))
        this.fail(`a line key=value${allowed ? ` (${[...allowed].join(", ")})` : ""}`, line);
      found.set(key, line.slice(equals + 1));
    }
    return found;
  }

  fail(expected: string, received: string): never {
    const shown = received.length > 60 ? `${received.slice(0, 60)}...` : received;
    throw new VerisimError(
      "VERISIM_TREES_TEXT",
      `Expected ${expected} but received ${JSON.stringify(shown)}.`,
      {
        where: { row: this.at + 1 },
        hint: "The text must be what toText(), or save_model of another LightGBM 4, wrote.",
      },
    );
  }

  whole(block: ReadonlyMap<string, string>, key: string, low: number, high: number): number {
    const text = block.get(key) ?? "";
    const value = Number(text);
    if (!/^-?\d{1,15}$/.test(text) || value < low || value > high)
      this.fail(`${key} from ${low} to ${high}`, text);
    return value;
  }

  /** Exactly `count` numbers; whole ones between `low` and `high` where these are given. */
  numbers(block: ReadonlyMap<string, string>, key: string, count: number, low?: number, high?: number): void {
    this.list(block, key, count, (part) =>
      low === undefined
        ? number.test(part)
        : /^-?\d{1,15}$/.test(part) && Number(part) >= low && Number(part) <= high!,
    );
  }

  list(
    block: ReadonlyMap<string, string>,
    key: string,
    count: number,
    accepts: (part: string, index: number) => boolean,
  ): string[] {
    const text = block.get(key);
    const parts = text === undefined || text === "" ? [] : text.split(" ");
    if (parts.length !== count) this.fail(`${count} values of ${key}`, `${parts.length} values`);
    const wrong = parts.findIndex((part, index) => !accepts(part, index));
    if (wrong >= 0) this.fail(`sound values of ${key}`, parts[wrong]!);
    return parts;
  }
}

/**
 * Checks a whole text.
 * @throws VerisimError `VERISIM_TREES_TEXT` naming the line
 */
export function readModelText(text: string): ModelText {
  if (typeof text !== "string" || text.length > longestText)
    throw new VerisimError(
      "VERISIM_TREES_TEXT",
      `Expected a text of at most ${longestText} characters but received ${typeof text === "string" ? text.length : typeof text}.`,
    );
  const reader = new Reader(text);
  if (reader.lines[0] !== "tree") reader.fail('"tree" as the first line', reader.lines[0] ?? "");
  reader.at = 1;
  const head = reader.block(headKeys);
  if (head.get("version") !== "v4") reader.fail("version v4", head.get("version") ?? "no version");
  const perRound = reader.whole(head, "num_tree_per_iteration", 1, 2 ** 20);
  reader.whole(head, "num_class", perRound, perRound);
  reader.whole(head, "label_index", 0, 2 ** 24);
  const features = reader.whole(head, "max_feature_idx", 0, 2 ** 24) + 1;
  const objective = readObjective(reader, head.get("objective") ?? "", perRound);
  const names = reader.list(head, "feature_names", features, (name) => name !== "" && !/\p{C}/u.test(name));
  reader.list(head, "feature_infos", features, (info) =>
    /^(none|\[[-+.\w]+:[-+.\w]+\]|-?\d+(:-?\d+)*)$/.test(info),
  );
  if (head.has("monotone_constraints")) reader.numbers(head, "monotone_constraints", features, -1, 1);
  const trees = readTrees(reader, features);
  if (trees.length === 0 || trees.length % perRound !== 0)
    reader.fail(`a number of trees that is a multiple of ${perRound}`, String(trees.length));
  if (head.has("tree_sizes"))
    reader.list(head, "tree_sizes", trees.length, (size, index) => size === String(trees[index]));
  return { objective, names };
}

/**
 * A sound text with the trees of its first rounds alone. What follows the trees, importances and parameters, is that of
 * all rounds and is left out.
 */
export function firstRounds(text: string, rounds: number): string {
  const perRound = Number(/^num_tree_per_iteration=(\d+)$/m.exec(text)![1]);
  const count = rounds * perRound;
  const next = text.indexOf(`\nTree=${count}\n`);
  const end = next < 0 ? text.indexOf("\nend of trees\n") : next;
  const kept = text
    .slice(0, end + 1)
    .replace(/^tree_sizes=.*$/m, (line) => line.split(" ").slice(0, count).join(" "));
  return `${kept}end of trees\n`;
}

function readObjective(reader: Reader, text: string, perRound: number): Objective {
  const name = text.split(" ")[0];
  if (name === "binary" && perRound === 1 && /^binary sigmoid:\d+(\.\d+)?$/.test(text)) return "binary";
  if (name === "multiclass" && text === `multiclass num_class:${perRound}`) return "multiclass";
  if (text === "regression" && perRound === 1) return "regression";
  return reader.fail("the objective binary, multiclass (with its num_class) or regression", text);
}

/** Reads trees up to the line that ends them; returns the length of each, blank lines included. */
function readTrees(reader: Reader, features: number): number[] {
  const sizes: number[] = [];
  const starts: number[] = [];
  for (;;) {
    while (reader.lines[reader.at] === "") reader.at++;
    const line = reader.lines[reader.at];
    if (line === undefined) reader.fail('"end of trees"', "the end of the text");
    starts.push(reader.at);
    if (line === "end of trees") break;
    if (line !== `Tree=${sizes.length}`) reader.fail(`Tree=${sizes.length}`, line);
    reader.at++;
    checkTree(reader, reader.block(undefined), features);
    sizes.push(0);
  }
  for (let tree = 0; tree < sizes.length; tree++)
    for (let line = starts[tree]!; line < starts[tree + 1]!; line++)
      sizes[tree]! += Buffer.byteLength(reader.lines[line]!) + 1;
  return sizes;
}

const treeKeys = new Set([
  ...["num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type"],
  ...["left_child", "right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value"],
  ...["internal_weight", "internal_count", "cat_boundaries", "cat_threshold", "is_linear", "shrinkage"],
]);

function checkTree(reader: Reader, tree: ReadonlyMap<string, string>, features: number): void {
  for (const key of tree.keys()) if (!treeKeys.has(key)) reader.fail("a key of a tree", key);
  const leaves = reader.whole(tree, "num_leaves", 1, mostLeaves);
  const nodes = leaves - 1;
  const categories = reader.whole(tree, "num_cat", 0, nodes);
  if (tree.has("is_linear")) reader.whole(tree, "is_linear", 0, 0);
  reader.numbers(tree, "leaf_value", leaves);
  reader.numbers(tree, "shrinkage", 1);
  const most = Number.MAX_SAFE_INTEGER;
  for (const key of ["leaf_weight", "internal_value", "internal_weight"])
    checkOptional(reader, tree, key, key.startsWith("leaf") ? leaves : nodes);
  for (const key of ["leaf_count", "internal_count"])
    checkOptional(reader, tree, key, key.startsWith("leaf") ? leaves : nodes, 0, most);
  if (nodes === 0) return;
  reader.numbers(tree, "split_feature", nodes, 0, features - 1);
  reader.numbers(tree, "split_gain", nodes);
  reader.numbers(tree, "decision_type", nodes, 0, 15);
  reader.numbers(tree, "left_child", nodes, -leaves, nodes - 1);
  reader.numbers(tree, "right_child", nodes, -leaves, nodes - 1);
  checkShape(reader, tree, leaves);
  const kinds = tree.get("decision_type")!.split(" ");
  reader.list(tree, "threshold", nodes, (part, node) =>
    Number(kinds[node]) & 1 ? /^\d{1,9}$/.test(part) && Number(part) < categories : number.test(part),
  );
  if (categories > 0) checkCategories(reader, tree, categories);
}

/** A tree of one leaf may leave out, or leave empty, what it has none of. */
function checkOptional(
  reader: Reader,
  tree: ReadonlyMap<string, string>,
  key: string,
  count: number,
  low?: number,
  high?: number,
): void {
  if ((tree.get(key) ?? "") === "" && (count <= 1 || !tree.has(key))) return;
  reader.numbers(tree, key, count, low, high);
}

/** Children come after their parents, each node and leaf has one parent, and no path is endless. */
function checkShape(reader: Reader, tree: ReadonlyMap<string, string>, leaves: number): void {
  const left = tree.get("left_child")!.split(" ");
  const right = tree.get("right_child")!.split(" ");
  const level = new Int32Array(leaves - 1);
  const seen = new Uint8Array(2 * leaves);
  for (let node = 0; node < left.length; node++) {
    for (const side of [left, right]) {
      const child = Number(side[node]);
      const place = child < 0 ? leaves + ~child : child;
      if (seen[place] || (child >= 0 && child <= node))
        reader.fail("children that come after their parent, each once", side[node]!);
      seen[place] = 1;
      if (child >= 0) level[child] = level[node]! + 1;
    }
    if (level[node]! > mostLevels) reader.fail(`at most ${mostLevels} levels`, "more");
  }
}

/** Sets of categories are bits in words: each set's words lie between two boundaries. */
function checkCategories(reader: Reader, tree: ReadonlyMap<string, string>, categories: number): void {
  const bounds = reader
    .list(tree, "cat_boundaries", categories + 1, (part) => /^\d{1,10}$/.test(part))
    .map(Number);
  const wrong = bounds.findIndex((bound, index) => (index === 0 ? bound !== 0 : bound <= bounds[index - 1]!));
  if (wrong >= 0) reader.fail("ascending cat_boundaries from 0 on", String(bounds[wrong]));
  reader.numbers(tree, "cat_threshold", bounds.at(-1)!, 0, 2 ** 32 - 1);
}
