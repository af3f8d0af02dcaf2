// Which category depends on which: a tree over the columns that keeps the most mutual information of pairs (Chow and Liu,
// "Approximating discrete probability distributions with dependence trees", IEEE Trans. Information Theory 14, 1968).

import { contingency } from "@verisim/tensor/arrays";

/** A pair's table of more weights than this is hard to read and to change. */
const mostWeights = 300;
/** Cramer's V from which on a category is said to depend on another: weaker ones are left to the correlations. */
const leastAssociation = 0.1;

/** A column of categories: its labels, `other` among them where some were rare, and each row's label or -1. */
export interface LabelColumn {
  readonly labels: readonly string[];
  readonly codes: Int32Array;
}

export interface OrderedLabels extends LabelColumn {
  readonly name: string;
  readonly counts: Float64Array;
}

/** The column that a column's weights are given by, -1 for none, and the rows of each pair of labels. */
export interface Given {
  readonly of: number;
  readonly parent?: OrderedLabels;
  /** `[labels of the parent, own labels]`. */
  readonly table?: Float64Array;
}

/** A tree over the columns that keeps the most mutual information of pairs (Kruskal), hung up at its best-known column. */
export async function strongestPairs(columns: readonly OrderedLabels[]): Promise<Given[]> {
  const pairs: { a: number; b: number; information: number; table: Float64Array }[] = [];
  for (let a = 0; a < columns.length; a++)
    for (let b = a + 1; b < columns.length; b++) {
      const [left, right] = [columns[a]!, columns[b]!];
      const [rows, own] = [left.labels.length, right.labels.length];
      // In a table the label * stands for all others.
      const isPlain = !left.labels.includes("*") && !right.labels.includes("*");
      if (rows < 2 || own < 2 || rows * own > mostWeights || !isPlain) continue;
      const table = await contingency(left.codes, rows, right.codes, own);
      const { information, association } = associationOf(table, rows, own);
      if (association >= leastAssociation) pairs.push({ a, b, information, table });
    }
  pairs.sort((p, q) => q.information - p.information || p.a - q.a || p.b - q.b);
  const trees = columns.map((_, at) => at);
  const rootOf = (at: number): number => (trees[at] === at ? at : rootOf(trees[at]!));
  const kept = pairs.filter(({ a, b }) => {
    const [from, to] = [rootOf(a), rootOf(b)];
    trees[from] = to;
    return from !== to;
  });
  const given: (Given | undefined)[] = columns.map(() => undefined);
  // From the column with the most to say downwards.
  const said = columns.map((_, at) =>
    kept.reduce((sum, { a, b, information }) => sum + (a === at || b === at ? information : 0), 0),
  );
  const roots = [...said.keys()].sort((a, b) => said[b]! - said[a]! || a - b);
  for (const root of roots) {
    if (given[root]) continue;
    given[root] = { of: -1 };
    for (const open = [root]; open.length > 0; ) {
      const at = open.pop()!;
      for (const { a, b, table } of kept) {
        if (a !== at && b !== at) continue;
        const child = a === at ? b : a;
        if (given[child]) continue;
        const parent = columns[at]!;
        const own = columns[child]!.labels.length;
        given[child] = {
          of: at,
          parent,
          table: a === at ? table : transposed(table, own, parent.labels.length),
        };
        open.push(child);
      }
    }
  }
  return given as Given[];
}

function transposed(table: Float64Array, rows: number, columns: number): Float64Array {
  return table.map((_, at) => table[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** Mutual information in nats, and Cramer's V: 0 for none, 1 where one label follows from the other. */
function associationOf(
  table: Float64Array,
  rows: number,
  columns: number,
): { readonly information: number; readonly association: number } {
  const [left, right] = [new Float64Array(rows), new Float64Array(columns)];
  let total = 0;
  for (const [at, count] of table.entries()) {
    left[Math.floor(at / columns)]! += count;
    right[at % columns]! += count;
    total += count;
  }
  let [information, square] = [0, 0];
  for (const [at, count] of table.entries()) {
    const expected = (left[Math.floor(at / columns)]! * right[at % columns]!) / total;
    if (!(expected > 0)) continue;
    if (count > 0) information += (count / total) * Math.log(count / expected);
    square += (count - expected) ** 2 / expected;
  }
  return { information, association: Math.sqrt(square / total / (Math.min(rows, columns) - 1)) };
}
