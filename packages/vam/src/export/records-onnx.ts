// A model of records as one ONNX file without random numbers of its own: the latent from noise, or from the modalities that
// are given, and every other modality from the latent, as what its records hold.

import { decodedTable, type StateTree } from "@verisim/neural";
import {
  descriptionKey,
  exportOnnx,
  type GraphBuilder,
  type GraphExtension,
  type OnnxValue,
  openRows,
  type SamplerDescription,
} from "@verisim/onnx";
import { isTensorData, leavesOf, type Tensor, type TensorData, traceEntry } from "@verisim/tensor";
import { decodeJoint, type JointOptions } from "../network/joint-network.ts";
import { priorNoise } from "../network/prior.ts";
import type { Part, PartRows } from "../parts/part.ts";
import { drawLatent } from "../records/draw-latent.ts";
import { ImageModality } from "../records/image-modality.ts";
import type { Modality } from "../records/modality.ts";
import { TableModality } from "../records/table-modality.ts";
import { TextModality } from "../records/text-modality.ts";
import { VectorModality } from "../records/vector-modality.ts";
import { allNames, type RecordFileNames, recordFileNames } from "./file-names.ts";
import { imageCells, type MadeColumn, tableCells, textCells, vectorCells } from "./made-cells.ts";

/** A fitted model of records, as far as files need it. */
export interface ExportedRecords {
  readonly generator: string;
  readonly modalities: readonly Modality[];
  readonly parameters: StateTree;
  readonly sizes: JointOptions;
}

/** What the file says of its modalities, beside the {@link SamplerDescription} of its columns. */
export interface RecordsDescription extends SamplerDescription {
  /** What is made: the output of each modality; a table's columns are listed in `columns`. */
  readonly modalities: readonly { name: string; kind: Modality["kind"]; output?: string }[];
  /** What is given: the inputs of each part, and what their numbers mean. */
  readonly given: readonly {
    modality: string;
    kind: Modality["kind"];
    inputs: Readonly<Record<string, string>>;
    means: unknown;
  }[];
}

/** A part, its number among all, and the modality that it is of. */
interface OwnedPart {
  readonly part: Part;
  readonly index: number;
  readonly modality: Modality;
}

/**
 * The file: operator set 21 of ONNX alone, any number of records.
 * @param given names of modalities that come in; the file makes the others
 */
export function recordsOnnx(model: ExportedRecords, given: readonly string[], name: string): Uint8Array {
  const { modalities, parameters, sizes } = model;
  const names = recordFileNames(modalities, given);
  const owned = modalities
    .flatMap((modality) => modality.parts.map((part) => ({ part, modality })))
    .map((own, index): OwnedPart => ({ ...own, index }));
  const isGiven = ({ modality }: OwnedPart): boolean => given.includes(modality.name);
  const made = owned.filter((own) => !isGiven(own));
  const rows = telltaleRows(model);
  const types = new Map(
    owned.filter(isGiven).map(({ index, modality, part }) => {
      const blank = modality.rows({ rowCount: 1, ...modality.blank(1) })[modality.parts.indexOf(part)]!;
      const own = Object.entries(blank).map(([array, { shape, data }]) => {
        const dtype = data instanceof Int32Array ? "i32" : "f32";
        return [array, { shape: [rows, ...shape.slice(1)], dtype }] as const;
      });
      return [String(index), Object.fromEntries(own)] as const;
    }),
  );
  const inputs = {
    noise: { shape: [rows, priorNoise(sizes.prior)], dtype: "f32" },
    given: Object.fromEntries(types),
  };
  const entry = traceEntry("records", parameters, inputs, ({ state, inputs: own }) => {
    const { noise, given: arrays } = own as { noise: Tensor; given: Record<string, PartRows<Tensor>> };
    const seen = owned.filter(isGiven).map(({ part, index }) => ({ index, part, rows: arrays[index]! }));
    const latent = drawLatent(state as StateTree, seen, noise, sizes);
    const trees = made.map(({ index }) => (state as StateTree).parts[index]);
    const said = decodeJoint(
      { parts: trees },
      made.map(({ part }) => part),
      latent,
    );
    return { outputs: { said } };
  });
  const inputNames = new Map([["noise", names.noise]]);
  for (const own of owned.filter(isGiven))
    for (const [array, input] of names.given.get(own.part)!)
      inputNames.set(`given.${own.index}.${array}`, input);
  return exportOnnx(entry, {
    state: parameters,
    rows,
    name,
    inputNames: Object.fromEntries(inputNames),
    reserved: allNames(names),
    extend: (graph, values) => {
      const saidOf = (wanted: Part, array: string): OnnxValue =>
        values[`said.${made.findIndex(({ part }) => part === wanted)}.${array}`]!;
      return extended(graph, model, names, given, saidOf);
    },
  });
}

function extended(
  graph: GraphBuilder,
  { generator, modalities, parameters }: ExportedRecords,
  names: RecordFileNames,
  given: readonly string[],
  saidOf: (part: Part, array: string) => OnnxValue,
): GraphExtension {
  const outputs: { name: string; value: OnnxValue }[] = [];
  let described: Pick<SamplerDescription, "columns" | "leftOut"> = { columns: [], leftOut: [] };
  const inputs = [{ name: names.noise, for: "noise", draw: "standard normal" }];
  const drawInput = (part: Part, width: number, draw: string): OnnxValue => {
    const name = names.draws.get(part)!;
    inputs.push({ name, for: `draws of ${part.name}`, draw });
    return graph.input(name, { element: "double", dims: [openRows, width] });
  };
  let next = 0;
  for (const modality of modalities) {
    const first = next;
    next += modality.parts.length;
    if (given.includes(modality.name)) continue;
    const output = names.made.get(modality.name);
    if (modality instanceof VectorModality) {
      const [part] = modality.parts;
      const { logDeviation } = parameters.parts[first].decoder as { logDeviation: TensorData };
      const noise = drawInput(part, part.cells, "standard normal");
      const said = saidOf(part, "values");
      outputs.push({
        name: output!,
        value: vectorCells(graph, modality.scaling, logDeviation.data, said, noise),
      });
    } else if (modality instanceof ImageModality) {
      const [part] = modality.parts;
      outputs.push({ name: output!, value: imageCells(graph, part, saidOf(part, "pixels")) });
    } else if (modality instanceof TextModality) {
      const [part] = modality.parts;
      const uniforms = drawInput(part, part.widths[0] + part.widths[1], "uniform in (0, 1)");
      outputs.push({ name: output!, value: textCells(graph, part, saidOf(part, "logits"), uniforms) });
    } else if (modality instanceof TableModality) {
      const cells = modality.parts.flatMap((part) => {
        const uniforms = drawInput(part, 2 * part.columns.length, "uniform in (0, 1)");
        return tableCells(graph, part, saidOf(part, "logits"), uniforms, given.length === 0);
      });
      const table = decodedTable(
        graph,
        tableValues(graph, cells, modality),
        { generator, encoding: modality.encoding },
        {
          inputs: { row: names.row },
          drawnAs: { row: "the record's number, from 0" },
          outputs: names.columns,
        },
      );
      outputs.push(...table.outputs);
      const own = JSON.parse(table.metadata![descriptionKey]!) as SamplerDescription;
      inputs.push(...own.inputs);
      described = { columns: own.columns, leftOut: own.leftOut };
    }
  }
  const description: RecordsDescription = {
    version: 1,
    generator,
    inputs,
    ...described,
    conditions: [],
    modalities: modalities
      .filter(({ name }) => !given.includes(name))
      .map(({ name, kind }) => {
        const output = names.made.get(name);
        return { name, kind, ...(output === undefined ? {} : { output }) };
      }),
    given: modalities
      .filter(({ name }) => given.includes(name))
      .flatMap(({ name, kind, parts, givenAs }) =>
        parts.map((part) => ({
          modality: name,
          kind,
          inputs: Object.fromEntries(names.given.get(part)!),
          means: givenAs,
        })),
      ),
  };
  return { outputs, metadata: { [descriptionKey]: JSON.stringify(description) } };
}

/** Alternatives [rows, spans] and places [rows, placed] in the layout's order. */
function tableValues(
  graph: GraphBuilder,
  cells: readonly MadeColumn[],
  { encoding }: TableModality,
): { alternatives?: OnnxValue; places?: OnnxValue } {
  if (cells.length === 0) return {};
  const ordered = [...cells].sort((a, b) => a.column - b.column);
  const placed = encoding.layout.placed.map((column) => ordered[column]!.place);
  return {
    alternatives: graph.concat(
      ordered.map(({ alternative }) => alternative),
      1,
    ),
    ...(placed.length > 0 ? { places: graph.concat(placed, 1) } : {}),
  };
}

/** A number of rows that no axis of the model's arrays has: the axis of rows can be told by its length. */
function telltaleRows({ parameters, modalities }: ExportedRecords): number {
  const shapes = leavesOf(parameters, isTensorData).flatMap(({ value }) => value.shape);
  const blanks = modalities.flatMap((modality) => modality.rows({ rowCount: 1, ...modality.blank(1) }));
  const own = blanks.flatMap((arrays) => Object.values(arrays).map(({ data }) => data.length));
  let rows = 7919;
  while ([...shapes, ...own].some((length) => length > 0 && length % rows === 0)) rows += 2;
  return rows;
}
