// Columns of text side by side, as wide as their longest cell.

/** Rows of cells as lines; `right` holds the indices of columns that are aligned to the right. */
export function textGrid(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.has(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A name or value for one line of a terminal: control characters replaced, cut to `most` characters. */
export function forLine(text: string, most: number = 30): string {
  const plain = text.replace(/\p{C}/gu, "\ufffd");
  return plain.length > most ? `${plain.slice(0, most - 1)}…` : plain;
}
