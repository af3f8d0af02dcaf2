// What a sampler's file made of the native runtime's numbers, held against the native rows: equal but for ties and rounding.

import { DatePattern, type Generator } from "@verisim/core";
import { type ExportedSampler, networkNoise, samplerGraph, samplerGraphState } from "@verisim/neural";
import type { NoiseArray, NoiseRequest, SamplerDescription } from "@verisim/onnx";
import { runReference, type TensorData } from "@verisim/tensor";
import { compareRows, type FileOutputs, type RowComparison } from "./compare-rows.ts";

/** A generator whose sampler leaves for other runtimes. */
export interface ExportingGenerator extends Generator {
  toOnnx(): Promise<Uint8Array>;
  samplerNoise(request: NoiseRequest): Promise<Record<string, NoiseArray>>;
  /** Of a network, whose sums other runtimes round in another way. */
  exported?(): ExportedSampler;
}

/** Perturbed logits this near to one another are a tie, and each runtime breaks it as it likes. */
const tie = 1e-4;

/**
 * Compares what a file made with the rows that `sample` gives.
 * @param request of the native rows
 */
export async function compareWithNative(
  generator: ExportingGenerator,
  outputs: FileOutputs,
  description: SamplerDescription,
  { seed = 0, rowStart = 0, rowCount }: NoiseRequest,
): Promise<RowComparison> {
  return compareRows(
    await generator.sample(rowCount, { seed, from: rowStart }),
    outputs,
    description,
    (column, micros) => writtenDate(generator, column, micros),
    slackOf(generator),
  );
}

/** Differences in rows without a tie, in words: there should be none. */
export function untiedDifferences(
  generator: ExportingGenerator,
  { different }: RowComparison,
  request: NoiseRequest,
): string[] {
  const network = generator.exported?.();
  const ties = network ? tiedRows(network, request, [...different.keys()]) : new Set<number>();
  return [...different].filter(([row]) => !ties.has(row)).map(([, words]) => words);
}

function writtenDate({ metadata }: ExportingGenerator, column: string, micros: number): string {
  const { datetimeFormat, timeZone = "Z" } = metadata.columns[column]!;
  return new DatePattern(datetimeFormat!).format(micros, timeZone);
}

/** Drawn places give the same number; learnt ones differ by the rounding of a network's sums. */
function slackOf(generator: ExportingGenerator): (column: string) => number {
  const encoding = generator.exported?.().encoding;
  if (!encoding) return () => 0;
  const learnt = new Set(encoding.layout.placed.map((column) => encoding.columns[column]!.name));
  const related = new Map(encoding.related.map((relation) => [relation.column, relation]));
  const slack = (name: string): number => {
    const relation = related.get(name);
    // Columns of the sampler table are computed by sums alone.
    const carried = relation
      ? relation.formula.terms.reduce(
          (sum, { coefficient, factors }) => sum + Math.abs(coefficient) * slack(factors[0]!.column),
          0,
        )
      : 0;
    if (relation && carried > 0) return carried + 1.001 * relation.step;
    if (!learnt.has(name)) return 0;
    const { sdtype, decimals = 15, datetimeFormat = "" } = encoding.metadata.columns[name]!;
    const isDate = sdtype === "datetime";
    const [low = 0, high = 0] = (encoding.learntRange(name) ?? []).map((end) =>
      isDate ? Date.parse(end) * 1000 : Number(end),
    );
    const step = !isDate ? 10 ** -decimals : new DatePattern(datetimeFormat).hasTime ? 1000 : 86_400e6;
    return 1.001 * step + 1e-5 * (high - low);
  };
  return slack;
}

/**
 * Those of a request's rows in which two perturbed logits of a span lie so near that rounding decides.
 * @param rows counted from the request's first: one by one, for the reference is slow
 */
export function tiedRows(
  { encoding, parts }: ExportedSampler,
  { rowStart = 0, ...request }: NoiseRequest,
  rows: readonly number[],
): Set<number> {
  if (rows.length === 0) return new Set();
  const graph = samplerGraph(parts!, 1, "logits");
  const state = samplerGraphState(parts!);
  const isTied = (row: number): boolean => {
    const inputs = networkNoise(encoding, parts!, { ...request, rowStart: rowStart + row, rowCount: 1 });
    const { logits } = runReference(graph, { state, inputs }).outputs as {
      readonly logits: { readonly data: Float64Array };
    };
    const uniforms = (inputs.choiceUniforms as TensorData).data;
    const perturbed = logits.data.map((logit, i) => logit - Math.log(-Math.log(uniforms[i]!)));
    let start = 0;
    return encoding.layout.widths.some((width) => {
      const [best, second] = Array.from(perturbed.subarray(start, start + width)).sort((a, b) => b - a);
      start += width;
      return second !== undefined && best! - second < tie;
    });
  };
  return new Set(rows.filter(isTied));
}
