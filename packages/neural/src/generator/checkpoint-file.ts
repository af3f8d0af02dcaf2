// A training as a file, so that it can be taken up after a stop: the record, the state it stands at and the best one. It
// belongs to one set of data, one set of options and one seed, which its fingerprint says; training by it is training in one go.

import { createHash } from "node:crypto";
import { access, rm } from "node:fs/promises";
import { type JsonObject, readModelFile, VerisimError, writeModelFile } from "@verisim/core";
import type { StateTree } from "../network/table-network.ts";
import type { TrainingCheckpoint, TrainingRecord } from "../training/supervise.ts";
import { treeFromTensors, treeTensors } from "./weight-tensors.ts";

const formatVersion = 1;

/** What a training is of: two that differ in anything cannot be taken up from each other's files. */
export interface TrainingIdentity {
  /** Options, seed, names and sizes, in an order that does not change. */
  readonly settings: readonly unknown[];
  /** The data, as training sees it. */
  readonly arrays: Iterable<NodeJS.ArrayBufferView>;
}

/** The checkpoint file of one training. */
export class CheckpointFile {
  readonly #path: string;
  readonly #generator: string;
  readonly #fingerprint: string;

  constructor(path: string, generator: string, training: TrainingIdentity) {
    this.#path = path;
    this.#generator = `${generator}-training`;
    this.#fingerprint = fingerprintOf(generator, training);
  }

  /** The training to take up; undefined where there is no file. @throws VerisimError `VERISIM_CHECKPOINT`, as readModelFile */
  async read(): Promise<TrainingCheckpoint<StateTree> | undefined> {
    try {
      await access(this.#path);
    } catch {
      return undefined;
    }
    const { generator, manifest, tensors } = await readModelFile(this.#path);
    if (generator !== this.#generator || manifest.fingerprint !== this.#fingerprint)
      throw new VerisimError(
        "VERISIM_CHECKPOINT",
        "Expected the checkpoint of this data, these options and this seed but received another one.",
        {
          where: { file: this.#path, option: "checkpoint" },
          hint: "Name another file, or remove this one to start anew.",
        },
      );
    return {
      record: manifest.record as unknown as TrainingRecord,
      state: treeFromTensors(tensors, "state"),
      best: manifest.hasBest === true ? treeFromTensors(tensors, "best") : null,
    };
  }

  async write({ record, state, best }: TrainingCheckpoint<StateTree>): Promise<void> {
    const manifest = {
      fingerprint: this.#fingerprint,
      hasBest: best !== null,
      record,
    } as unknown as JsonObject;
    const tensors = { ...treeTensors(state, "state"), ...(best === null ? {} : treeTensors(best, "best")) };
    await writeModelFile(this.#path, { generator: this.#generator, formatVersion, manifest, tensors });
  }

  /** A training that is done needs no file. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function fingerprintOf(generator: string, { settings, arrays }: TrainingIdentity): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([generator, ...settings]));
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}
