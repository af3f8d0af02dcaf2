// Rejection sampling row by row: candidates are made until one is accepted with the probability that its weight says, which
// is exact. Where none is in the tries there are, one of them is taken by its weight (importance resampling).

import { RowRandom, type StreamKey, throwIfAborted } from "@verisim/core";

export interface AcceptRequest {
  /** Number of the first row. */
  readonly rowStart: number;
  readonly rowCount: number;
  /** Key of the draws that accept. */
  readonly key: StreamKey;
  /** Most candidates per row, at least 1. */
  readonly candidates: number;
  readonly signal?: AbortSignal;
}

/** Says what a row's candidate weighs, 0 to 1, and how it is kept: `take` is called only if it is. */
export type Visit<Row> = (row: number, weight: number, take: () => Row) => void;

/** The candidate that a row ended up with. */
export interface AcceptedRow<Row> {
  readonly row: Row;
  /** The try that it came from. */
  readonly attempt: number;
}

interface Held<Row> {
  row: Row;
  attempt: number;
  /** Sum of the weights of all candidates seen. */
  total: number;
}

/**
 * @param judge makes one candidate for each of the rows that wait, counted from the request's first, and visits them
 * @returns what each row holds, and the rows that no candidate was accepted for
 */
export async function acceptRows<Row>(
  { rowStart, rowCount, key, candidates, signal }: AcceptRequest,
  judge: (waiting: readonly number[], attempt: number, visit: Visit<Row>) => Promise<void>,
): Promise<{ rows: readonly AcceptedRow<Row>[]; forced: readonly number[] }> {
  const held: Held<Row>[] = new Array(rowCount);
  let waiting = Array.from({ length: rowCount }, (_, i) => i);
  for (let attempt = 0; attempt < candidates && waiting.length > 0; attempt++) {
    throwIfAborted(signal);
    const left: number[] = [];
    await judge(waiting, attempt, (i, weight, take) => {
      const random = new RowRandom(key, rowStart + i, 2 * attempt + 1);
      const accepted = random.uniform() < weight;
      const seen = held[i]?.total ?? 0;
      // A reservoir of one: every candidate ends up held with probability in proportion to its weight.
      if (accepted || held[i] === undefined || random.uniform() * (seen + weight) < weight)
        held[i] = { row: take(), attempt, total: seen + weight };
      else held[i].total += weight;
      if (!accepted) left.push(i);
    });
    waiting = left.sort((a, b) => a - b);
  }
  return { rows: held, forced: waiting };
}
