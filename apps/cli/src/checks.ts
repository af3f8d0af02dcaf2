// Everything that can be wrong is looked at before work starts and reported at once: checks collect their errors here
// instead of stopping at the first.

import { accessSync, constants, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { VerisimError } from "@verisim/core";

/** Several errors, found before any work was done. */
export class ChecksFailed extends Error {
  readonly errors: readonly VerisimError[];

  constructor(errors: readonly VerisimError[]) {
    super(errors.map((error) => error.message).join("\n"));
    this.errors = errors;
  }
}

/** A collector of {@link VerisimError}s. */
export class Checks {
  readonly #errors: VerisimError[] = [];
  readonly #inputs = new Map<string, string>();
  readonly #outputs = new Map<string, string>();

  /** The result of `check`, or undefined when it threw a coded error, which is kept. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!VerisimError.isInstance(error)) throw error;
      this.#errors.push(error);
      return undefined;
    }
  }

  add(error: VerisimError): void {
    this.#errors.push(error);
  }

  /** A file that will be read. @param role what it is, for messages (`real table`) */
  input(path: string | undefined, role: string): void {
    if (path === undefined) return;
    this.attempt(() => {
      const entry = entryAt(path);
      if (!entry) throw missingFile(path, role);
      if (entry.isDirectory())
        throw new VerisimError(
          "VERISIM_FILE_IS_FOLDER",
          `Expected a file for the ${role} but received a folder.`,
          {
            where: { file: path },
            hint: "Name the file inside it.",
          },
        );
      this.#inputs.set(realpathSync(path), role);
      requireAccess(path, constants.R_OK, "VERISIM_FILE_ACCESS", `The ${role} cannot be read.`);
    });
  }

  /** A file that will be written. @param option the flag that names it */
  output(path: string | undefined, option: string): void {
    if (path === undefined) return;
    this.attempt(() => {
      const folder = dirname(resolve(path));
      const parent = entryAt(folder);
      if (!parent?.isDirectory())
        throw new VerisimError("VERISIM_OUTPUT_FOLDER", `The folder for --${option} does not exist.`, {
          where: { file: path, option },
          hint: `Make it first: mkdir -p ${dirname(path)}`,
        });
      const entry = entryAt(path);
      if (entry?.isDirectory())
        throw new VerisimError(
          "VERISIM_FILE_IS_FOLDER",
          `Expected a file for --${option} but received a folder.`,
          {
            where: { file: path, option },
            hint: `Add a file name, for example ${resolve(path, "synthetic.csv")}.`,
          },
        );
      requireAccess(
        folder,
        constants.W_OK,
        "VERISIM_FILE_ACCESS",
        `The folder for --${option} cannot be written to.`,
      );
      const place = entry ? realpathSync(path) : resolve(realpathSync(folder), basename(path));
      const clash = this.#inputs.get(place) ?? this.#outputs.get(place);
      if (clash)
        throw new VerisimError("VERISIM_OUTPUT_CLASH", `--${option} is the same file as the ${clash}.`, {
          where: { file: path, option },
          hint: "Write to another file.",
        });
      this.#outputs.set(place, `file of --${option}`);
    });
  }

  /** @throws ChecksFailed when there was an error */
  settle(): void {
    if (this.#errors.length > 0) throw new ChecksFailed(this.#errors);
  }
}

function entryAt(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function missingFile(path: string, role: string): VerisimError {
  return new VerisimError("VERISIM_FILE_NOT_FOUND", `The ${role} does not exist.`, {
    where: { file: path },
    hint: path.startsWith("/") ? "Check the path." : `Looked in ${process.cwd()}.`,
  });
}

function requireAccess(path: string, mode: number, code: string, message: string): void {
  try {
    accessSync(path, mode);
  } catch (cause) {
    throw new VerisimError(code, message, { where: { file: path }, hint: "Check its permissions.", cause });
  }
}
