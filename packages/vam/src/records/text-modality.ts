// Texts of records: known ones stay, missing ones become their likeliest words, or drawn ones.

import { type Json, RowRandom, type StateValue, type StreamKey, streamKey } from "@verisim/core";
import type { StateTree } from "@verisim/neural";
import type { TensorData } from "@verisim/tensor";
import type { PartRows } from "../parts/part.ts";
import { learnVocabulary, TextPart, type Vocabulary } from "../parts/text-part.ts";
import type { Filling, FillRun, Modality } from "./modality.ts";
import { isKnown, type Records, recordError } from "./records.ts";

export class TextModality implements Modality {
  readonly kind = "texts";
  readonly name: string;
  readonly parts: readonly [TextPart];

  constructor(name: string, vocabulary: Vocabulary) {
    this.name = name;
    this.parts = [new TextPart(name, vocabulary)];
  }

  /** @param mostWords words of the vocabulary, at most */
  static fit(name: string, records: Records, mostWords: number): TextModality {
    return new TextModality(name, learnVocabulary(knownTexts(name, records), mostWords));
  }

  static fromState(name: string, state: { readonly [key: string]: StateValue }): TextModality {
    return new TextModality(name, state as unknown as Vocabulary);
  }

  toState(): { readonly [key: string]: StateValue } {
    const { words, shares, longest } = this.parts[0].vocabulary;
    return { words, shares, longest };
  }

  rows(records: Records): PartRows<TensorData>[] {
    return [this.parts[0].rows(knownTexts(this.name, records))];
  }

  get givenAs(): Json {
    const { words, longest } = this.parts[0].vocabulary;
    return { words, longest };
  }

  blank(rowCount: number): Partial<Records> {
    return { texts: { [this.name]: new Array<null>(rowCount).fill(null) } };
  }

  fill(records: Records, _decoders: readonly StateTree[], { seed, from, fill }: FillRun): Filling {
    const texts = knownTexts(this.name, records);
    const [part] = this.parts;
    const key = wordKey(seed, this.name);
    return {
      take: ([said], rowStart, rowCount) => {
        const { data, shape } = said!.logits!;
        const width = shape[1]!;
        for (let row = 0; row < rowCount; row++) {
          if (texts[rowStart + row] !== null) continue;
          const random = new RowRandom(key, from + rowStart + row);
          const gumbel =
            fill === "draw"
              ? Float64Array.from({ length: width }, () => -Math.log(-Math.log(random.uniform())))
              : undefined;
          texts[rowStart + row] = part.text(data.subarray(row * width, (row + 1) * width), gumbel);
        }
      },
      finish: async () => ({ texts: { [this.name]: texts } }),
    };
  }
}

/** Where the draws of words come from. */
export function wordKey(seed: number, name: string): StreamKey {
  return streamKey(seed, name, "words");
}

function knownTexts(name: string, records: Records): (string | null)[] {
  const own = records.texts?.[name];
  if (own === undefined) throw recordError(name, "texts", "none");
  return own.map((text, row) => (isKnown(records, name, row) ? text : null));
}
