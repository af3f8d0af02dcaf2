// Takes both sides in turn, so that a busy minute of the machine slows both, and sums up by medians.

import { cpus } from "node:os";

import type { Sample } from "./worker.ts";

export interface Side {
  readonly name: string;
  run(): Promise<Sample>;
}

export interface PeerResult {
  readonly name: string;
  readonly value: number;
  /** Peer's time over ours: above 1, ours is faster. */
  readonly ratio: number;
}

export interface BenchmarkResult {
  readonly name: string;
  readonly unit: "s";
  readonly threads: number;
  /** Median of our times. */
  readonly ours: number;
  readonly peers: readonly PeerResult[];
  /** The smallest of the peers' ratios; null without a peer. */
  readonly ratio: number | null;
  readonly pairs: number;
  readonly machine: string;
  /** The last run's own figures by side, and all times. */
  readonly details: Readonly<Record<string, unknown>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Warm-ups of each side, then `pairs` rounds in which the sides take turns; every second round is reversed.
 * @param onRun told the number of the pair, 0 for warm-ups
 */
export async function takeTurns(
  sides: readonly Side[],
  { pairs, warmUps = 1 }: { readonly pairs: number; readonly warmUps?: number },
  onRun: (side: string, seconds: number, pair: number) => void = () => {},
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < warmUps + pairs; round++) {
    const pair = Math.max(0, round - warmUps + 1);
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      const sample = await side.run();
      onRun(side.name, sample.seconds, pair);
      if (pair > 0) samples.get(side.name)!.push(sample);
    }
  }
  return samples;
}

export function summarise(
  name: string,
  threads: number,
  ours: string,
  samples: ReadonlyMap<string, readonly Sample[]>,
  more: Readonly<Record<string, unknown>> = {},
): BenchmarkResult {
  const middle = (side: string) => median(samples.get(side)!.map(({ seconds }) => seconds));
  const peers = [...samples.keys()]
    .filter((side) => side !== ours)
    .map((side) => ({ name: side, value: middle(side), ratio: middle(side) / middle(ours) }));
  return {
    name,
    unit: "s",
    threads,
    ours: middle(ours),
    peers,
    ratio: peers.length === 0 ? null : Math.min(...peers.map(({ ratio }) => ratio)),
    pairs: samples.get(ours)!.length,
    machine: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores, ${process.platform}-${process.arch}`,
    details: {
      ...more,
      ...Object.fromEntries(
        [...samples].map(([side, runs]) => {
          const { seconds: _seconds, ...last } = runs.at(-1)!;
          return [side, { ...last, seconds: runs.map(({ seconds }) => Number(seconds.toPrecision(4))) }];
        }),
      ),
    },
  };
}
