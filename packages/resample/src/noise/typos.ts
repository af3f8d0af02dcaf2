// Typing mistakes, as people make them: a key beside the right one, a letter too few or too many, two in the wrong order,
// the wrong case. Damerau, "A technique for computer detection and correction of spelling errors" (1964): four kinds
// make most of them.

import { dictionaryColumn, RowRandom } from "@verisim/core";
import { type NoiseKind, presentRows } from "./noise-kind.ts";

const keyRows = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/** Keys beside each key of a QWERTY keyboard. */
const besides: ReadonlyMap<string, string> = new Map(
  keyRows.flatMap((keys, row) =>
    [...keys].map((key, at) => {
      const near = [keys[at - 1], keys[at + 1], keyRows[row - 1]?.[at], keyRows[row + 1]?.[at]];
      return [key, near.filter((one) => one !== undefined).join("")] as const;
    }),
  ),
);

function besideKey(letter: string, random: RowRandom): string {
  const lower = letter.toLowerCase();
  const near = besides.get(lower) ?? (/\d/.test(letter) ? "0123456789" : "aeiourstn");
  const found = near[random.below(near.length)]!;
  return letter === lower ? found : found.toUpperCase();
}

/** The text with one mistake; never the same text. Empty texts get a letter. */
export function withTypo(text: string, random: RowRandom): string {
  const letters = Array.from(text);
  if (letters.length === 0) return besideKey("a", random);
  for (let attempt = 0; attempt < 20; attempt++) {
    const at = random.below(letters.length);
    const made = [...letters];
    const kind = random.below(5);
    if (kind === 0) made[at] = besideKey(letters[at]!, random);
    else if (kind === 1 && letters.length > 1) made.splice(at, 1);
    else if (kind === 2)
      made.splice(at, 0, random.below(2) === 0 ? letters[at]! : besideKey(letters[at]!, random));
    else if (kind === 3 && at + 1 < letters.length)
      [made[at], made[at + 1]] = [letters[at + 1]!, letters[at]!];
    else if (kind === 4) {
      const letter = letters[at]!;
      made[at] = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    }
    const result = made.join("");
    if (result !== text) return result;
  }
  return `${text}${letters.at(-1)}`;
}

export const typos: NoiseKind = {
  name: "typos",
  summary: "puts a typing mistake into some texts",
  takes: "texts",
  options: {
    rate: { type: "number", default: 0.02, min: 0, max: 1, description: "Share of the cells, exactly." },
    mistakes: { type: "integer", default: 1, min: 1, max: 20, description: "Mistakes in each of them." },
  },
  async apply(context) {
    const { rate, mistakes } = context.options as { rate: number; mistakes: number };
    const { table } = context;
    for (const name of context.columns) {
      const column = table.column(name);
      if (column.kind !== "dictionary") continue;
      const dictionary = [...column.dictionary];
      const known = new Map(dictionary.map((text, code) => [text, code]));
      const codes = column.codes.slice();
      const mark = context.mark(name);
      const key = context.key(name);
      for (const row of context.choose(presentRows(column), rate, name)) {
        const original = column.dictionary[codes[row]!]!;
        const random = new RowRandom(key, row);
        let text = original;
        for (let i = 0; i < mistakes; i++) text = withTypo(text, random);
        // Two mistakes may undo each other.
        if (text === original) text = withTypo(text, random);
        let code = known.get(text);
        if (code === undefined) {
          code = dictionary.length;
          known.set(text, code);
          dictionary.push(text);
        }
        codes[row] = code;
        mark[row] = 1;
      }
      table.replace(dictionaryColumn(name, codes, dictionary));
    }
  },
};
