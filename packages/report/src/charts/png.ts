// A PNG writer for pictures of up to 256 colours with transparency: a heat map of 7,140 pairs is a few kilobytes as a
// picture and some megabytes as markup. Transparency lets one picture serve light, dark and paper.
// Format: PNG specification, third edition (W3C), sections 5, 9 and 11.

import { crc32, deflateSync } from "node:zlib";

/** Red, green, blue, alpha: 0 to 255. */
export type Colour = readonly [number, number, number, number];

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** `pixels` holds a palette index per pixel, row by row. Returns a `data:` address. */
export function pngDataUrl(
  width: number,
  height: number,
  pixels: Uint8Array,
  palette: readonly Colour[],
): string {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, no filters, not interlaced
  const rows = Buffer.alloc((width + 1) * height);
  let above: Uint8Array | null = null;
  for (let row = 0; row < height; row++) {
    const line = pixels.subarray(row * width, (row + 1) * width);
    // Cells repeat their row: filter type 2 ("up") writes a repeated one as zeros, which cost next to nothing.
    if (above !== null && Buffer.compare(above, line) === 0) rows[row * (width + 1)] = 2;
    else rows.set(line, row * (width + 1) + 1);
    above = line;
  }
  const png = Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk("tRNS", Uint8Array.from(palette.map((colour) => colour[3]))),
    chunk("IDAT", deflateSync(rows, { level: 6 })),
    chunk("IEND", new Uint8Array()),
  ]);
  return `data:image/png;base64,${png.toString("base64")}`;
}
