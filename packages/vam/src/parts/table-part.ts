// Columns of a table as a modality. A cell is shown as the one of its alternative and, for numbers, as a standardised number
// beside it; it is decoded into a softmax over its alternatives (blocks of numbers among them) and a mean.

import { type CodedColumn, type EncodedRows, type Layout, type StateTree, spanStarts } from "@verisim/neural";
import {
  add,
  constant,
  gather,
  matmul,
  mul,
  neg,
  nn,
  slice,
  sub,
  sum,
  type Tensor,
  type TensorData,
  tensorData,
  where,
} from "@verisim/tensor";
import { type NumberScale, numberScales, numbersOf } from "./column-numbers.ts";
import { normalLoss, squaredError } from "./gaussian.ts";
import { initLayers, type Layers, perceptron } from "./layers.ts";
import type { Part, PartError, PartRows, PartSizes } from "./part.ts";
import { soften } from "./vector-part.ts";

/** Taken off the logits of missing cells where cells are presumed to be there. */
const unlikely = 40;

export class TablePart implements Part {
  readonly name: string;
  readonly cells: number;
  readonly learnsMissing = true;
  /** The modelled columns that it holds. */
  readonly columns: readonly number[];
  readonly widths: readonly number[];
  readonly scales: readonly NumberScale[];
  readonly #layout: Layout;
  readonly #choices: number;
  readonly #mayMiss: readonly boolean[];
  /** 1 for the alternative of missing cells. */
  readonly #missing: Float32Array;
  /** Logarithm of each alternative's share of the training rows, missing cells apart. */
  readonly #logShares: Float32Array;

  /** @param columns numbers of modelled columns, at least one */
  constructor(name: string, coded: readonly CodedColumn[], layout: Layout, columns: readonly number[]) {
    this.name = name;
    this.columns = columns;
    this.cells = columns.length;
    this.widths = columns.map((column) => layout.widths[column]!);
    this.scales = numberScales(coded, columns);
    this.#layout = layout;
    this.#choices = this.widths.reduce((a, b) => a + b, 0);
    this.#mayMiss = columns.map((column) => coded[column]!.state.missing);
    this.#missing = new Float32Array(this.#choices);
    this.#logShares = new Float32Array(this.#choices);
    let start = 0;
    for (const column of columns) {
      const { state, shares } = coded[column]!;
      const there = state.missing ? 1 - shares[0]! : 1;
      if (state.missing) this.#missing[start] = 1;
      shares.forEach((share, k) => {
        const isMissing = state.missing && k === 0;
        this.#logShares[start + k] = isMissing ? -unlikely : Math.log(Math.max(1e-9, share / there));
      });
      start += shares.length;
    }
  }

  /** Whether a cell (its number inside of the part) can be missing. */
  mayMiss(cell: number): boolean {
    return this.#mayMiss[cell]!;
  }

  /** Encoded rows as the part takes them. */
  rows(encoded: EncodedRows): PartRows<TensorData> {
    const { rowCount, alternatives } = encoded;
    const spans = this.#layout.widths.length;
    const starts = spanStarts({ widths: this.widths } as Layout);
    const ones = new Int32Array(rowCount * this.cells);
    const known = new Float32Array(rowCount * this.cells);
    for (let row = 0, at = 0; row < rowCount; row++)
      this.columns.forEach((column, i) => {
        ones[at] = starts[i]! + alternatives[row * spans + column]!;
        known[at] = this.#missing[ones[at]!] === 1 ? 0 : 1;
        at++;
      });
    const numbers = numbersOf(encoded, this.#layout, this.scales);
    return {
      ones: tensorData(ones, [rowCount, this.cells]),
      known: tensorData(known, [rowCount, this.cells]),
      // an array without numbers cannot be a program's state
      ...(this.scales.length > 0 ? { numbers: tensorData(numbers, [rowCount, this.scales.length]) } : {}),
    } as PartRows<TensorData>;
  }

  init(
    at: nn.Initializer,
    { latent, compress, decompress }: PartSizes,
  ): { encoder: StateTree; decoder: StateTree } {
    const numbers = this.scales.length;
    // The ones of alternatives, then those of cells that are not seen.
    const inputs = [this.#choices + this.cells, ...(numbers > 0 ? [numbers] : [])];
    return {
      encoder: initLayers(at.at("encoder"), inputs, [...compress, 2 * latent]),
      decoder: {
        layers: initLayers(at.at("decoder"), [latent], [...decompress, this.#choices + numbers]),
        ...(numbers > 0 ? { logDeviation: nn.filled([1, numbers], -0.5) } : {}),
      },
    };
  }

  encode(encoder: StateTree, { ones, known, numbers }: PartRows<Tensor>, seen: Tensor): Tensor {
    const hidden = constant(
      Int32Array.from({ length: this.cells }, (_, cell) => this.#choices + cell),
      [1, this.cells],
    );
    const bag: nn.Bag = { indices: where(seen, ones!, hidden), size: this.#choices + this.cells };
    if (this.scales.length === 0) return perceptron(encoder as Layers<Tensor>, bag);
    const shown = mul(soften(numbers!), this.#ofNumbers(mul(seen, known)));
    return perceptron(encoder as Layers<Tensor>, [bag, shown]);
  }

  decode({ layers }: StateTree, latent: Tensor): Record<string, Tensor> {
    const made = perceptron(layers as Layers<Tensor>, latent);
    const rows = latent.shape[0]!;
    const logits = slice(made, [0, 0], [rows, this.#choices]);
    if (this.scales.length === 0) return { logits };
    return { logits, numbers: slice(made, [0, this.#choices], made.shape) };
  }

  loss(
    { logDeviation }: StateTree,
    made: Readonly<Record<string, Tensor>>,
    { ones, known, numbers }: PartRows<Tensor>,
    counted: Tensor,
    presumed: Tensor,
  ): Tensor {
    const logits = sub(made.logits!, mul(unlikely, mul(presumed, this.#missingFlags())));
    const choices = nn.spanCrossEntropy(logits, where(counted, ones!, -1), this.widths);
    if (this.scales.length === 0) return choices;
    const there = this.#ofNumbers(mul(counted, known));
    return add(choices, normalLoss(made.numbers!, numbers!, logDeviation, there));
  }

  error(
    made: Readonly<Record<string, Tensor>>,
    { ones, numbers }: PartRows<Tensor>,
    hidden: Tensor,
  ): PartError {
    const columns = where(hidden, ones!, -1);
    const logits = sub(made.logits!, mul(unlikely, this.#missingFlags()));
    const rows = logits.shape[0]!;
    const error = mul(nn.spanCrossEntropy(logits, columns, this.widths), rows);
    const shares = constant(this.#logShares, [this.#choices]);
    const scale = neg(sum(gather(shares, columns)));
    if (this.scales.length === 0) return { error, scale };
    const numeric = squaredError(made.numbers!, numbers!, this.#ofNumbers(hidden));
    return { error: add(error, numeric.error), scale: add(scale, numeric.scale) };
  }

  /** Of flags [rows, cells] those of the columns with numbers. */
  #ofNumbers(flags: Tensor): Tensor {
    const chosen = new Float32Array(this.cells * this.scales.length);
    this.scales.forEach(({ column }, i) => {
      chosen[this.columns.indexOf(column) * this.scales.length + i] = 1;
    });
    return matmul(flags, constant(chosen, [this.cells, this.scales.length]));
  }

  #missingFlags(): Tensor {
    return constant(this.#missing, [1, this.#choices]);
  }
}
