// Texts put together in an ONNX graph: pieces are rows of small tables, joined one after another. A whole number becomes
// groups of at most three digits, each looked up among a thousand texts.

import type { GraphBuilder } from "../builder.ts";
import type { OnnxValue } from "../model.ts";

/** A part of a text: always the same, or row `index` of a table. */
export type TextPiece = string | { readonly table: readonly string[]; readonly index: OnnxValue };

/** Digits of one table's texts. */
const group = 3;

/** string [rows]: the pieces one after another; at least one is no fixed text. */
export function joinTexts(graph: GraphBuilder, pieces: readonly TextPiece[]): OnnxValue {
  const joined: { table: readonly string[]; index: OnnxValue }[] = [];
  let before = "";
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (typeof piece !== "string") {
      joined.push({ ...piece, table: piece.table.map((text) => before + text) });
      before = "";
    } else if (last) last.table = last.table.map((text) => text + piece);
    else before += piece;
  }
  const texts = joined.map(({ table, index }) =>
    graph.add("Gather", [graph.texts(table), index], { axis: 0 }),
  );
  return texts.reduce((text, next) => graph.add("StringConcat", [text, next]));
}

/** The last `width` digits of whole numbers from 0 on (int64), with zeros before them. */
export function digitPieces(graph: GraphBuilder, number: OnnxValue, width: number): TextPiece[] {
  const pieces: TextPiece[] = [];
  let rest = number;
  for (let left = width; left > 0; left -= group) {
    const digits = Math.min(left, group);
    const modulus = graph.scalar("int64", 10 ** digits);
    const table = Array.from({ length: 10 ** digits }, (_, value) => String(value).padStart(digits, "0"));
    pieces.unshift({ table, index: graph.add("Mod", [rest, modulus]) });
    rest = graph.add("Div", [rest, modulus]);
  }
  return pieces;
}

/** floor(x / by) of int64 numbers of any sign. */
export function floorDivide(graph: GraphBuilder, x: OnnxValue, by: number): OnnxValue {
  const divisor = graph.scalar("int64", by);
  return graph.add("Div", [graph.add("Sub", [x, graph.add("Mod", [x, divisor])]), divisor]);
}
