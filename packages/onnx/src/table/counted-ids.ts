// Ids that a row's number can be counted into: texts around one run of digits, such as `CUST-[0-9]{6}`. All others are
// drawn by a permutation that has no place in an ONNX graph and are left out.

import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";
import { digitPieces, joinTexts } from "./digit-texts.ts";

/** Ids of a run of digits. */
export interface CountedIds {
  readonly before: string;
  readonly after: string;
  readonly digits: number;
  /** Number of the first id. */
  readonly first: number;
  /** How many ids there are: the id of row `size` is that of row 0. */
  readonly size: number;
}

/** Most digits: their numbers are exact. */
const mostDigits = 15;
const literal = String.raw`((?:[^\\[\](){}.*+?^$|]|\\[^\w\s])*)`;
const countedForm = new RegExp(String.raw`^${literal}(\[1-9\])?(?:\\d|\[0-9\])(?:\{(\d+)\})?${literal}$`);

/** What a pattern counts through; undefined where it is not of that form. */
export function countedIds(pattern: string): CountedIds | undefined {
  const match = countedForm.exec(pattern);
  if (!match) return undefined;
  const [, before = "", leading, count = "1", after = ""] = match;
  const digits = Number(count) + (leading ? 1 : 0);
  if (digits < 1 || digits > mostDigits) return undefined;
  const plain = (text: string): string => text.replaceAll(/\\(.)/g, "$1");
  const first = leading ? 10 ** (digits - 1) : 0;
  return { before: plain(before), after: plain(after), digits, first, size: 10 ** digits - first };
}

/** int64 [rows]: the number in each row's id. @param row int64 [rows], from 0 */
export function idNumbers(graph: GraphBuilder, row: OnnxValue, { first, size }: CountedIds): OnnxValue {
  const place = graph.add("Mod", [row, graph.scalar("int64", size)]);
  return first === 0 ? place : graph.add("Add", [place, graph.scalar("int64", first)]);
}

/** string [rows]: the ids. */
export function idTexts(graph: GraphBuilder, row: OnnxValue, ids: CountedIds): OnnxValue {
  const digits = digitPieces(graph, idNumbers(graph, row, ids), ids.digits);
  return joinTexts(graph, [ids.before, ...digits, ids.after]);
}
