// The bytes of a text file in pieces, decompressed; faults of the file system and of gzip become coded errors.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { fileSystemError, throwIfAborted, VerisimError } from "@verisim/core";

const pieceBytes = 1 << 20;

/** Turns a fault of the file system or of gzip into an error that says what to do about the file. */
export function fileError(cause: unknown, path: string): unknown {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !/^(Z_|ERR_.*ZLIB)/.test(code)) return fileSystemError(cause, path);
  return new VerisimError("VERISIM_FILE_DAMAGED", "The gzip data is damaged or ends too early.", {
    where: { file: path },
    hint: "Fetch the file again, or drop `.gz` from the name of a file that is not compressed.",
    cause,
  });
}

/**
 * Size of a file that can be read, in bytes.
 * @throws VerisimError `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`, `VERISIM_FILE_ACCESS`, `VERISIM_EMPTY_FILE`
 */
export async function readableSize(path: string): Promise<number> {
  const info = await stat(path).catch((cause: unknown) => {
    throw fileError(cause, path);
  });
  if (info.isDirectory()) throw fileError({ code: "EISDIR" }, path);
  if (info.isFile() && info.size === 0)
    throw new VerisimError("VERISIM_EMPTY_FILE", "The file is empty (0 bytes).", { where: { file: path } });
  return info.size;
}

/** Most bytes looked at for the first line. */
const longestStart = 1 << 24;
const leastStart = 1 << 18;

/** The beginning of a file, decompressed: its first line at least, unless that is enormous. */
export async function readStart(
  path: string,
  options: ByteSourceOptions,
): Promise<{ bytes: Buffer; whole: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  let lines = false;
  for await (const piece of readBytes(path, options)) {
    pieces.push(piece);
    length += piece.length;
    lines ||= piece.includes(10) || piece.includes(13);
    if ((length >= leastStart && lines) || length >= longestStart)
      return { bytes: Buffer.concat(pieces), whole: false };
  }
  return { bytes: Buffer.concat(pieces), whole: true };
}

/**
 * Reads compressed data to its end and checks its length and checksum.
 * @throws VerisimError `VERISIM_FILE_DAMAGED`
 */
export async function checkGzip(path: string, signal: AbortSignal | undefined): Promise<void> {
  for await (const piece of readBytes(path, { gzip: true, signal })) void piece;
}

export interface ByteSourceOptions {
  gzip: boolean;
  signal?: AbortSignal | undefined;
  /** Called with the bytes of the file read so far. */
  onBytes?: ((done: number) => void) | undefined;
}

/** The file's bytes, decompressed. */
export async function* readBytes(path: string, options: ByteSourceOptions): AsyncGenerator<Buffer> {
  throwIfAborted(options.signal);
  const file = createReadStream(path, { highWaterMark: pieceBytes });
  const stream = options.gzip ? file.pipe(createGunzip({ chunkSize: pieceBytes })) : file;
  file.on("error", (error) => stream.destroy(error));
  try {
    for await (const piece of stream) {
      throwIfAborted(options.signal);
      yield piece as Buffer;
      options.onBytes?.(file.bytesRead);
    }
  } catch (cause) {
    throw fileError(cause, path);
  } finally {
    file.destroy();
    stream.destroy();
  }
}
