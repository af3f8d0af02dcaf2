// Text as a modality, by its words and not by their order: which words of a learnt vocabulary it has, and how many. What is
// decoded is a distribution over words and one over their number; a text made of it is its likeliest words, no sentence.

import type { StateTree } from "@verisim/neural";
import {
  constant,
  gather,
  mul,
  neg,
  nn,
  sub,
  sum,
  type Tensor,
  type TensorData,
  tensorData,
  where,
} from "@verisim/tensor";
import { initLayers, type Layers, perceptron } from "./layers.ts";
import type { Part, PartError, PartRows, PartSizes } from "./part.ts";

/** What a text part has learnt before training. */
export interface Vocabulary {
  /** Words from the commonest to the rarest. */
  readonly words: readonly string[];
  /** Share of the texts that have each word. */
  readonly shares: readonly number[];
  /** Words of a text that are read, at most. */
  readonly longest: number;
}

/** The different words of a text in their order: letters and digits in lower case, the rest parts words. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
}

const mostLongest = 32;

/**
 * The words that at least two texts have, or all where that leaves none.
 * @param mostWords at least 1
 */
export function learnVocabulary(texts: readonly (string | null)[], mostWords: number): Vocabulary {
  const counts = new Map<string, number>();
  let known = 0;
  let longest = 1;
  for (const text of texts) {
    if (text === null) continue;
    known++;
    const words = wordsOf(text);
    longest = Math.max(longest, words.length);
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const often = byCount.filter(([, count]) => count > 1);
  const kept = (often.length > 0 ? often : byCount).slice(0, mostWords);
  return {
    words: kept.map(([word]) => word),
    shares: kept.map(([, count]) => count / Math.max(1, known)),
    longest: Math.min(mostLongest, longest),
  };
}

export class TextPart implements Part {
  readonly name: string;
  readonly cells = 1;
  readonly learnsMissing = false;
  readonly vocabulary: Vocabulary;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(name: string, vocabulary: Vocabulary) {
    this.name = name;
    this.vocabulary = vocabulary;
    this.#numbers = new Map(vocabulary.words.map((word, i) => [word, i]));
  }

  /** Logits of words, then of how many there are. */
  get widths(): [number, number] {
    const { words, longest } = this.vocabulary;
    return [Math.max(1, words.length), longest + 1];
  }

  /** Texts as numbers of their words, then of their number. */
  rows(texts: readonly (string | null)[]): PartRows<TensorData> {
    const { longest } = this.vocabulary;
    const width = longest + 1;
    const words = new Int32Array(texts.length * width).fill(-1);
    texts.forEach((text, row) => {
      if (text === null) return;
      const own = wordsOf(text)
        .flatMap((word) => this.#numbers.get(word) ?? [])
        .slice(0, longest);
      words.set(own, row * width);
      words[row * width + longest] = this.widths[0] + own.length;
    });
    const known = Float32Array.from(texts, (text) => (text === null ? 0 : 1));
    return {
      known: tensorData(known, [texts.length, 1]),
      words: tensorData(words, [texts.length, width]),
    };
  }

  /**
   * The likeliest words of one text, as many as `count` says, or as are likeliest by the logits.
   * @param noise added to the logits, as long as they are; Gumbel noise makes the words a draw
   */
  text(logits: ArrayLike<number>, noise?: ArrayLike<number>): string {
    const [words, numbers] = this.widths;
    const at = (i: number): number => logits[i]! + (noise?.[i] ?? 0);
    let count = 0;
    for (let i = 1; i < numbers; i++) if (at(words + i) > at(words + count)) count = i;
    return this.vocabulary.words
      .map((word, i) => ({ word, logit: at(i) }))
      .sort((a, b) => b.logit - a.logit)
      .slice(0, count)
      .map(({ word }) => word)
      .join(" ");
  }

  init(
    at: nn.Initializer,
    { latent, compress, decompress }: PartSizes,
  ): { encoder: StateTree; decoder: StateTree } {
    const size = this.widths[0] + this.widths[1];
    return {
      encoder: initLayers(at.at("encoder"), [size, 1], [...compress, 2 * latent]),
      decoder: initLayers(at.at("decoder"), [latent], [...decompress, size]),
    };
  }

  encode(encoder: StateTree, { words }: PartRows<Tensor>, seen: Tensor): Tensor {
    const bag: nn.Bag = { indices: where(seen, words!, -1), size: this.widths[0] + this.widths[1] };
    return perceptron(encoder as Layers<Tensor>, [bag, sub(1, seen)]);
  }

  decode(decoder: StateTree, latent: Tensor): { logits: Tensor } {
    return { logits: perceptron(decoder as Layers<Tensor>, latent) };
  }

  loss(
    _decoder: StateTree,
    { logits }: Readonly<Record<string, Tensor>>,
    { words }: PartRows<Tensor>,
    counted: Tensor,
  ): Tensor {
    return nn.spanCrossEntropy(logits!, where(counted, words!, -1), this.widths);
  }

  error(
    { logits }: Readonly<Record<string, Tensor>>,
    { words }: PartRows<Tensor>,
    hidden: Tensor,
  ): PartError {
    // How many words there are is not judged.
    const only = constant(
      Float32Array.from({ length: this.vocabulary.longest + 1 }, (_, i) =>
        i < this.vocabulary.longest ? 1 : 0,
      ),
      [1, this.vocabulary.longest + 1],
    );
    const columns = where(mul(hidden, only), words!, -1);
    const total = this.vocabulary.shares.reduce((a, b) => a + b, 0);
    const logShares = Float32Array.from({ length: this.widths[0] }, (_, i) =>
      Math.log((this.vocabulary.shares[i] ?? 1) / (total || 1)),
    );
    return {
      error: mul(nn.spanCrossEntropy(logits!, columns, this.widths), logits!.shape[0]!),
      scale: neg(sum(gather(constant(logShares, [this.widths[0]]), columns))),
    };
  }
}
