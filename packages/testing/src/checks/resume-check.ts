// A training that is stopped leaves a checkpoint file, and going on from it is the training in one go: the same bytes.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { encodeModel, VerisimError } from "@verisim/core";
import { exampleTable } from "../example-table.ts";
import { codedError, type GeneratorSubject, promise } from "../generator-subject.ts";

/** Generators that do not train ignore the file and pass. */
export async function checkResume(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(800);
  const folder = await mkdtemp(path.join(tmpdir(), "verisim-resume-"));
  const checkpoint = path.join(folder, "training.part");
  try {
    const whole = await subject.create().fit(table, { metadata, seed: 3 });
    const controller = new AbortController();
    const stop = (): void => {
      if (existsSync(checkpoint)) controller.abort();
    };
    const stopped = await subject
      .create()
      .fit(table, { metadata, seed: 3, checkpoint, signal: controller.signal, onProgress: stop })
      .then(
        () => false,
        (error: unknown) => VerisimError.isInstance(error) && error.code === "VERISIM_ABORTED",
      );
    promise(
      stopped || subject.trains !== true,
      "a training was not stopped at its first report after a checkpoint",
    );
    promise(
      stopped === existsSync(checkpoint),
      "a training that is done leaves its file, or a stopped one none",
    );
    if (stopped)
      await codedError("going on with another seed", ["VERISIM_CHECKPOINT"], () =>
        subject.create().fit(table, { metadata, seed: 4, checkpoint }),
      );
    const resumed = await subject.create().fit(table, { metadata, seed: 3, checkpoint });
    const [a, b] = [encodeModel(whole.toArtifact()), encodeModel(resumed.toArtifact())];
    promise(
      a.length === b.length && a.every((byte, i) => byte === b[i]),
      "a training in two parts gives another model than in one go",
    );
    promise(!existsSync(checkpoint), "the checkpoint of a training that is done stays");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
