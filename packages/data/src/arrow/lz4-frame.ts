// Decompresses LZ4 frames (the format that Arrow files written by pandas use), after the LZ4 frame format 1.6.3 and
// the LZ4 block format. Checksums are skipped: Arrow's own reader checks lengths.

const magic = 0x184d2204;

/** @throws Error where the bytes are not a complete frame */
export function decodeLz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 7 || view.getUint32(0, true) !== magic) throw new Error("not an LZ4 frame");
  const flags = bytes[4]!;
  const hasSize = (flags & 0x08) !== 0;
  const blockChecksum = (flags & 0x10) !== 0;
  let at = 6 + (hasSize ? 8 : 0) + ((flags & 0x01) !== 0 ? 4 : 0) + 1;
  let out = new Uint8Array(
    hasSize ? Math.min(Number(view.getBigUint64(6, true)), 2 ** 31) : bytes.length * 4,
  );
  let length = 0;
  const reserve = (count: number): void => {
    if (length + count <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, length + count));
    larger.set(out);
    out = larger;
  };
  const lengthFrom = (nibble: number, end: number): number => {
    let total = nibble;
    if (nibble < 15) return total;
    for (let more = 255; more === 255; total += more) {
      if (at >= end) throw new Error("the LZ4 block is cut off");
      more = bytes[at++]!;
    }
    return total;
  };
  for (;;) {
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return out.subarray(0, length);
    const end = at + (size & 0x7fffffff);
    if (end > bytes.length) throw new Error("the LZ4 frame is cut off");
    if (size & 0x80000000) {
      reserve(end - at);
      out.set(bytes.subarray(at, end), length);
      length += end - at;
    } else {
      while (at < end) {
        const token = bytes[at++]!;
        const literals = lengthFrom(token >> 4, end);
        if (at + literals > end) throw new Error("the LZ4 block is cut off");
        reserve(literals);
        out.set(bytes.subarray(at, at + literals), length);
        at += literals;
        length += literals;
        if (at >= end) break;
        const distance = view.getUint16(at, true);
        at += 2;
        const match = lengthFrom(token & 15, end) + 4;
        if (distance === 0 || distance > length) throw new Error("the LZ4 block is damaged");
        reserve(match);
        // Byte by byte: a match may overlap what it writes.
        for (let i = 0; i < match; i++, length++) out[length] = out[length - distance]!;
      }
    }
    at = end + (blockChecksum ? 4 : 0);
  }
}
