// Categories of few rows are kept back: they are drawn only when a condition or a label count asks for them. In a column
// most of whose rows hold such categories they are what the column is made of, and are drawn as they are.

import { type EncodedRows, type SamplerParts, spanStarts, type TableEncoding } from "@verisim/neural";

/** Added to the logits of a category that is kept back: never met by a draw of 2^24 steps, and still above another. */
const keptBack = -30;

/**
 * What is added to the logits of every alternative, so that categories of fewer than `minGroup` rows are kept back: 0 for
 * the others.
 */
export function keepBackRare(
  { alternatives, rowCount }: EncodedRows,
  { columns, layout }: TableEncoding,
  minGroup: number,
): Float32Array {
  const starts = spanStarts(layout);
  const added = new Float32Array(layout.hasPlace.length);
  columns.forEach(({ kind, state }, column) => {
    if (kind !== "category") return;
    const [start, width] = [starts[column]!, layout.widths[column]!];
    const counts = new Float64Array(width);
    for (let at = column; at < alternatives.length; at += columns.length) counts[alternatives[at]!]!++;
    const isRare = (k: number): boolean =>
      k >= (state.missing ? 1 : 0) && counts[k]! < minGroup && layout.hasPlace[start + k] === 0;
    const rows = counts.reduce((sum, count, k) => sum + (isRare(k) ? count : 0), 0);
    if (2 * rows > rowCount) return;
    for (let k = 0; k < width; k++) if (isRare(k)) added[start + k] = keptBack;
  });
  return added;
}

/** A sentence per column with categories that are kept back. */
export function rareWarnings({ columns }: TableEncoding, parts: SamplerParts | null): string[] {
  const outputBias: readonly { readonly data: Float32Array }[] = parts?.weights.outputBias ?? [];
  return outputBias.flatMap(({ data }, column) => {
    const rare = data.reduce((count, bias) => count + (bias < keptBack / 2 ? 1 : 0), 0);
    if (rare === 0) return [];
    const [what, are] = rare === 1 ? ["category", "is"] : ["categories", "are"];
    return [
      `Column ${JSON.stringify(columns[column]!.name)}: ${rare} ${what} of few rows ${are} drawn only when asked for.`,
    ];
  });
}
