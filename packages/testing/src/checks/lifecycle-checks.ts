// A generator's life: asked too early, fitted, stopped, saved and loaded, fitted again, and never growing.

import { hostname } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeModel, encodeModel, type Generator, parseCondition, VerisimError } from "@verisim/core";
import { exampleColumns, exampleTable } from "../example-table.ts";
import { codedError, type GeneratorSubject, promise } from "../generator-subject.ts";
import { firstDifference, requireSameTable } from "../table-equality.ts";
import { refitGrowthBytes, refitRows, refits } from "../tolerances.ts";
import { fittedAgain, fittedOnce } from "./structure-checks.ts";

/** Everything that needs a model says VERISIM_NOT_FITTED before fit. */
export async function checkBeforeFit(subject: GeneratorSubject): Promise<void> {
  const codes = ["VERISIM_NOT_FITTED"];
  const generator = subject.create();
  promise(
    generator.name === subject.name,
    `the generator calls itself ${generator.name}, not ${subject.name}`,
  );
  await codedError("sample before fit", codes, () => generator.sample(1));
  await codedError("sampleBatches before fit", codes, async () => {
    for await (const batch of generator.sampleBatches(1)) return batch;
  });
  await codedError("toArtifact before fit", codes, () => generator.toArtifact());
  await codedError("metadata before fit", codes, () => generator.metadata);
}

/** fit gives the generator itself, which then gives back the metadata it was fitted with. */
export async function checkMetadata(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(300);
  const generator = subject.create();
  const result = await generator.fit(table, { metadata });
  promise(result === generator, "fit does not return the generator");
  promise(
    JSON.stringify(sortKeys(generator.metadata)) === JSON.stringify(sortKeys(metadata)),
    "metadata differs from what fit was given",
  );
  promise(Array.isArray(generator.warnings), "warnings is not a list");
  const loaded = subject.fromArtifact(decodeModel(encodeModel(generator.toArtifact())));
  promise(
    JSON.stringify(sortKeys(loaded.metadata)) === JSON.stringify(sortKeys(metadata)),
    "metadata differs after loading",
  );
  promise(
    JSON.stringify(loaded.warnings) === JSON.stringify(generator.warnings),
    "warnings differ after loading",
  );
  const names = Object.keys(loaded.metadata.columns);
  promise(
    names.join() === Object.keys(metadata.columns).join(),
    "loading changes the order of the columns in the metadata (packMetadata keeps it)",
  );
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]),
  );
}

/** Through the bytes of a model file and back: the same rows, the same bytes, nothing of this machine or moment inside. */
export async function checkArtifact(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const bytes = encodeModel(generator.toArtifact());
  requireSameBytes(encodeModel(generator.toArtifact()), bytes, "a second toArtifact");
  requireSameBytes(
    encodeModel((await fittedAgain(subject)).toArtifact()),
    bytes,
    "a second fit of the same data",
  );
  const artifact = decodeModel(bytes);
  promise(
    artifact.generator === subject.name,
    `the model file names ${artifact.generator}, not ${subject.name}`,
  );
  const loaded = subject.fromArtifact(artifact);
  requireSameBytes(encodeModel(loaded.toArtifact()), bytes, "saving what was loaded");
  for (const options of [
    { seed: 31 },
    { seed: 31, where: parseCondition("age > 40 and (city = 'Lyon' or score is null)") },
    { seed: 31, counts: { column: "member", counts: new Map([["yes", 60]]) }, from: 5 },
  ])
    requireSameTable(
      await loaded.sample(200, options),
      await generator.sample(200, options),
      "rows of a loaded model",
    );
  const manifest = JSON.stringify(artifact.manifest);
  for (const [what, text] of [
    ["the host's name", hostname()],
    ["the working folder", process.cwd()],
  ] as const)
    promise(text.length < 4 || !manifest.includes(text), `the model file holds ${what}`);
  await codedError("a model of a later format", ["VERISIM_MODEL_FILE"], () =>
    subject.fromArtifact({ ...artifact, formatVersion: artifact.formatVersion + 1 }),
  );
  await codedError("a model of another generator", ["VERISIM_MODEL_FILE"], () =>
    subject.fromArtifact({ ...artifact, generator: "another" }),
  );
}

function requireSameBytes(a: Uint8Array, b: Uint8Array, what: string): void {
  const place = a.findIndex((byte, i) => byte !== b[i]);
  promise(a.length === b.length && place < 0, `${what}: the model's bytes differ at ${place} of ${b.length}`);
}

/** A signal stops fit and sample with VERISIM_ABORTED; a fit that was stopped leaves the earlier model in place. */
export async function checkAbort(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(500);
  const codes = ["VERISIM_ABORTED"];
  let reports = 0;
  const generator = await subject
    .create()
    .fit(table, { metadata, seed: 3, onProgress: () => void reports++ });
  promise(reports > 0, "fit reports no progress");
  const before = await generator.sample(50, { seed: 1 });
  const stopped = AbortSignal.abort("tired");
  await codedError("fit with an aborted signal", codes, () =>
    generator.fit(table, { metadata, signal: stopped }),
  );
  requireSameTable(await generator.sample(50, { seed: 1 }), before, "the model after a fit that was stopped");
  await codedError("sample with an aborted signal", codes, () => generator.sample(50, { signal: stopped }));

  if (reports > 1) {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await codedError("fit stopped at its first report", codes, () =>
      generator.fit(table, { metadata, signal: controller.signal, onProgress }),
    );
    requireSameTable(
      await generator.sample(50, { seed: 1 }),
      before,
      "the model after a fit stopped half-way",
    );
  }

  const controller = new AbortController();
  let batches = 0;
  await codedError("sampleBatches stopped after a batch", codes, async () => {
    for await (const batch of generator.sampleBatches(400, { batchSize: 100, signal: controller.signal })) {
      batches += batch.rowCount / 100;
      controller.abort();
    }
  });
  promise(batches === 1, `${batches} batches came although the signal fired after the first`);
  await codedError("a fresh generator whose fit was stopped", ["VERISIM_NOT_FITTED"], async () => {
    const fresh = subject.create();
    await fresh.fit(table, { metadata, signal: stopped }).catch((error: unknown) => {
      if (!VerisimError.isInstance(error)) throw error;
    });
    await fresh.sample(1);
  });
}

/** A second fit forgets the first: columns, rows and bytes are those of the second data alone. */
export async function checkRefit(subject: GeneratorSubject): Promise<void> {
  const first = exampleTable(400, 1);
  const second = exampleColumns(["age", "city", "joined"], 300);
  const used = subject.create();
  await used.fit(first.table, { metadata: first.metadata, seed: 1 });
  await used.sample(100, { seed: 4 });
  await used.fit(second.table, { metadata: second.metadata, seed: 2 });
  const fresh = await subject.create().fit(second.table, { metadata: second.metadata, seed: 2 });
  requireSameTable(
    await used.sample(200, { seed: 5 }),
    await fresh.sample(200, { seed: 5 }),
    "rows after a second fit",
  );
  requireSameBytes(encodeModel(used.toArtifact()), encodeModel(fresh.toArtifact()), "a second fit");
  const one = await subject.create().fit(first.table, { metadata: first.metadata, tableName: "a" });
  const other = await subject.create().fit(first.table, { metadata: first.metadata, tableName: "b" });
  promise(
    firstDifference(await one.sample(50), await other.sample(50)) !== null,
    "tables of two names get the same random streams",
  );
}

/** Refits and samples leave no more memory behind than the first. */
export async function checkRefitMemory(subject: GeneratorSubject): Promise<void> {
  const { table, metadata } = exampleTable(refitRows);
  const collect = collector();
  const generator = subject.create();
  const round = async (): Promise<void> => {
    await generator.fit(table, { metadata, seed: 1 });
    await generator.sample(2_000, { seed: 1 });
  };
  const used = async (): Promise<number> => {
    // Array buffers are given back by finalizers, which run between turns of the event loop.
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  for (let i = 0; i < 2; i++) await round();
  const before = await used();
  for (let i = 0; i < refits; i++) await round();
  const growth = (await used()) - before;
  promise(growth <= refitGrowthBytes, `${refits} refits left ${Math.round(growth / 2 ** 20)} MiB behind`);
}

/** V8's collector, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** Requests that make no sense are refused in words: rows, starts and batches that are not whole numbers. */
export async function checkBadRequests(subject: GeneratorSubject): Promise<void> {
  const generator = await fittedOnce(subject);
  const refuse = async (what: string, ask: (generator: Generator) => Promise<unknown>): Promise<void> => {
    let error: unknown;
    try {
      await ask(generator);
    } catch (thrown) {
      error = thrown;
    }
    promise(
      VerisimError.isInstance(error),
      () => `${what}: expected a coded error but received ${error ?? "none"}`,
    );
  };
  await refuse("-1 rows", (g) => g.sample(-1));
  await refuse("1.5 rows", (g) => g.sample(1.5));
  await refuse("NaN rows", (g) => g.sample(Number.NaN));
  await refuse("a start before 0", (g) => g.sample(1, { from: -1 }));
  await refuse("batches of 0 rows", (g) => g.sample(1, { batchSize: 0 }));
}
