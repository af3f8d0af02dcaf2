// Writes a file so that a crash, a full disk or Ctrl-C never leaves half of it, and what was there before stays until the
// new one is whole: written beside, flushed, renamed over, and the folder flushed.

import { randomUUID } from "node:crypto";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VerisimError } from "./errors.ts";

/**
 * Gives `write` a new file beside `path` and puts it in the place of `path` once it is complete.
 *
 * @throws VerisimError `VERISIM_WRITE_FAILED` with the system's reason; errors of `write` itself that are VerisimErrors
 * pass through. In either case nothing is left behind.
 */
export async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  let created = false;
  try {
    const file = await open(temporary, "wx");
    created = true;
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    created = false;
    await flushFolder(dirname(path));
  } catch (cause) {
    if (created) await unlink(temporary).catch(() => {});
    if (VerisimError.isInstance(cause)) throw cause;
    throw new VerisimError(
      "VERISIM_WRITE_FAILED",
      `The file cannot be written: ${(cause as Error).message}.`,
      {
        where: { file: path },
        hint: "Check that the folder exists, that it may be written to, and that the disk has room.",
        cause,
      },
    );
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
