import { crc32, inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { pngDataUrl } from "./png.ts";

/** Chunks of a PNG by type, after checking their sums. */
function chunksOf(url: string): Map<string, Buffer> {
  const png = Buffer.from(url.replace("data:image/png;base64,", ""), "base64");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(crc32(body)).toBe(png.readUInt32BE(at + 8 + length));
    chunks.set(body.toString("latin1", 0, 4), body.subarray(4));
    at += length + 12;
  }
  return chunks;
}

test("pixels, palette and transparency come back from the picture", () => {
  const pixels = Uint8Array.from([0, 1, 2, 0, 1, 2, 2, 2, 2]); // the second row repeats the first
  const chunks = chunksOf(
    pngDataUrl(3, 3, pixels, [
      [1, 2, 3, 0],
      [4, 5, 6, 128],
      [7, 8, 9, 255],
    ]),
  );
  expect([...chunks.keys()]).toEqual(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
  expect([...chunks.get("PLTE")!]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect([...chunks.get("tRNS")!]).toEqual([0, 128, 255]);
  const rows = inflateSync(chunks.get("IDAT")!);
  const read: number[] = [];
  for (let row = 0; row < 3; row++)
    for (let x = 0; x < 3; x++) {
      const up = rows[row * 4] === 2 ? read[(row - 1) * 3 + x]! : 0;
      read.push((rows[row * 4 + 1 + x]! + up) & 255);
    }
  expect(read).toEqual([...pixels]);
});
