// How many rows of a table the boosted trees of TabSyn's protocol learn: all of its own tables', fewer of wider ones.

/** 61,000 rows of 36 columns, the protocol's largest table, are just below. */
const mostCells = 2_200_000;
const mostRows = 100_000;
const leastRows = 5000;

export function protocolRows(columns: number): number {
  return Math.max(leastRows, Math.min(mostRows, Math.floor(mostCells / Math.max(1, columns))));
}
