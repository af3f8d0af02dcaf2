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
import type { SequentialTreesOptions } from "./options.ts";
import type { TreesModel } from "./table-sampler.ts";

const generator = "sequential-trees";
const format = 1;

export function modelToArtifact(model: TreesModel, options: SequentialTreesOptions): Artifact {
  const transformer = packState(model.transformer.toState(), "transformer");
  const { columns, trees, derived, fixed } = model;
  const chain = packState(
    { columns, trees: trees.map(({ uses, model: own }) => ({ uses, model: own })), derived, fixed } as unknown as {
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
      warnings: model.warnings,
    },
    tensors: { ...transformer.tensors, ...chain.tensors },
  };
}

/** @throws VerisimError `VERISIM_MODEL_FILE` for another generator, a later format or a part that does not fit. */
export function modelFromArtifact(artifact: Artifact): {
  model: TreesModel;
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
      warnings: manifest.warnings as string[],
    };
    return { model, options: manifest.options as unknown as SequentialTreesOptions };
  } catch (cause) {
    if (VerisimError.isInstance(cause) && cause.code === "VERISIM_MODEL_FILE") throw cause;
    throw broken(`Expected the parts of a ${generator} model but some are missing or of the wrong kind.`, cause);
  }
}

export function broken(message: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_MODEL_FILE", message, {
    hint: "Save the model again with this version of Verisim.",
    ...(cause === undefined ? {} : { cause }),
  });
}
