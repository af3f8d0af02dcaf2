// `verisim sample`: writes rows of a learnt model.

import { readModelFile, type SamplingNote } from "@verisim/core";
import { formatOfPath, openTableWriter } from "@verisim/data";
import { generatorFromArtifact } from "@verisim/verisim/generators";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import type { SampleFlags } from "../program.ts";
import { formatSeconds, plural } from "../quantities.ts";
import { checkRequestColumns, planSample, writeRows } from "../sampling.ts";
import type { Session } from "../session.ts";
import { sayWarnings } from "../warnings.ts";

export async function sample(model: string, flags: SampleFlags, session: Session): Promise<void> {
  const checks = new Checks();
  const plan = planSample(flags, checks);
  const seed = seedOf(flags, checks);
  if (flags.rows === undefined && flags.counts === undefined)
    checks.attempt(() => requireFlag(undefined, "rows", "the number of rows"));
  checks.input(model, "model");
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const generator = await session.timed("read", async () =>
    generatorFromArtifact(await readModelFile(model)),
  );
  const { metadata } = generator;
  checkRequestColumns(plan, metadata, checks);
  checks.settle();
  const out = flags.out!;
  const rows = plan.rows!;
  const writer = await openTableWriter(out, metadata, { signal: session.signal });
  let notes: SamplingNote[];
  try {
    notes = await writeRows(generator, { ...plan, rows, seed }, writer, session);
    await session.timed("write", () => writer.close());
  } catch (error) {
    await writer.abort();
    throw error;
  }
  session.say(`Wrote ${plural(rows, "row")} to ${out} in ${formatSeconds(session.seconds)}.`);
  sayWarnings(
    notes.map(({ message }) => message),
    session,
  );
  if (session.json)
    session.printJson({
      version: 1,
      model: generator.name,
      rows,
      from: plan.from,
      seed,
      out,
      notes,
      timings: session.timings,
    });
}
