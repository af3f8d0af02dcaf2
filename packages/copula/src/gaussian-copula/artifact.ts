// The copula as data: options, metadata and latents in the manifest, arrays as tensors. Marginals and thresholds of
// all latents are stored end to end, with their lengths in the manifest.

import {
  type Artifact,
  type ArtifactTensor,
  type Json,
  type JsonObject,
  packMetadata,
  packState,
  type TransformState,
  unpackMetadata,
  unpackState,
  VerisimError,
} from "@verisim/core";
import { TableTransformer } from "@verisim/transforms";
import type { FittedCopula } from "./gaussian-copula.ts";
import type { CategoryHalf, Latent } from "./latents.ts";
import type { GaussianCopulaOptions } from "./options.ts";
import type { ColumnLayout } from "./sampler.ts";

const FORMAT = 1;

export function modelToArtifact(model: FittedCopula, options: GaussianCopulaOptions): Artifact {
  const transformer = packState(model.transformer.toState(), "transformer");
  const tensors: Record<string, ArtifactTensor> = { ...transformer.tensors };
  const size = model.latents.length;
  tensors.correlation = { data: model.correlation, shape: [size, size] };
  tensors.factor = { data: model.factor, shape: [size, size] };
  const latents = model.latents.map((latent, place): JsonObject => {
    const store = (name: string, data: Float64Array | Int32Array): void => {
      tensors[`latent.${place}.${name}`] = { data, shape: [data.length] };
    };
    if (latent.kind === "number") {
      const { cumulative, low, high, thresholds, decimals } = latent.marginal;
      store("cumulative", cumulative);
      store("low", low);
      store("high", high);
      store("thresholds", thresholds);
      return { kind: latent.kind, name: latent.name, column: latent.column, unit: latent.unit, decimals };
    }
    store("thresholds", latent.thresholds);
    if (latent.kind === "split") {
      return { kind: latent.kind, name: latent.name, column: latent.column, single: latent.single };
    }
    if (latent.kind === "missing") return { kind: latent.kind, name: latent.name, columns: latent.columns };
    store("labels", latent.labels);
    const half = latent.half && { split: latent.half.split, side: latent.half.side };
    return { kind: latent.kind, name: latent.name, column: latent.column, half };
  });
  const derived = model.derived.map(({ column, from, cells }): JsonObject => {
    tensors[`derived.${column}`] = { data: cells, shape: [cells.length] };
    return { column, from };
  });
  return {
    generator: "gaussian-copula",
    formatVersion: FORMAT,
    manifest: {
      options: options as unknown as Json,
      metadata: packMetadata(model.metadata),
      tableName: model.tableName,
      transformer: transformer.json,
      latents,
      derived,
      layout: model.layout as unknown as Json,
      empty: model.empty,
      warnings: model.warnings,
    },
    tensors,
  };
}

/** @throws VerisimError `VERISIM_MODEL_FILE` for another generator, a later format or a part that does not fit. */
export function modelFromArtifact(artifact: Artifact): {
  model: FittedCopula;
  options: GaussianCopulaOptions;
} {
  if (artifact.generator !== "gaussian-copula" || artifact.formatVersion !== FORMAT) {
    throw broken(
      `Expected a gaussian-copula model of format ${FORMAT} but received ${artifact.generator} of format ${artifact.formatVersion}.`,
    );
  }
  const { manifest } = artifact;
  try {
    const latents = (manifest.latents as readonly JsonObject[]).map((entry, place) =>
      latentFrom(entry, place, artifact),
    );
    const size = latents.length;
    const model: FittedCopula = {
      metadata: unpackMetadata(manifest.metadata),
      tableName: manifest.tableName as string,
      transformer: TableTransformer.fromState(
        unpackState(manifest.transformer as JsonObject, artifact.tensors) as TransformState,
      ),
      latents,
      correlation: floats(artifact, "correlation", size * size),
      factor: floats(artifact, "factor", size * size),
      layout: manifest.layout as unknown as ColumnLayout[],
      derived: (manifest.derived as { column: number; from: number }[]).map(({ column, from }) => ({
        column,
        from,
        cells: floats(artifact, `derived.${column}`),
      })),
      empty: manifest.empty as number[],
      warnings: manifest.warnings as string[],
    };
    return { model, options: manifest.options as unknown as GaussianCopulaOptions };
  } catch (cause) {
    if (VerisimError.isInstance(cause)) throw cause;
    throw broken(
      "Expected the parts of a gaussian-copula model but some are missing or of the wrong kind.",
      cause,
    );
  }
}

function latentFrom(entry: JsonObject, place: number, artifact: Artifact): Latent {
  const part = (name: string, length?: number): Float64Array =>
    floats(artifact, `latent.${place}.${name}`, length);
  const name = entry.name as string;
  const column = entry.column as number;
  if (entry.kind === "number") {
    const low = part("low");
    const marginal = {
      low,
      high: part("high", low.length),
      cumulative: part("cumulative", low.length + 1),
      thresholds: part("thresholds", low.length - 1),
      decimals: entry.decimals as number,
    };
    return { kind: "number", name, column, unit: entry.unit as number, marginal };
  }
  if (entry.kind === "missing") {
    return { kind: "missing", name, columns: entry.columns as number[], thresholds: part("thresholds", 1) };
  }
  if (entry.kind === "split") {
    const [below = null, above = null] = entry.single as (number | null)[];
    return { kind: "split", name, column, thresholds: part("thresholds", 1), single: [below, above] };
  }
  const labels = artifact.tensors[`latent.${place}.labels`]?.data;
  if (!(labels instanceof Int32Array)) throw broken(`Expected labels for latent ${place}.`);
  const half = entry.half as CategoryHalf | null;
  return { kind: "category", name, column, labels, thresholds: part("thresholds", labels.length - 1), half };
}

function floats(artifact: Artifact, name: string, length?: number): Float64Array {
  const data = artifact.tensors[name]?.data;
  if (!(data instanceof Float64Array) || (length !== undefined && data.length !== length)) {
    throw broken(`Expected ${length ?? "some"} numbers in ${name} but received ${data?.length ?? "none"}.`);
  }
  return data;
}

function broken(message: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_MODEL_FILE", message, {
    hint: "Save the model again with this version of Verisim.",
    ...(cause === undefined ? {} : { cause }),
  });
}
