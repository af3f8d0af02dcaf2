// A learned sampler as one ONNX file: network, choices, places, and the way back to typed columns in one graph without
// random numbers of its own. What its inputs and outputs mean is said in the file, as JSON.

import {
  buildOnnx,
  type ConditionValues,
  describedColumns,
  exportOnnx,
  type GraphBuilder,
  type GraphExtension,
  type OnnxValue,
  type OutputNames,
  openRows,
  outputNames,
  reservedNames,
  type SamplerOnnxOptions,
} from "@verisim/onnx";
import { isTensorData, leavesOf } from "@verisim/tensor";
import { encodingFromState } from "../encoding/encoding-state.ts";
import type { TableEncoding } from "../encoding/table-encoding.ts";
import { type Calibration, noCalibration } from "../sampling/calibrate.ts";
import { decodeCells, drawnColumns } from "./drawn-cells.ts";
import { drawnAs, inputNames, type SamplerInput } from "./file-inputs.ts";
import {
  conditionRanges,
  type ExportedSampler,
  samplerGraph,
  samplerGraphState,
  telltaleRows,
} from "./sampler-graph.ts";

/**
 * The file: operator set 21 of ONNX alone, any number of rows.
 * @throws VerisimError `VERISIM_ONNX_UNSUPPORTED` for a network with an op that ONNX has not, `VERISIM_ONNX_ROWS` for one
 * whose rows depend on one another, `VERISIM_ONNX_SIZE` above 2 GiB
 */
export function samplerOnnx(sampler: ExportedSampler, options: SamplerOnnxOptions = {}): Uint8Array {
  const { generator, encoding, parts } = sampler;
  const { name = generator } = options;
  const inputs = inputNames(encoding);
  const outputs = outputNames(encoding.metadata, Object.values(inputs));
  const reserved = reservedNames(inputs, outputs);
  const extend = (graph: GraphBuilder, values: Readonly<Record<string, OnnxValue>>): GraphExtension =>
    decodedTable(graph, values, sampler, { inputs, drawnAs, outputs });
  const shared = { name, inputNames: inputs, reserved, extend };
  if (parts === null) return buildOnnx(name, reserved, (graph) => extend(graph, {}));
  const state = samplerGraphState(parts);
  const shapes = leavesOf(state, isTensorData).map(({ value }) => value.shape);
  const rows = telltaleRows(parts, shapes);
  return exportOnnx(samplerGraph(parts, rows), { ...shared, state, rows });
}

/** A table whose rows are in a file's graph. */
export interface TableOfFile extends Pick<ExportedSampler, "generator" | "encoding"> {
  /** Maps learnt places; default none. */
  readonly calibration?: Calibration;
}

/** Names in a file. */
export interface NamesOfFile {
  /** Of inputs by what they are for; `row` and, where places are drawn, `placeUniforms` are taken from here. */
  readonly inputs: Readonly<Record<"row", string> & Partial<Record<SamplerInput, string>>>;
  /** How the numbers of each input are drawn. */
  readonly drawnAs: Readonly<Record<string, string>>;
  readonly outputs: ReadonlyMap<string, OutputNames>;
}

/** The way on from alternatives int32 [rows, spans] and places float [rows, placed] to the table's own columns. */
export function decodedTable(
  graph: GraphBuilder,
  values: { readonly alternatives?: OnnxValue | undefined; readonly places?: OnnxValue | undefined },
  { generator, encoding, calibration = noCalibration(encoding.layout) }: TableOfFile,
  { inputs, drawnAs, outputs }: NamesOfFile,
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
          ? graph.input(inputs.placeUniforms!, { element: "double", dims: [openRows, drawn] })
          : undefined,
    },
    { plan, layout, calibration },
  );
  return describedColumns(graph, {
    generator,
    metadata,
    transforms: transformer.columns,
    cells,
    inputs,
    drawnAs,
    outputs,
    row: rowInput,
    conditions: () => conditionValues(encoding),
  });
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
