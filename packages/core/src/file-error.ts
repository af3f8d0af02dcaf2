// What the file system refuses, as the coded errors that every package uses for it.

import { VerisimError } from "./errors.ts";

const known: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: ["VERISIM_FILE_NOT_FOUND", "There is no such file or folder.", "Check the path."],
  ENOTDIR: ["VERISIM_FILE_NOT_FOUND", "There is no such file or folder.", "Check the path."],
  EISDIR: ["VERISIM_FILE_IS_FOLDER", "Expected a file but received a folder.", "Name one file in it."],
  EACCES: ["VERISIM_FILE_ACCESS", "The file may not be opened.", "Check the permissions of the path."],
  EPERM: ["VERISIM_FILE_ACCESS", "The file may not be opened.", "Check the permissions of the path."],
  EROFS: ["VERISIM_FILE_ACCESS", "The file may not be opened.", "Check the permissions of the path."],
  ENOSPC: ["VERISIM_DISK_FULL", "There is no room left on the disk.", "Free some space and try again."],
  EDQUOT: ["VERISIM_DISK_FULL", "There is no room left on the disk.", "Free some space and try again."],
  EFBIG: ["VERISIM_DISK_FULL", "There is no room left on the disk.", "Free some space and try again."],
};

/** The coded error of a system error about `path`; anything else, coded errors included, comes back as it is. */
export function fileSystemError(cause: unknown, path: string): unknown {
  const code = (cause as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || VerisimError.isInstance(cause)) return cause;
  const [name, message, hint] = Object.hasOwn(known, code)
    ? known[code]!
    : ["VERISIM_FILE_ACCESS", `The system refused the file (${code}).`, "Check the disk and the path."];
  return /^E[A-Z]+$/.test(code)
    ? new VerisimError(name, message, { where: { file: path }, hint, cause })
    : cause;
}
