// CSV as plain cells for the parity runs (RFC 4180, empty cell = missing). It stays apart from @verisim/data on purpose:
// pandas and this reader see the same text, so that a difference in a score is one of the score.

export type Cells = (string | null)[];

export interface CellTable {
  readonly names: readonly string[];
  /** One array per column. */
  readonly columns: readonly Cells[];
}

/** @param mostRows rows after which reading stops */
export function parseCsv(text: string, mostRows: number = Number.POSITIVE_INFINITY): CellTable {
  const pattern = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
  const columns: Cells[] = [];
  let names: string[] | undefined;
  let record: string[] = [];
  let at = 0;
  let rows = 0;
  while (at < text.length && rows < mostRows) {
    pattern.lastIndex = at;
    const match = pattern.exec(text)!;
    record.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    at = pattern.lastIndex;
    const end = text[at];
    at += end === "\r" && text[at + 1] === "\n" ? 2 : 1;
    if (end === ",") continue;
    if (names) {
      record.forEach((cell, column) => {
        columns[column]!.push(cell === "" ? null : cell);
      });
      rows++;
    } else {
      names = record;
      for (const _ of names) columns.push([]);
    }
    record = [];
  }
  return { names: names ?? [], columns };
}

export function formatCsv(table: CellTable): string {
  const lines = [table.names.map(quoted).join(",")];
  const rows = table.columns[0]?.length ?? 0;
  // A single missing cell would leave the line empty, and empty lines are skipped.
  const alone = table.columns.length === 1 ? '""' : "";
  for (let row = 0; row < rows; row++)
    lines.push(table.columns.map((cells) => (cells[row] === null ? alone : quoted(cells[row]!))).join(","));
  return `${lines.join("\n")}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
