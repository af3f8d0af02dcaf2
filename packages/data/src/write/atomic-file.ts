// A file that appears whole or not at all: written beside its target, brought to the disk, renamed over it.

import { rmSync } from "node:fs";
import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileError } from "../text/byte-source.ts";

let opened = 0;

/** Files under way, removed where the process ends before they are whole. */
const unfinished = new Set<string>();

function overflowOf(temporary: string): string {
  return `${temporary}.overflow`;
}

function removeUnfinished(): void {
  for (const path of unfinished) {
    rmSync(path, { force: true });
    rmSync(overflowOf(path), { force: true, recursive: true });
  }
}

function watch(path: string): void {
  if (unfinished.size === 0) process.on("exit", removeUnfinished);
  unfinished.add(path);
}

function unwatch(path: string): void {
  unfinished.delete(path);
  if (unfinished.size === 0) process.off("exit", removeUnfinished);
}

export class AtomicFile {
  /** The path as the user gave it. */
  readonly path: string;
  /** Where the bytes go until {@link commit}. */
  readonly #temporary: string;
  readonly #target: string;
  /** False for devices and pipes, which are written to directly. */
  readonly #replaces: boolean;
  #handle: FileHandle | undefined;

  private constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#replaces = temporary !== target;
    this.#handle = handle;
  }

  /**
   * @throws VerisimError `VERISIM_FILE_NOT_FOUND`, `VERISIM_FILE_IS_FOLDER`, `VERISIM_FILE_ACCESS`, `VERISIM_DISK_FULL`
   */
  static async open(path: string): Promise<AtomicFile> {
    try {
      const target = await realpath(path).catch(() => path);
      const info = await stat(target).catch(() => null);
      if (info?.isDirectory()) throw { code: "EISDIR" };
      const replaces = info === null || info.isFile();
      const temporary = replaces
        ? join(dirname(target), `.${basename(target).slice(0, 100)}.${process.pid}-${++opened}.tmp`)
        : target;
      const handle = await open(temporary, replaces ? "wx" : "w");
      if (replaces) watch(temporary);
      return new AtomicFile(path, target, temporary, handle);
    } catch (cause) {
      throw fileError(cause, path);
    }
  }

  /** False for devices and pipes, which take every byte once. */
  get isRegular(): boolean {
    return this.#replaces;
  }

  /** The file that takes the bytes, for writers that open it themselves. */
  get writingPath(): string {
    return this.#temporary;
  }

  /** A folder that does not exist, on the disk of the file, for what does not fit in memory. */
  get overflowFolder(): string {
    return this.#replaces
      ? overflowOf(this.#temporary)
      : join(tmpdir(), `verisim-${process.pid}-${++opened}`);
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      let at = 0;
      while (at < bytes.length) {
        const { bytesWritten } = await this.#handle!.write(bytes, at, bytes.length - at);
        at += bytesWritten;
      }
    } catch (cause) {
      throw fileError(cause, this.path);
    }
  }

  /** Puts the file in its place. A file that was there is replaced at once and never missing. */
  async commit(): Promise<void> {
    try {
      if (!this.#replaces) return await this.#close();
      await this.#handle!.sync();
      await this.#close();
      await rename(this.#temporary, this.#target);
      unwatch(this.#temporary);
      await syncFolder(dirname(this.#target));
    } catch (cause) {
      await this.discard();
      throw fileError(cause, this.path);
    }
  }

  /** Removes what was written; what was at the path before is untouched. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    if (!this.#replaces) return;
    await rm(this.#temporary, { force: true }).catch(() => undefined);
    await rm(overflowOf(this.#temporary), { force: true, recursive: true }).catch(() => undefined);
    unwatch(this.#temporary);
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

/** Makes a rename last through a power cut; not every system can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r").catch(() => null);
  if (!handle) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}
