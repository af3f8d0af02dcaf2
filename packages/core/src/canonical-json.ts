// JSON with exactly one spelling per value: keys sorted by code unit, no blanks, numbers as JavaScript prints them and -0 as
// "-0". The same model is therefore the same bytes, and a reader can insist on that spelling.

import type { Json } from "./json.ts";

/** The deepest nesting written or accepted. */
export const maxJsonDepth = 200;

/** What canonicalJson refuses; the caller gives it a code and a place. */
export class CanonicalJsonError extends Error {
  /** Keys from the root to the value. */
  readonly path: string;

  constructor(path: readonly string[], message: string) {
    super(message);
    this.path = path.length === 0 ? "the whole" : path.join(".").slice(0, 200);
  }
}

/**
 * Prints a value; keys whose value is undefined are left out.
 *
 * @throws CanonicalJsonError for NaN and infinities (they belong in tensors, or go through packState), for anything that
 * is not JSON, and for nesting beyond 200
 */
export function canonicalJson(value: Json): string {
  const parts: string[] = [];
  print(value, parts, []);
  return parts.join("");
}

function print(value: unknown, parts: string[], path: string[]): void {
  if (path.length > maxJsonDepth)
    throw new CanonicalJsonError(path.slice(0, 5), `nesting of at most ${maxJsonDepth} but received more`);
  if (value === null || typeof value === "boolean" || typeof value === "string") {
    parts.push(JSON.stringify(value));
  } else if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new CanonicalJsonError(path, `a finite number but received ${value}`);
    parts.push(Object.is(value, -0) ? "-0" : String(value));
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      parts.push(i === 0 ? "[" : ",");
      path.push(String(i));
      print(item, parts, path);
      path.pop();
    });
    parts.push(value.length === 0 ? "[]" : "]");
  } else if (isPlainObject(value)) {
    const keys = Object.keys(value).filter((key) => value[key] !== undefined);
    keys.sort();
    keys.forEach((key, i) => {
      parts.push(i === 0 ? "{" : ",", JSON.stringify(key), ":");
      path.push(key);
      print(value[key], parts, path);
      path.pop();
    });
    parts.push(keys.length === 0 ? "{}" : "}");
  } else {
    throw new CanonicalJsonError(path, `JSON but received ${describe(value)}`);
  }
}

/** An object literal or one made by JSON.parse; not an array, a typed array, a map or an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? `a ${value.constructor?.name}` : typeof value;
}
