// `verisim complete`: partial rows made whole by a learnt model. Given cells stay, missing cells and columns are drawn.

import { readModelFile, VerisimError } from "@verisim/core";
import { formatOfPath, openTableWriter, readTable } from "@verisim/data";
import { generatorFromArtifact, generators } from "@verisim/verisim/generators";
import { Checks } from "../checks.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import type { SharedFlags } from "../program.ts";
import { formatSeconds, plural } from "../quantities.ts";
import type { Session } from "../session.ts";

export async function complete(
  model: string,
  data: string,
  flags: SharedFlags,
  session: Session,
): Promise<void> {
  const checks = new Checks();
  const seed = seedOf(flags, checks);
  checks.input(model, "model");
  checks.input(data, "data");
  checks.attempt(() => formatOfPath(requireFlag(flags.out, "out", "the file to write")));
  checks.output(flags.out, "out");
  checks.settle();

  const out = flags.out!;
  const run = { signal: session.signal };
  const { generator, table } = await session.timed("read", async () => {
    const learnt = generatorFromArtifact(await readModelFile(model));
    if (learnt.complete === undefined) throw cannotComplete(model, learnt.name);
    const { table } = await readTable(data, { metadata: learnt.metadata, part: true, ...run });
    return { generator: learnt, table };
  });
  const whole = await session.timed("sample", () => generator.complete!(table, { seed, ...run }));
  const writer = await openTableWriter(out, generator.metadata, run);
  try {
    await session.timed("write", async () => {
      await writer.append(whole);
      await writer.close();
    });
  } catch (error) {
    await writer.abort();
    throw error;
  }
  session.say(`Wrote ${plural(whole.rowCount, "whole row")} to ${out} in ${formatSeconds(session.seconds)}.`);
  if (session.json)
    session.printJson({
      version: 1,
      model: generator.name,
      rows: whole.rowCount,
      given: table.columnNames,
      seed,
      out,
      timings: session.timings,
    });
}

function cannotComplete(file: string, name: string): VerisimError {
  const able = generators
    .filter((definition) => definition.create().complete !== undefined)
    .map((definition) => definition.name);
  return new VerisimError(
    "VERISIM_COMPLETE_UNSUPPORTED",
    `Expected a model that draws columns from given ones but received one of ${name}.`,
    { where: { file }, hint: `Fit one of ${able.join(", ")}.` },
  );
}
