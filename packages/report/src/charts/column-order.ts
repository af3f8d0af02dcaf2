// Puts related columns side by side in the heat maps: average-linkage clustering on 1 - |relation|, then each join
// is turned so that its nearest ends touch. O(n^3) for n columns: 120 columns take some milliseconds.

/** `closeness(i, j)` in [0, 1], symmetric. Returns the order of the columns 0 to count - 1. */
export function clusterOrder(count: number, closeness: (i: number, j: number) => number): number[] {
  let clusters = Array.from({ length: count }, (_, index) => [index]);
  let near = clusters.map((_, i) => clusters.map((_, j) => (i === j ? -1 : closeness(i, j))));
  while (clusters.length > 1) {
    let best = { i: 0, j: 1, closeness: -1 };
    for (let i = 0; i < clusters.length; i++)
      for (let j = i + 1; j < clusters.length; j++)
        if (near[i]![j]! > best.closeness) best = { i, j, closeness: near[i]![j]! };
    const { i, j } = best;
    const [a, b] = [clusters[i]!, clusters[j]!];
    const joined = near[i]!.map(
      (toA, k) => (toA * a.length + near[j]![k]! * b.length) / (a.length + b.length),
    );
    const keep = (_: unknown, k: number): boolean => k !== j;
    near = near.filter(keep).map((row) => row.filter(keep));
    const kept = joined.filter(keep);
    near[i] = kept;
    for (let k = 0; k < near.length; k++) near[k]![i] = kept[k]!;
    near[i]![i] = -1;
    clusters = clusters.filter(keep);
    clusters[i] = join(a, b, closeness);
  }
  return clusters[0] ?? [];
}

function join(a: number[], b: number[], closeness: (i: number, j: number) => number): number[] {
  const turns: [number[], number[]][] = [
    [a, b],
    [a, b.toReversed()],
    [a.toReversed(), b],
    [a.toReversed(), b.toReversed()],
  ];
  const touch = ([left, right]: [number[], number[]]): number => closeness(left.at(-1)!, right[0]!);
  const best = turns.reduce((held, turn) => (touch(turn) > touch(held) ? turn : held));
  return best.flat();
}
