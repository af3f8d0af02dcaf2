// Sequential trees as one ONNX file: uniforms and conditions in, the table's own columns out, no random numbers inside. A
// condition is met by rejection, as the native runtime meets it: the column is given the category that is asked for, and the
// file says how probable that was, so that whoever keeps rows with that probability has them in the right shares.

import {
  buildOnnx,
  type CellValues,
  type ConditionValues,
  describedColumns,
  freeName,
  type GraphBuilder,
  type GraphExtension,
  type OnnxValue,
  openRows,
  outputNames,
  reservedNames,
  type SamplerOnnxOptions,
  settleCells,
} from "@verisim/onnx";
import type { LinearGuess } from "@verisim/trees";
import {
  isOfTable,
  type LearntCategory,
  type LearntNumber,
  type LearntResidual,
  outcomesOf,
} from "../learnt-columns.ts";
import { dictionaryOf, drawnNumbers, type TreesModel } from "../table-sampler.ts";
import { classProbability, classWeights, pickClass } from "./boosted-classes.ts";
import { donorOutcome, leafOf, outcomeProbability } from "./donor-walk.ts";
import { drawnAs, inputNames, placedColumns } from "./file-inputs.ts";
import { between, countBelow, scoreEnds, scorePlace } from "./guessed-numbers.ts";

/** Most probabilities that a column's conditions may take in the file; beyond, it is not offered. */
const mostProbabilities = 1 << 20;

/** A column's outcomes, and how probable the one was that a condition asked for. */
interface DrawnColumn {
  /** int32 [rows, 1]. */
  readonly codes: OnnxValue;
  /** double [rows, 1], 1 where nothing was asked. */
  readonly weight?: OnnxValue;
  /** Numbers that are guessed: how far along its stretch each lies, double [rows, 1]. */
  readonly along?: OnnxValue;
  /** Guesses: the weighted scores, double [rows, 1]. */
  readonly guess?: OnnxValue;
}

/**
 * The file: operator set 21 of ONNX alone, any number of rows.
 * @throws VerisimError `VERISIM_ONNX_SIZE` above 2 GiB
 */
export function treesOnnx(
  generator: string,
  model: TreesModel,
  options: SamplerOnnxOptions = {},
): Uint8Array {
  const { name = generator } = options;
  const inputs = inputNames(model);
  const outputs = outputNames(model.metadata, Object.values(inputs));
  const taken = new Set(reservedNames(inputs, outputs));
  const weightName = freeName("condition_weight", taken);
  return buildOnnx(name, [...taken], (graph) => {
    const file = new TreesGraph(graph, model, inputs);
    const cells = file.cells();
    const weight = file.weight();
    const described = describedColumns(graph, {
      generator,
      metadata: model.metadata,
      transforms: model.transformer.columns,
      cells,
      inputs,
      drawnAs,
      outputs,
      row: () => file.row(),
      conditions: () => file.conditions,
      ...(weight === undefined ? {} : { conditionWeight: weightName }),
    });
    return weight === undefined ? described : withOutput(described, weightName, weight);
  });
}

function withOutput(described: GraphExtension, name: string, value: OnnxValue): GraphExtension {
  return { ...described, outputs: [...described.outputs, { name, value }] };
}

/** The graph while it is made. */
class TreesGraph {
  readonly conditions: ConditionValues[] = [];
  readonly #graph: GraphBuilder;
  readonly #model: TreesModel;
  readonly #inputs: ReturnType<typeof inputNames>;
  /** Columns with a place uniform, in the order of these. */
  readonly #placed: readonly number[];
  readonly #drawn: DrawnColumn[] = [];
  readonly #uniforms: OnnxValue | undefined;
  readonly #places: OnnxValue | undefined;
  readonly #condition: OnnxValue | undefined;
  #row: OnnxValue | undefined;
  #asked = 0;

  constructor(graph: GraphBuilder, model: TreesModel, inputs: ReturnType<typeof inputNames>) {
    this.#graph = graph;
    this.#model = model;
    this.#inputs = inputs;
    const width = model.columns.length;
    this.#placed = placedColumns(model);
    const placed = this.#placed.length;
    if (width > 0) {
      this.#uniforms = graph.input(inputs.outcomeUniforms, { element: "double", dims: [openRows, width] });
      graph.setRows(graph.add("Shape", [this.#uniforms], { start: 0, end: 1 }));
    } else graph.setRows(graph.add("Shape", [this.row()], { start: 0, end: 1 }));
    if (placed > 0)
      this.#places = graph.input(inputs.placeUniforms, { element: "double", dims: [openRows, placed] });
    if (model.columns.some((_, place) => this.#mayBeAsked(place)))
      this.#condition = graph.input(inputs.condition, { element: "int32", dims: [openRows] });
    for (let place = 0; place < width; place++) this.#drawn.push(this.#draw(place));
  }

  /** int64 [rows], an input that is made when it is first asked for. */
  row(): OnnxValue {
    this.#row ??= this.#graph.input(this.#inputs.row, { element: "int64", dims: [openRows] });
    return this.#row;
  }

  /** The encoded columns. */
  cells(): CellValues[] {
    const { columns, encoded, derived, fixed } = this.#model;
    const cells = new Array<CellValues>(encoded.length);
    columns.forEach((column, place) => {
      if (!isOfTable(column)) return;
      cells[column.encoded] =
        column.kind === "number"
          ? this.#numberCells(column, place)
          : this.#categoryCells(column, this.#flat(this.#drawn[place]!.codes));
    });
    settleCells(this.#graph, cells, { encoded, derived, fixed });
    return cells;
  }

  /** double [rows]: how probable what was asked for was; undefined where nothing may be asked. */
  weight(): OnnxValue | undefined {
    const weights = this.#drawn.flatMap(({ weight }) => (weight ? [weight] : []));
    if (weights.length === 0) return undefined;
    return this.#flat(weights.reduce((product, next) => this.#graph.add("Mul", [product, next])));
  }

  #flat(x: OnnxValue): OnnxValue {
    return this.#graph.add("Gather", [x, this.#graph.scalar("int64", 0)], { axis: 1 });
  }

  #mayBeAsked(place: number): boolean {
    const { columns, trees } = this.#model;
    const column = columns[place]!;
    const { model } = trees[place]!;
    if (column.kind !== "category" || !("boosted" in model || "feature" in model)) return false;
    const nodes = "boosted" in model ? 1 : model.feature.length;
    return nodes * outcomesOf(column) <= mostProbabilities;
  }

  /** int32 [rows, 1]: a column's bins. */
  #bins(place: number): OnnxValue {
    const { binOf } = this.#model.columns[place]!;
    const table = this.#graph.literal("int32", Int32Array.from(binOf), [binOf.length]);
    return this.#graph.add("Gather", [table, this.#drawn[place]!.codes], { axis: 0 });
  }

  #draw(place: number): DrawnColumn {
    const graph = this.#graph;
    const { uses, model } = this.#model.trees[place]!;
    if ("lookup" in model) {
      const table = graph.literal("int32", model.lookup, [model.lookup.length]);
      return { codes: graph.add("Gather", [table, this.#drawn[uses[0]!]!.codes], { axis: 0 }) };
    }
    if ("weights" in model) {
      const guess = this.#guess(uses, model);
      return { codes: countBelow(graph, model.limits, guess), guess };
    }
    if ("guessed" in model) {
      const [guess, residual] = [uses[0]!, uses[1]!];
      const score = graph.add("Add", [this.#drawn[guess]!.guess!, this.#values(residual)]);
      return scorePlace(graph, this.#model.columns[place] as LearntNumber, score);
    }
    const uniform = graph.slice(this.#uniforms!, 1, place, place + 1);
    const bins = (feature: number): OnnxValue => this.#bins(uses[feature]!);
    if ("boosted" in model) {
      const { boosted, outcomes } = model;
      const weights = classWeights(graph, boosted, bins);
      const table = graph.literal("int32", outcomes, [outcomes.length]);
      const picked = pickClass(graph, weights, boosted.classes, uniform);
      const codes = graph.add("Gather", [table, picked], { axis: 0 });
      return this.#asking(place, codes, (code) => {
        // Outcomes that are no class have none of the probability.
        const classOf = new Int32Array(outcomesOf(this.#model.columns[place]!)).fill(-1);
        outcomes.forEach((outcome, own) => {
          classOf[outcome] = own;
        });
        const own = graph.add("Gather", [graph.literal("int32", classOf, [classOf.length]), code], {
          axis: 0,
        });
        const isClass = graph.add("GreaterOrEqual", [own, graph.scalar("int32", 0)]);
        const safe = graph.add("Max", [own, graph.scalar("int32", 0)]);
        return graph.add("Where", [
          isClass,
          classProbability(graph, weights, safe),
          graph.scalar("double", 1),
        ]);
      });
    }
    const leaf = leafOf(graph, model, bins);
    const codes = donorOutcome(graph, model, leaf, uniform);
    return this.#asking(place, codes, (code) => {
      const outcomes = outcomesOf(this.#model.columns[place]!);
      const known = new Uint8Array(outcomes);
      for (const donor of model.donors) known[donor] = 1;
      const probability = outcomeProbability(graph, model, outcomes, leaf, code);
      // What is never drawn by itself is given without rejection, for it would never be had.
      if (!known.includes(0)) return probability;
      const isKnown = graph.add("Gather", [graph.literal("bool", known, [outcomes]), code], { axis: 0 });
      return graph.add("Where", [isKnown, probability, graph.scalar("double", 1)]);
    });
  }

  /** Codes, or what the condition asks for, with its probability. */
  #asking(place: number, drawn: OnnxValue, probabilityOf: (code: OnnxValue) => OnnxValue): DrawnColumn {
    if (!this.#mayBeAsked(place)) return { codes: drawn };
    const graph = this.#graph;
    const column = this.#model.columns[place] as LearntCategory;
    const first = this.#asked;
    const values = this.#conditionValues(column);
    this.#asked += values.length;
    this.conditions.push({ column: column.name, first, values });
    // The missing cell is asked for first, and is the last outcome.
    const { missing, cardinality } = column;
    const table = Array.from(values, (_, k) => (missing ? (k === 0 ? cardinality : k - 1) : k));
    const number = (value: number): OnnxValue => graph.scalar("int32", value);
    const asked = graph.add("Sub", [graph.unsqueeze(this.#condition!, [1]), number(first)]);
    const isAsked = graph.add("And", [
      graph.add("GreaterOrEqual", [asked, number(0)]),
      graph.add("Less", [asked, number(values.length)]),
    ]);
    const inside = graph.add("Where", [isAsked, asked, number(0)]);
    const wanted = graph.add("Gather", [graph.literal("int32", table, [table.length]), inside], { axis: 0 });
    const codes = graph.add("Where", [isAsked, wanted, drawn]);
    return {
      codes,
      weight: graph.add("Where", [isAsked, probabilityOf(codes), graph.scalar("double", 1)]),
    };
  }

  #conditionValues({ missing, name, cardinality }: LearntCategory): (string | number | null)[] {
    const { transformer } = this.#model;
    const categories = dictionaryOf(transformer, name);
    const isNumber = transformer.columns.find((column) => column.name === name)?.state["kind"] === "number";
    const values = Array.from({ length: cardinality }, (_, code) =>
      isNumber ? Number(categories[code]) : categories[code]!,
    );
    return missing ? [null, ...values] : values;
  }

  /** double [rows, 1]: how far along its stretch a number lies; undefined where all its outcomes are single values. */
  #along(place: number): OnnxValue | undefined {
    const { along } = this.#drawn[place]!;
    if (along !== undefined) return along;
    const slot = this.#placed.indexOf(place);
    return slot < 0 ? undefined : this.#graph.slice(this.#places!, 1, slot, slot + 1);
  }

  /** double [rows, 1]: numbers as they are drawn, NaN for missing cells. */
  #values(place: number): OnnxValue {
    const column = this.#model.columns[place] as LearntNumber | LearntResidual;
    const ends = [drawnNumbers(column, column.low), drawnNumbers(column, column.high)] as const;
    return between(this.#graph, ends, this.#drawn[place]!.codes, this.#along(place));
  }

  /** double [rows, 1]: the weighted scores of the columns that a guess looks at. */
  #guess(uses: Int32Array, { weights, start }: LinearGuess): OnnxValue {
    const graph = this.#graph;
    let sum = graph.scalar("double", start);
    uses.forEach((use, k) => {
      const column = this.#model.columns[use] as LearntNumber;
      const score = between(graph, scoreEnds(column), this.#drawn[use]!.codes, this.#along(use));
      sum = graph.add("Add", [sum, graph.add("Mul", [graph.scalar("double", weights[k]!), score])]);
    });
    return sum;
  }

  #numberCells(column: LearntNumber, place: number): CellValues {
    const { low, high, unit, missing } = column;
    const range = [low[0]! * unit, high.at(-1)! * unit] as const;
    return { cells: this.#flat(this.#values(place)), mayBeMissing: missing, range };
  }

  #categoryCells({ missing, cardinality }: LearntCategory, codes: OnnxValue): CellValues {
    if (!missing) return { cells: codes, mayBeMissing: false };
    const graph = this.#graph;
    const isMissing = graph.add("Equal", [codes, graph.scalar("int32", cardinality)]);
    return {
      cells: graph.add("Where", [isMissing, graph.scalar("int32", -1), codes]),
      mayBeMissing: true,
    };
  }
}
