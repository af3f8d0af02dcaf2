// What a judgement is written as, by the ending of --out: a report to look at, or its figures.

import { extname } from "node:path";
import type { Checks } from "./checks.ts";
import { optionValueError } from "./quantities.ts";

/** Undefined where nothing is written; another ending goes to `checks`. */
export function judgementFormat(out: string | undefined, checks: Checks): "html" | "json" | undefined {
  if (out === undefined) return undefined;
  const ending = extname(out).toLowerCase();
  if (![".html", ".htm", ".json"].includes(ending))
    checks.add(optionValueError("out", "a file ending in .html or .json", out));
  return ending === ".json" ? "json" : "html";
}
