// How large the network is, by the rows that it learns from: as many weights as few rows can fill would keep these rows, and
// tell no better what others are like.

/** Widths of the network's layers. */
export interface NetworkSize {
  /** Width of the vector that known cells add up to. */
  readonly hidden: number;
  /** Width of each column's own layer. */
  readonly head: number;
}

/** From so many rows on a column's own layer has its full width; below, it falls with the square root of the rows. */
const rowsOfFull = 6_000;
const [narrowest, full] = [16, 64];
/** Widths are whole multiples, as the kernels like them. */
const multiple = 8;
/** The vector of known cells is so many times as wide as a column's own layer, or wider where it must tell many columns apart. */
const hiddenPerHead = 3;
const hiddenPerColumn = 4;

/** The size for so many training rows and columns, where the options leave it open. */
export function networkSize(
  rowCount: number,
  columns: number,
  { hiddenDim, headDim }: { readonly hiddenDim: number | null; readonly headDim: number | null },
): NetworkSize {
  const wished = full * Math.sqrt(Math.min(1, rowCount / rowsOfFull));
  const byRows = Math.max(narrowest, multiple * Math.round(wished / multiple));
  const byColumns = Math.min(
    hiddenPerHead * full,
    multiple * Math.ceil((hiddenPerColumn * columns) / multiple),
  );
  return {
    head: headDim ?? byRows,
    hidden: hiddenDim ?? Math.max(hiddenPerHead * byRows, byColumns),
  };
}
