// One error class for everything a user can cause or must act on: a stable code, the place, what was
// expected and received, and what to do. Broken invariants start with "internal:" and are plain bugs.

const marker = Symbol.for("verisim.error");

/** Where an error happened: any part may be missing. Rows count from 1 and leave the header out. */
export interface ErrorPlace {
  file?: string;
  table?: string;
  column?: string;
  row?: number;
  option?: string;
  op?: string;
  /** Part of a model file. */
  section?: string;
  tensor?: string;
}

/** What a {@link VerisimError} carries besides its message. */
export interface VerisimErrorDetails {
  where?: ErrorPlace;
  /** What the user can do about it, as one sentence. */
  hint?: string;
  cause?: unknown;
}

/**
 * The error that every Verisim package throws.
 *
 * `code` begins with `VERISIM_` and never changes once released; `isInstance` also recognises errors of
 * another copy of this package.
 */
export class VerisimError extends Error {
  readonly code: string;
  readonly where: ErrorPlace;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: VerisimErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "VerisimError";
    this.code = code;
    this.where = details.where ?? {};
    this.hint = details.hint;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(value: unknown): value is VerisimError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[marker] === true;
  }

  /** The error with its place and hint, as the command line prints it. */
  format(): string {
    const place = Object.entries(this.where)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `${name} ${typeof part === "string" ? JSON.stringify(part) : part}`)
      .join(", ");
    return `${this.code}: ${this.message}${place ? `\n  at ${place}` : ""}${this.hint ? `\n  ${this.hint}` : ""}`;
  }
}

/** Throws `VERISIM_ABORTED` when the signal has been aborted; long loops call it at every batch. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new VerisimError("VERISIM_ABORTED", "The work was stopped on request.", { cause: signal.reason });
}
