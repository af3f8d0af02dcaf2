// How far trees are held back so that rows of the table do not give themselves away. A fit on half of the rows shows it: if its
// drawn rows lie nearer to that half than to the other more often than chance allows, what learnt rows are likelier by than
// held-out ones gets a price, the least of some that is enough. Tables that give nothing away are fitted as if never asked.

import { type EncodedColumn, shuffledRowNumbers, streamKey, type TableMetadata } from "@verisim/core";
import { type CellColumn, nearerShare } from "@verisim/stats";
import { HistogramTreeChain } from "@verisim/trees";
import { type ChainRequest, growChain } from "./fit-chain.ts";
import { isOfTable, learnColumns, outcomeKey, roomFor } from "./learnt-columns.ts";
import { chainColumn } from "./table-sampler.ts";

/** Prices in nats per nat; the first is none. */
const prices = [0, 0.3, 1, 3] as const;
/** This far above what is allowed a price is left out. */
const farAbove = 0.03;
/** Tables of fewer rows say too little; they get a price untried. */
const fewestRows = 100;
const untriedPrice = 1;
/** Rows of more are one of so many that a fit of few of them would show more than there is. */
const mostRows = 50_000;
/** Rows that are dealt to the two halves, at most: of more, this many show what there is. */
const mostDealt = 4_000;
/** Twice the rows give away about so much of what is beyond one half. */
const shrinks = 0.8;
/** A share is off by about so much over the root of the half's rows: one deviation. */
const deviation = 0.7;
/** Halves of so many rows are asked one way only where that says enough. */
const certainHalf = 2_000;
/** The halves of small tables are dealt again, where that takes little (rows times columns squared). */
const dealtAgain = { work: 20_000, rows: 500, most: 5 } as const;
/** Drawn rows times real ones that are compared per fit of a half, and most drawn rows. */
const compared = { rows: 2e7, drawn: 2_000 } as const;

export interface LeakRequest {
  /** All rows. */
  readonly encoded: readonly EncodedColumn[];
  readonly metadata: TableMetadata;
  /** Digits that cells of each column are rounded to. */
  readonly decimals: readonly number[];
  readonly dictionaryOf: (encoded: number) => readonly string[];
  /** Encoded columns in the order in which they are drawn: no others are looked at. */
  readonly order: readonly number[];
  readonly chain: Omit<ChainRequest, "leakPrice" | "onProgress">;
}

export interface LeakVerdict {
  readonly leakPrice: number;
  /** Share of drawn rows that lay nearer to the rows learnt from, where it was measured: with no price, and with this one. */
  readonly nearer?: { readonly before: number; readonly after: number };
}

/** @throws VerisimError `VERISIM_ABORTED`, `VERISIM_OUT_OF_MEMORY` */
export async function chooseLeakPrice(request: LeakRequest): Promise<LeakVerdict> {
  const { order, chain } = request;
  const { maxNearer } = chain.options;
  const rows = rowsOf(request.encoded[order[0] ?? 0]);
  if (maxNearer >= 1 || order.length < 2 || rows > mostRows) return { leakPrice: 0 };
  if (rows < fewestRows) return { leakPrice: untriedPrice };
  let before: number | undefined;
  for (let step = 0; ; step++) {
    const leakPrice = prices[step]!;
    const after = await measured(request, rows, leakPrice);
    before ??= after;
    if (after <= maxNearer || step === prices.length - 1) return { leakPrice, nearer: { before, after } };
    if (after > maxNearer + farAbove && step + 2 < prices.length) step++;
  }
}

/** What users should know of the verdict. */
export function leakWarnings({ leakPrice, nearer }: LeakVerdict, maxNearer: number): string[] {
  if (!nearer || nearer.after <= maxNearer) return [];
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    `${percent(nearer.after)} of drawn rows lie nearer to the rows learnt from than to as many others (maxNearer: ${percent(maxNearer)}), however far trees are held back (leak price ${leakPrice}). Larger minLeaf and minGroup hold more back.`,
  ];
}

/** Share of drawn rows nearer to the rows learnt, a tie counting half: of a fit of all rows, by fits of halves. */
async function measured(request: LeakRequest, rows: number, leakPrice: number): Promise<number> {
  const { chain, order } = request;
  const { maxNearer } = chain.options;
  const half = Math.floor(Math.min(rows, mostDealt) / 2);
  const again = Math.min(dealtAgain.work / (rows * order.length ** 2), dealtAgain.rows / rows);
  const deals = Math.max(1, Math.min(dealtAgain.most, Math.floor(again)));
  const ofAll = (share: number): number => 0.5 + shrinks ** Math.log2(rows / half) * (share - 0.5);
  let sum = 0;
  for (let deal = 0; deal < deals; deal++) {
    const key = streamKey(chain.seed, chain.tableName, `halves ${deal}`);
    const dealt = shuffledRowNumbers(rows, key);
    const one = dealt.slice(0, half).sort();
    const other = dealt.slice(half, 2 * half).sort();
    const first = await shareOf(request, one, other, leakPrice);
    const above = ofAll(first) - maxNearer;
    const error = ofAll(0.5 + deviation / Math.sqrt(half)) - 0.5;
    const isCertain = half >= certainHalf ? above <= 0 || above > error : leakPrice === 0 && above > error;
    // The other way round takes the chance out that one half lies in the middle of the other.
    sum += isCertain ? first : (first + (await shareOf(request, other, one, leakPrice))) / 2;
  }
  return ofAll(sum / deals);
}

async function shareOf(
  { encoded, metadata, decimals, dictionaryOf, order, chain }: LeakRequest,
  learnt: Uint32Array,
  other: Uint32Array,
  leakPrice: number,
): Promise<number> {
  const { options, seed, tableName, signal } = chain;
  const plan = learnColumns(
    order.map((place) => takeRows(encoded[place]!, learnt)),
    metadata,
    order.map((place) => decimals[place]!),
    (place) => dictionaryOf(order[place]!),
    { ...options, derive: false },
  );
  if (plan.learnt.length === 0) return 0.5;
  const ordered = [...plan.learnt].sort((a, b) => placeOf(a.column) - placeOf(b.column));
  const { columns, trees } = await growChain(ordered, { ...chain, leakPrice });
  const drawnRows = Math.ceil(Math.min(compared.drawn, compared.rows / (learnt.length + other.length)));
  const outputs = columns.map((column) => roomFor(column, drawnRows));
  const drawer = new HistogramTreeChain(columns.map((column, place) => chainColumn(column, trees[place]!)));
  await drawer.draw(
    {
      keys: columns.map((column) => outcomeKey(seed, tableName, column)),
      choices: streamKey(seed, tableName, "choices"),
      rowStart: 0,
      rowCount: drawnRows,
      ...(signal ? { signal } : {}),
    },
    outputs,
  );
  const cells = columns.flatMap((column, place): CellColumn[] => {
    if (!isOfTable(column)) return [];
    const source = encoded[order[column.encoded]!]!;
    const drawn = outputs[place]!;
    if (column.kind === "number" && source.kind === "continuous") {
      const { unit, decimals: digits } = column;
      return [{ kind: "number", real: source.values, drawn: drawn as Float64Array, unit, decimals: digits }];
    }
    return source.kind === "discrete"
      ? [{ kind: "category", real: source.codes, drawn: drawn as Int32Array, missing: source.cardinality }]
      : [];
  });
  return nearerShare(cells, learnt, other, drawnRows, signal ? { signal } : {});
}

const placeOf = (column: { readonly encoded: number }): number => column.encoded;

function rowsOf(column: EncodedColumn | undefined): number {
  if (!column) return 0;
  return column.kind === "continuous" ? column.values.length : column.codes.length;
}

function takeRows(column: EncodedColumn, rows: Uint32Array): EncodedColumn {
  return column.kind === "continuous"
    ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }
    : { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) };
}
