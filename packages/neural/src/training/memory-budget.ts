// What a training will take, said before it starts where it is more than was allowed.

import { VerisimError } from "@verisim/core";

/** A program whose entries' memory is known. */
export interface MeasuredProgram {
  readonly plan: Readonly<Record<string, { readonly arenaBytes: number }>>;
}

/**
 * Estimates a training: the largest of the entries' arenas, and its state three times, as the best one and one that is
 * written beside it are kept.
 * @param maxMemoryBytes undefined: any
 * @param options that make it smaller, for the hint
 * @throws VerisimError `VERISIM_MEMORY_BUDGET`
 */
export function requireMemory(
  program: MeasuredProgram,
  state: unknown,
  maxMemoryBytes: number | undefined,
  options: string,
): void {
  if (maxMemoryBytes === undefined) return;
  const arenas = Object.values(program.plan).map(({ arenaBytes }) => arenaBytes);
  const needed = Math.max(...arenas) + bytesOf(state) * 3;
  if (needed <= maxMemoryBytes) return;
  throw new VerisimError(
    "VERISIM_MEMORY_BUDGET",
    `Expected training to need at most ${maxMemoryBytes} bytes but it would take about ${needed}.`,
    { where: { option: "max-memory" }, hint: `Allow more memory, or lower ${options}.` },
  );
}

function bytesOf(tree: unknown): number {
  if (typeof tree !== "object" || tree === null) return 0;
  const { data } = tree as { data?: unknown };
  if (ArrayBuffer.isView(data)) return data.byteLength;
  return Object.values(tree).reduce((sum: number, child) => sum + bytesOf(child), 0);
}
