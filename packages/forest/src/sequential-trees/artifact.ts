// Sequential trees as data: options, metadata and what columns come down to in the manifest, arrays as tensors.

import {
  type Artifact,
  type Json,
  type JsonObject,
  packMetadata,
  packState,
  type StateValue,
  type TransformState,
  unpackMetadata,
  unpackState,
  VerisimError,
} from "@verisim/core";
import { TableTransformer } from "@verisim/transforms";
import type { ChainTrees } from "./fit-trees.ts";
import type { LeakVerdict } from "./leak-price.ts";
import {
  hasNumbers,
  type LearntColumn,
  type LearntGuess,
  type LearntNumber,
  type LearntResidual,
} from "./learnt-columns.ts";
import type { SequentialTreesOptions } from "./options.ts";
import { TableSampler, type TreesModel } from "./table-sampler.ts";

const generator = "sequential-trees";
const format = 1;

export function modelToArtifact(model: TreesModel, options: SequentialTreesOptions): Artifact {
  const transformer = packState(model.transformer.toState(), "transformer");
  const { columns, trees, derived, fixed } = model;
  const chain = packState(
    {
      columns,
      trees: trees.map(({ uses, model: own }) => ({ uses, model: own })),
      derived,
      fixed,
    } as unknown as {
      readonly [key: string]: StateValue;
    },
    "chain",
  );
  return {
    generator,
    formatVersion: format,
    manifest: {
      options: options as unknown as Json,
      metadata: packMetadata(model.metadata),
      tableName: model.tableName,
      transformer: transformer.json,
      chain: chain.json,
      encoded: model.encoded as unknown as Json,
      ...(model.leak ? { leak: model.leak as unknown as Json } : {}),
      warnings: model.warnings,
    },
    tensors: { ...transformer.tensors, ...chain.tensors },
  };
}

/** @throws VerisimError `VERISIM_MODEL_FILE` for another generator, a later format or a part that does not fit. */
export function modelFromArtifact(artifact: Artifact): {
  sampler: TableSampler;
  options: SequentialTreesOptions;
} {
  if (artifact.generator !== generator || artifact.formatVersion !== format) {
    throw broken(
      `Expected a ${generator} model of format ${format} but received ${artifact.generator} of format ${artifact.formatVersion}.`,
    );
  }
  const { manifest, tensors } = artifact;
  try {
    const chain = unpackState(manifest.chain as JsonObject, tensors) as unknown as Pick<
      TreesModel,
      "columns" | "trees" | "derived" | "fixed"
    >;
    const model: TreesModel = {
      metadata: unpackMetadata(manifest.metadata),
      tableName: manifest.tableName as string,
      transformer: TableTransformer.fromState(
        unpackState(manifest.transformer as JsonObject, tensors) as TransformState,
      ),
      encoded: manifest.encoded as unknown as TreesModel["encoded"],
      columns: chain.columns,
      trees: chain.trees,
      derived: chain.derived,
      fixed: chain.fixed,
      ...(manifest.leak ? { leak: manifest.leak as unknown as LeakVerdict } : {}),
      warnings: manifest.warnings as string[],
    };
    checkModel(model);
    return {
      sampler: new TableSampler(model),
      options: manifest.options as unknown as SequentialTreesOptions,
    };
  } catch (cause) {
    if (VerisimError.isInstance(cause) && cause.code === "VERISIM_MODEL_FILE") throw cause;
    throw broken(
      `Expected the parts of a ${generator} model but some are missing or of the wrong kind.`,
      cause,
    );
  }
}

/** What the addon does not see: how columns, their outcomes and the table belong together. */
function checkModel({ encoded, columns, trees, derived, fixed }: TreesModel): void {
  const covered = new Set<number>();
  const cover = (place: number, kind?: string): void => {
    const layout = encoded[place];
    if (!layout || covered.has(place) || (kind !== undefined && layout.kind !== kind))
      throw broken("Expected every column of the table to be drawn, fixed or looked up once.");
    covered.add(place);
  };
  for (const [place, column] of columns.entries()) {
    if (column.kind === "classes") {
      const own = columns[place + 1];
      const fits =
        own !== undefined &&
        hasNumbers(own) &&
        own.encoded === column.encoded &&
        column.binOf instanceof Uint8Array &&
        column.classOf instanceof Uint8Array &&
        column.classOf.length === own.binOf.length &&
        column.classOf.every((code) => code < column.binOf.length);
      if (!fits) throw broken(`Expected the classes of column ${JSON.stringify(column.name)} before it.`);
      continue;
    }
    if (column.kind === "digits") {
      const decider = columns[place - 1];
      const { uses, model } = trees[place] ?? {};
      const fits =
        decider?.kind === "category" &&
        decider.encoded === column.encoded &&
        column.binOf instanceof Uint8Array &&
        uses?.[0] === place - 1 &&
        model !== undefined &&
        "lookup" in model;
      if (!fits) throw broken(`Expected the digits of column ${JSON.stringify(column.name)} behind it.`);
      continue;
    }
    if (column.kind === "guess" || column.kind === "residual") {
      checkGuess(column, columns[place + 1], trees[place]);
      continue;
    }
    cover(column.encoded, column.kind === "number" ? "continuous" : "discrete");
    const own = column.kind === "number" ? column.low.length : column.cardinality;
    const fits =
      column.binOf instanceof Uint8Array &&
      column.binOf.length === own + (column.missing ? 1 : 0) &&
      (column.kind === "number"
        ? areStretches(column)
        : column.cardinality === encoded[column.encoded]!.cardinality);
    if (!fits) throw broken(`Expected the outcomes of column ${JSON.stringify(column.name)}.`);
  }
  for (const { encoded: place } of fixed) cover(place);
  for (const { column, from, cells } of derived) {
    cover(column);
    const decider = encoded[from];
    if (
      decider?.kind !== "discrete" ||
      !(cells instanceof Float64Array) ||
      cells.length !== decider.cardinality + 1
    )
      throw broken("Expected a cell per category of the column that decides another.");
  }
  if (trees.length !== columns.length || covered.size !== encoded.length)
    throw broken("Expected a tree per column and a part for every column of the table.");
}

/** A guess and a residual belong to the number behind them; the classes of a residual may lie between. */
function checkGuess(
  column: LearntGuess | LearntResidual,
  next: LearntColumn | undefined,
  trees: ChainTrees | undefined,
): void {
  const isBefore = next?.encoded === column.encoded;
  const fits =
    column.binOf instanceof Uint8Array &&
    (column.kind === "guess"
      ? isBefore &&
        (next.kind === "residual" || next.kind === "classes") &&
        trees !== undefined &&
        "weights" in trees.model
      : isBefore &&
        next.kind === "number" &&
        next.edges !== undefined &&
        areStretches(column) &&
        column.binOf.length === column.low.length + (column.missing ? 1 : 0));
  if (!fits) throw broken(`Expected the guess of column ${JSON.stringify(column.name)} before it.`);
}

const areStretches = ({ low, high }: LearntNumber | LearntResidual): boolean =>
  low instanceof Float64Array && high instanceof Float64Array && low.every((from, s) => from <= high[s]!);

function broken(message: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_MODEL_FILE", message, {
    hint: "Save the model again with this version of Verisim.",
    ...(cause === undefined ? {} : { cause }),
  });
}
