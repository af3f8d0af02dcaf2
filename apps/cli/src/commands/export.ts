// `verisim export`: the sampler of a learnt model as one ONNX file, for runtimes without Verisim.

import { extname } from "node:path";
import { readModelFile, replaceFile, VerisimError } from "@verisim/core";
import { decodeModel } from "@verisim/onnx";
import { generatorFromArtifact } from "@verisim/verisim/generators";
import { Checks } from "../checks.ts";
import { requireFlag } from "../flag-values.ts";
import type { SharedFlags } from "../program.ts";
import { formatCount, formatSeconds, optionValueError } from "../quantities.ts";
import type { Session } from "../session.ts";

/** What a sampler's file says of itself, as far as it is told on. */
interface Description {
  readonly inputs: readonly { readonly name: string; readonly draw: string }[];
  readonly columns: readonly { readonly name: string }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

export async function exportModel(model: string, flags: SharedFlags, session: Session): Promise<void> {
  const checks = new Checks();
  checks.input(model, "model");
  checks.attempt(() => requireFlag(flags.out, "out", "the ONNX file"));
  if (flags.out !== undefined && extname(flags.out) !== ".onnx")
    checks.add(optionValueError("out", "a file ending in .onnx", flags.out));
  checks.output(flags.out, "out");
  checks.settle();

  const out = flags.out!;
  const generator = await session.timed("read", async () =>
    generatorFromArtifact(await readModelFile(model)),
  );
  if (generator.toOnnx === undefined)
    throw new VerisimError(
      "VERISIM_EXPORT_UNSUPPORTED",
      `Expected a model whose sampler can be written as an ONNX file but received one of ${generator.name}.`,
      {
        where: { file: model },
        hint: "Fit one that trains, such as --model tvae, or --model sequential-trees; `verisim models` lists them.",
      },
    );
  const bytes = await session.timed("export", () => generator.toOnnx!());
  await session.timed("write", () =>
    replaceFile(out, async (file) => {
      await file.writeFile(bytes);
    }),
  );
  const said = JSON.parse(decodeModel(bytes).metadata!.verisim!) as Description;
  for (const { name, reason } of said.leftOut) session.say(`Left out ${JSON.stringify(name)}: ${reason}.`);
  session.say(
    `Wrote the sampler of ${said.columns.length} columns to ${out} (${formatCount(Math.ceil(bytes.length / 1000))} kB) in ${formatSeconds(session.seconds)}.`,
  );
  if (session.json)
    session.printJson({
      version: 1,
      model: generator.name,
      out,
      bytes: bytes.length,
      inputs: said.inputs,
      columns: said.columns,
      leftOut: said.leftOut,
      timings: session.timings,
    });
}
