// A learned sampler as one ONNX file: network, choices, places, and the way back to typed columns in one graph without
// random numbers of its own. What its inputs and outputs mean is said in the file, as JSON.

import { exportOnnx, type GraphBuilder, type GraphExtension, type OnnxValue, openRows } from "@verisim/onnx";
import { isTensorData, leavesOf, type TracedEntry, traceEntry } from "@verisim/tensor";
import { encodingFromState } from "../encoding/encoding-state.ts";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import { decodeCells, drawnColumns } from "./drawn-cells.ts";
import { drawnAs, freeName, inputNames, type SamplerInput } from "./file-inputs.ts";
import {
  conditionRanges,
  type ExportedSampler,
  samplerGraph,
  samplerGraphState,
  telltaleRows,
} from "./sampler-graph.ts";
import { type FileColumn, type LeftOut, type OutputNames, typedColumns } from "./typed-columns.ts";

/** Options of {@link samplerOnnx}. */
export interface SamplerOnnxOptions {
  /** Name of the graph in the file. Default the generator's. */
  readonly name?: string;
}

/** What the file says of itself, as JSON under `verisim` in metadata_props. */
export interface SamplerDescription {
  readonly version: 1;
  readonly generator: string;
  readonly inputs: readonly { readonly name: string; readonly for: SamplerInput; readonly draw: string }[];
  readonly columns: readonly FileColumn[];
  readonly leftOut: readonly LeftOut[];
  /** What may be asked for by the input `condition`: category k of a column is `first + k`; null: the missing cell. */
  readonly conditions: readonly ConditionValues[];
}

export interface ConditionValues {
  readonly column: string;
  readonly first: number;
  readonly values: readonly (string | number | null)[];
}

/** The key of {@link SamplerDescription} in metadata_props. */
export const descriptionKey = "verisim";

/**
 * The file: operator set 21 of ONNX alone, any number of rows.
 * @throws VerisimError `VERISIM_ONNX_UNSUPPORTED` for a network with an op that ONNX has not, `VERISIM_ONNX_ROWS` for one
 * whose rows depend on one another, `VERISIM_ONNX_SIZE` above 2 GiB
 */
export function samplerOnnx(sampler: ExportedSampler, options: SamplerOnnxOptions = {}): Uint8Array {
  const { generator, encoding, parts } = sampler;
  const { name = generator } = options;
  const inputs = inputNames(encoding);
  const outputs = outputNames(encoding, Object.values(inputs));
  const reserved = [
    ...Object.values(inputs),
    ...[...outputs.values()].flatMap((names) => Object.values(names) as string[]),
  ];
  const extend = (graph: GraphBuilder, values: Readonly<Record<string, OnnxValue>>): GraphExtension =>
    decoded(graph, values, sampler, inputs, (column) => outputs.get(column)!);
  const shared = { name, inputNames: inputs, reserved, extend };
  if (parts === null) return exportOnnx(withoutNetwork(), { ...shared, rows: 1 });
  const state = samplerGraphState(parts);
  const shapes = leavesOf(state, isTensorData).map(({ value }) => value.shape);
  const rows = telltaleRows(parts, shapes);
  return exportOnnx(samplerGraph(parts, rows), { ...shared, state, rows });
}

/** A graph of nothing, for tables in which nothing varies. */
function withoutNetwork(): TracedEntry {
  return traceEntry("sample", {}, {}, () => ({ outputs: {} }));
}

/** Names of every column's outputs; its own name where that can be. */
function outputNames(encoding: TableEncoding, taken: readonly string[]): Map<string, OutputNames> {
  const names = new Set(taken);
  const columns = Object.keys(encoding.metadata.columns);
  const own = new Map(columns.map((column) => [column, freeName(column, names)]));
  return new Map(
    columns.map((column) => [
      column,
      {
        output: own.get(column)!,
        missing: freeName(`${column}.missing`, names),
        text: freeName(`${column}.text`, names),
      },
    ]),
  );
}

function decoded(
  graph: GraphBuilder,
  values: Readonly<Record<string, OnnxValue>>,
  { generator, encoding, calibration }: ExportedSampler,
  inputs: Readonly<Record<SamplerInput, string>>,
  namesOf: (column: string) => OutputNames,
): GraphExtension {
  const { plan, transformer, metadata } = encodingFromState(encoding.toState());
  const { layout } = encoding;
  let row: OnnxValue | undefined;
  const rowInput = (): OnnxValue => {
    row ??= graph.input(inputs.row, { element: "int64", dims: [openRows] });
    return row;
  };
  if (!graph.hasRows) graph.setRows(graph.add("Shape", [rowInput()], { start: 0, end: 1 }));
  const drawn = drawnColumns(layout).length;
  const cells = decodeCells(
    graph,
    {
      alternatives: values.alternatives,
      places: values.places,
      placeUniforms:
        drawn > 0
          ? graph.input(inputs.placeUniforms, { element: "double", dims: [openRows, drawn] })
          : undefined,
    },
    { plan, layout, calibration },
  );
  const { columns, leftOut, outputs } = typedColumns({
    graph,
    metadata,
    transforms: transformer.columns,
    cells,
    namesOf,
    row: rowInput,
  });
  const given = new Set(graph.inputs.map((input) => input.name));
  const description: SamplerDescription = {
    version: 1,
    generator,
    inputs: (Object.keys(inputs) as SamplerInput[])
      .filter((input) => given.has(inputs[input]))
      .map((input) => ({ name: inputs[input], for: input, draw: drawnAs[input] })),
    columns,
    leftOut,
    conditions: given.has(inputs.condition) ? conditionValues(encoding) : [],
  };
  return { outputs, metadata: { [descriptionKey]: JSON.stringify(description) } };
}

/** The categories that each discrete column's conditions ask for. */
function conditionValues(encoding: TableEncoding): ConditionValues[] {
  const { transformer } = encodingFromState(encoding.toState());
  return conditionRanges(encoding).map(({ column, first, index }) => {
    const { state: codec, kind } = encoding.columns[index]!;
    const missing = codec.missing ? [null] : [];
    const { first: parts } = codec as { readonly first: Int32Array };
    if (kind !== "category") {
      const { low, unit } = codec as { readonly low: Float64Array; readonly unit: number };
      return {
        column,
        first,
        values: [...missing, ...[...parts.slice(0, -1)].map((part) => low[part]! * unit)],
      };
    }
    const state = transformer.columns.find(({ name }) => name === column)!.state;
    const categories = state.categories as readonly string[];
    const values = [...parts.slice(0, -1)].map((part) => {
      const text = categories[codec.codes[part]!]!;
      return state.kind === "number" ? Number(text) : text;
    });
    return { column, first, values: [...missing, ...values] };
  });
}
