// Zip archives of stored entries in the one form that Verisim writes: no compression, no extra fields, no comments, fixed
// dates, nothing between entries. A reader that accepts only this form has no sizes to trust and no paths to follow.

import { crc32 } from "node:zlib";

/** One entry as it is written: its bytes may come in several pieces. */
export interface ZipEntry {
  /** ASCII. */
  readonly name: string;
  readonly chunks: readonly Uint8Array[];
}

/** What is wrong with an archive; the caller gives it a code and a place. */
export class ZipFormatError extends Error {
  readonly entry: string | undefined;

  constructor(message: string, entry?: string) {
    super(message);
    this.entry = entry;
  }
}

/** Bytes of a local header without the name. */
export const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endBytes = 22;
/** Beyond this zip needs its 64-bit extension, which readers of other languages often lack. */
const maxBytes = 0xffffffff;
/** 1980-01-01 00:00, the earliest that zip can say. */
const fixedDate = 0x0021;

interface EntryHead {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
}

/** The archive as pieces to write one after another; the entries' own bytes are not copied. */
export function storedZip(entries: readonly ZipEntry[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const heads: EntryHead[] = [];
  let offset = 0;
  for (const { name, chunks } of entries) {
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    const head = { name, size, offset, crc: checksum(chunks) };
    heads.push(head);
    pieces.push(localHeader(head), ...chunks);
    offset += localHeaderBytes + name.length + size;
    if (offset > maxBytes) throw new ZipFormatError("at most 4 GiB but received more", name);
  }
  pieces.push(...heads.map(centralHeader), endRecord(heads, offset));
  return pieces;
}

/** Empty pieces are left out: Node 20 starts anew at one, as zlib does where it is given no buffer. */
function checksum(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((crc, chunk) => (chunk.length === 0 ? crc : crc32(chunk, crc)), 0);
}

/**
 * The bytes of each entry, as views.
 *
 * @param allowed the only names that may occur, in the order in which they must
 * @throws ZipFormatError for anything that {@link storedZip} would not have written
 */
export function readStoredZip(bytes: Uint8Array, allowed: readonly string[]): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint32(0, true) !== 0x04034b50)
    throw new ZipFormatError("a zip archive but received other bytes");
  const end = bytes.length - endBytes;
  if (end < localHeaderBytes || view.getUint32(end, true) !== 0x06054b50)
    throw new ZipFormatError(
      "a zip archive's end record at the end but received other bytes; the file may be cut off",
    );
  const count = view.getUint16(end + 10, true);
  if (count > allowed.length)
    throw new ZipFormatError(`at most ${allowed.length} entries but received ${count}`);
  const directory = view.getUint32(end + 16, true);
  const heads: EntryHead[] = [];
  const entries = new Map<string, Uint8Array>();
  let at = directory;
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const head = readCentralHeader(view, at, end, allowed, offset);
    const header = localHeader(head);
    const start = offset + header.length;
    if (start + head.size > directory) throw new ZipFormatError("an entry inside the file", head.name);
    if (!equalBytes(bytes, offset, header))
      throw new ZipFormatError("the entry's two headers to agree", head.name);
    const data = bytes.subarray(start, start + head.size);
    if (crc32(data) !== head.crc)
      throw new ZipFormatError("the entry's checksum but received another one", head.name);
    if (heads.length > 0 && allowed.indexOf(heads.at(-1)!.name) >= allowed.indexOf(head.name))
      throw new ZipFormatError("entries once and in order", head.name);
    heads.push(head);
    entries.set(head.name, data);
    offset = start + head.size;
    at += centralHeaderBytes + head.name.length;
  }
  const tail = [...heads.map(centralHeader), endRecord(heads, offset)];
  for (const piece of tail) {
    if (offset + piece.length > bytes.length || !equalBytes(bytes, offset, piece))
      throw new ZipFormatError("nothing but entries and their directory but received other bytes");
    offset += piece.length;
  }
  if (offset !== bytes.length)
    throw new ZipFormatError("nothing after the directory but received other bytes");
  return entries;
}

function readCentralHeader(
  view: DataView,
  at: number,
  end: number,
  allowed: readonly string[],
  offset: number,
): EntryHead {
  if (at + centralHeaderBytes > end || view.getUint32(at, true) !== 0x02014b50)
    throw new ZipFormatError("a directory of entries but received other bytes");
  const nameLength = view.getUint16(at + 28, true);
  if (at + centralHeaderBytes + nameLength > end)
    throw new ZipFormatError("a directory of entries but received other bytes");
  let name = "";
  for (let i = 0; i < Math.min(nameLength, 100); i++)
    name += String.fromCharCode(view.getUint8(at + centralHeaderBytes + i));
  if (!allowed.includes(name) || name.length !== nameLength) {
    const names = allowed.join(" and ");
    throw new ZipFormatError(`only the entries ${names} but received ${JSON.stringify(name)}`);
  }
  const method = view.getUint16(at + 10, true);
  if (method !== 0)
    throw new ZipFormatError(`a stored entry but received compression method ${method}`, name);
  const size = view.getUint32(at + 24, true);
  return { name, size, crc: view.getUint32(at + 16, true), offset };
}

/** Fields that local and central headers share, from "version needed" on. */
function writeShared(view: DataView, at: number, head: EntryHead): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 8, fixedDate, true);
  view.setUint32(at + 10, head.crc, true);
  view.setUint32(at + 14, head.size, true);
  view.setUint32(at + 18, head.size, true);
  view.setUint16(at + 22, head.name.length, true);
}

function localHeader(head: EntryHead): Uint8Array {
  const bytes = new Uint8Array(localHeaderBytes + head.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  writeShared(view, 4, head);
  writeName(bytes, localHeaderBytes, head.name);
  return bytes;
}

function centralHeader(head: EntryHead): Uint8Array {
  const bytes = new Uint8Array(centralHeaderBytes + head.name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  writeShared(view, 6, head);
  view.setUint32(42, head.offset, true);
  writeName(bytes, centralHeaderBytes, head.name);
  return bytes;
}

function endRecord(heads: readonly EntryHead[], directory: number): Uint8Array {
  const bytes = new Uint8Array(endBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, heads.length, true);
  view.setUint16(10, heads.length, true);
  const size = heads.reduce((sum, head) => sum + centralHeaderBytes + head.name.length, 0);
  view.setUint32(12, size, true);
  view.setUint32(16, directory, true);
  return bytes;
}

function writeName(bytes: Uint8Array, at: number, name: string): void {
  for (let i = 0; i < name.length; i++) bytes[at + i] = name.charCodeAt(i);
}

function equalBytes(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}
