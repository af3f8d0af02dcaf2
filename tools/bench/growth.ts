// How processor time and memory grow with rows and columns, ours alone: a model is fitted to tables of several sizes and
// draws as many rows, each in a process of its own, and every size is held against the first.
//   node tools/bench/growth.ts [--model NAME] [--threads N] [--categories N] [--set option=value] [--json] ROWSxCOLUMNS...
// Default sizes: 10000x12 100000x12 10000x48. Peak memory is that of the whole process, the table included.

import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { findGenerator } from "@verisim/verisim/generators";

import { growingTable } from "./growing-table.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "sequential-trees" },
    threads: { type: "string", default: "2" },
    categories: { type: "string", default: "12" },
    set: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    one: { type: "boolean", default: false },
  },
});

interface Measured {
  readonly rows: number;
  readonly columns: number;
  /** Seconds of all processors, user and system. */
  readonly fit: number;
  readonly sample: number;
  readonly peakMegabytes: number;
}

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function sizeOf(text: string): { readonly rows: number; readonly columns: number } {
  const [, rows, columns] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (rows === undefined) throw new Error(`Expected ROWSxCOLUMNS but received ${text}.`);
  return { rows: Number(rows), columns: Number(columns) };
}

async function measure(size: string): Promise<Measured> {
  const { rows, columns } = sizeOf(size);
  const { table, metadata } = growingTable(rows, columns, Number(flags.categories));
  const options = Object.fromEntries(
    flags.set.map((setting): [string, unknown] => {
      const [name = "", text = ""] = setting.split("=");
      return [name, Number.isNaN(Number(text)) ? text : Number(text)];
    }),
  );
  const generator = findGenerator(flags.model).create(options);
  const start = processorSeconds();
  await generator.fit(table, { metadata, seed: 1 });
  const fitted = processorSeconds();
  for await (const batch of generator.sampleBatches(rows, { seed: 1 }))
    if (batch.rowCount > rows) throw new Error("internal: more rows than asked for");
  return {
    rows,
    columns,
    fit: fitted - start,
    sample: processorSeconds() - fitted,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

/** The same script for one size, in a process of its own. */
function measureApart(size: string): Measured {
  const given = process.argv.slice(2).filter((word) => !/^\d+x\d+$/.test(word));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, import.meta.filename, ...given, "--one", size],
    { encoding: "utf8", env: { ...process.env, VERISIM_THREADS: flags.threads } },
  );
  if (status !== 0) throw new Error(`${size} ended with ${status}.\n${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Measured;
}

if (flags.one) console.log(JSON.stringify(await measure(positionals[0]!)));
else {
  const sizes = positionals.length > 0 ? positionals : ["10000x12", "100000x12", "10000x48"];
  const all: (Measured & { readonly ratio: number })[] = [];
  for (const size of sizes) {
    const own = measureApart(size);
    const seconds = ({ fit, sample }: Measured): number => fit + sample;
    const next = { ...own, ratio: seconds(own) / seconds(all[0] ?? own) };
    all.push(next);
    if (!flags.json)
      console.log(
        `${size.padEnd(14)} fit ${next.fit.toFixed(2)} s  sample ${next.sample.toFixed(2)} s  ` +
          `${next.ratio.toFixed(1)} x the first  peak ${Math.round(next.peakMegabytes)} MB`,
      );
  }
  if (flags.json)
    console.log(
      JSON.stringify({ name: "growth", model: flags.model, threads: Number(flags.threads), sizes: all }),
    );
}
