// `prev(column, start)`: the cell of the row before in the same sequence, and `start` in its first row.

import type { FormulaNode } from "./nodes.ts";
import { BatchDictionary, CodeScratch, Scratch } from "./nodes.ts";

export function previousNode(slot: number, start: FormulaNode): FormulaNode {
  if (start.type === "text") {
    const scratch = new CodeScratch();
    const dictionaries = new BatchDictionary();
    return {
      type: "text",
      evaluate: (batch, from, to) => {
        const codes = scratch.of(batch);
        const dictionary = dictionaries.of(batch);
        const first = start.evaluate(batch, from, to);
        for (let i = from; i < to; i++) {
          const before = batch.textBefore(slot, i);
          const text =
            before !== undefined ? before : first.codes[i]! < 0 ? null : first.dictionary[first.codes[i]!]!;
          codes[i] = text === null ? -1 : dictionary.code(text);
        }
        return { codes, dictionary: dictionary.texts };
      },
    };
  }
  const scratch = new Scratch();
  return {
    type: start.type,
    evaluate: (batch, from, to) => {
      const out = scratch.of(batch);
      const first = start.evaluate(batch, from, to);
      const values = batch.numbers(slot);
      const { index } = batch;
      let i = from;
      if (i === 0) out[i++] = batch.numberBefore(slot, 0) ?? first[0]!;
      for (; i < to; i++) out[i] = index[i] === 0 ? first[i]! : values[i - 1]!;
      return out;
    },
  };
}
