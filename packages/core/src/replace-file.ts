// Writes a file so that a crash, a full disk or Ctrl-C never leaves half of it, and what was there before stays until the
// new one is whole: written beside, flushed, renamed over, and the folder flushed.

import { randomUUID } from "node:crypto";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileSystemError } from "./file-error.ts";

/**
 * Gives `write` a new file beside `path` and puts it in the place of `path` once it is complete. Links are followed; devices
 * and pipes, which nothing can be put in the place of, are written to directly.
 *
 * @throws VerisimError `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`, `VERISIM_FILE_ACCESS`, `VERISIM_DISK_FULL`, and what
 * `write` throws. In every case nothing is left behind.
 */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await realpath(path).catch(() => path);
    const info = await stat(target).catch(() => null);
    if (info?.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
    const replaces = info === null || info.isFile();
    const written = replaces
      ? join(dirname(target), `.${basename(target).slice(0, 40)}.${randomUUID()}.part`)
      : target;
    const file = await open(written, replaces ? "wx" : "w");
    if (replaces) temporary = written;
    try {
      await write(file);
      if (replaces) await file.sync();
    } finally {
      await file.close();
    }
    if (!replaces) return;
    await rename(written, target);
    temporary = undefined;
    await flushFolder(dirname(target));
  } catch (cause) {
    if (temporary !== undefined) await unlink(temporary).catch(() => {});
    throw fileSystemError(cause, path);
  }
}

/** The rename itself reaches the disk; systems that cannot flush a folder (Windows) do without. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EISDIR" && code !== "EPERM" && code !== "EINVAL" && code !== "EACCES") throw error;
  }
}
