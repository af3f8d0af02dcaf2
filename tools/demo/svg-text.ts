// Words in SVG pictures.

/** A line of text at a point that it starts, is centred or ends at. */
export function text(
  x: number,
  y: number,
  words: string,
  anchor: "start" | "middle" | "end",
  size: number = 11,
): string {
  return `<text x="${x.toFixed(0)}" y="${y.toFixed(0)}" text-anchor="${anchor}" font-size="${size}">${escaped(words)}</text>`;
}

/** Text that is no markup. */
export function escaped(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
