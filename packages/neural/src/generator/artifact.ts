// A learned model as data: options, encoding and the story of its training in the manifest, the network's numbers and the
// calibration as tensors. A file is believed only after the network has been traced with it.

import {
  type Artifact,
  type ArtifactTensor,
  type Json,
  type JsonObject,
  packState,
  type StateValue,
  unpackState,
  VerisimError,
} from "@verisim/core";
import { traceEntry } from "@verisim/tensor";
import { TableEncoding } from "../encoding/table-encoding.ts";
import { choicesOf } from "../network/outputs.ts";
import { knots } from "../sampling/place-maps.ts";
import { samplerEntries, samplerState } from "../sampling/row-sampler.ts";
import type { LearnedModel, TrainingSummary } from "./fit-model.ts";
import type { LearnedDefinition } from "./learned-generator.ts";
import { networkOf } from "./network-of.ts";
import { treeFromTensors, treeTensors } from "./weight-tensors.ts";

export function modelToArtifact<Options extends object>(
  { name, formatVersion }: LearnedDefinition<Options>,
  model: LearnedModel,
  options: Options,
): Artifact {
  const { encoding, weights, calibration, shares, warnings, training } = model;
  const packed = packState(encoding.toState() as Record<string, StateValue>, "encoding");
  const vector = (data: Float32Array | Float64Array): ArtifactTensor => ({ data, shape: [data.length] });
  return {
    generator: name,
    formatVersion,
    manifest: {
      options: options as unknown as Json,
      encoding: packed.json,
      warnings,
      training: (training ?? null) as unknown as Json,
      modelled: weights !== null,
    },
    tensors: {
      ...packed.tensors,
      ...(weights === null ? {} : treeTensors(weights, "weights")),
      "calibration/bias": vector(calibration.bias),
      "calibration/made": vector(calibration.madePlaces),
      "calibration/real": vector(calibration.realPlaces),
      shares: vector(shares),
    },
  };
}

/** @throws VerisimError `VERISIM_MODEL_FILE` for another generator, a later format or a part that does not fit */
export function modelFromArtifact<Options extends object>(
  definition: LearnedDefinition<Options>,
  artifact: Artifact,
): { model: LearnedModel; options: Options } {
  const { name, formatVersion } = definition;
  if (artifact.generator !== name || artifact.formatVersion !== formatVersion)
    throw broken(
      `Expected a ${name} model of format ${formatVersion} but received ${artifact.generator} of format ${artifact.formatVersion}.`,
    );
  const { manifest, tensors } = artifact;
  try {
    const encoding = TableEncoding.fromState(unpackState(manifest.encoding as JsonObject, tensors));
    const options = manifest.options as unknown as Options;
    const { layout } = encoding;
    const choices = choicesOf(layout);
    const maps = layout.placed.reduce((sum, column) => sum + layout.widths[column]!, 0) * knots;
    const model: LearnedModel = {
      encoding,
      weights: manifest.modelled === true ? treeFromTensors(tensors, "weights") : null,
      calibration: {
        bias: numbers(tensors, "calibration/bias", choices, Float32Array),
        madePlaces: numbers(tensors, "calibration/made", maps, Float32Array),
        realPlaces: numbers(tensors, "calibration/real", maps, Float32Array),
      },
      shares: numbers(tensors, "shares", choices, Float64Array),
      warnings: (manifest.warnings as readonly string[]).map(String),
      training: (manifest.training ?? undefined) as unknown as TrainingSummary | undefined,
    };
    if (model.weights !== null) {
      const network = networkOf(definition, definition.resolve(options), encoding);
      const parts = {
        network,
        layout,
        weights: model.weights,
        bias: model.calibration.bias,
        shares: model.shares,
      };
      for (const [entry, { inputs, step }] of Object.entries(samplerEntries(parts)))
        traceEntry(entry, samplerState(parts), inputs, step as Parameters<typeof traceEntry>[3]);
    }
    return { model, options };
  } catch (error) {
    if (VerisimError.isInstance(error) && error.code === "VERISIM_MODEL_FILE") throw error;
    throw broken(`Expected the parts of a ${name} model but received something else.`, error);
  }
}

function numbers<Numbers extends Float32Array | Float64Array>(
  tensors: Readonly<Record<string, ArtifactTensor>>,
  name: string,
  length: number,
  type: new (length: number) => Numbers,
): Numbers {
  const data = Object.hasOwn(tensors, name) ? tensors[name]!.data : undefined;
  if (data instanceof type && data.length === length) return data;
  throw new VerisimError("VERISIM_MODEL_FILE", `Expected ${length} numbers but received something else.`, {
    where: { tensor: name },
  });
}

function broken(message: string, cause?: unknown): VerisimError {
  return new VerisimError("VERISIM_MODEL_FILE", message, {
    ...(cause === undefined ? {} : { cause }),
    hint: "The model file is damaged or was made by another version.",
  });
}
