// `verisim simulate`: makes the tables of a model, or a model to start from.

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileSystemError, knownTextsHint, toSdvMetadata, VerisimError } from "@verisim/core";
import { fileFormats, formatOfPath, openTableWriter } from "@verisim/data";
import {
  findScenario,
  parseModelText,
  Simulation,
  type SimulationModel,
  scenarioNames,
} from "@verisim/simulate";
import { Checks } from "../checks.ts";
import { withPlace } from "../error-place.ts";
import { requireFlag, seedOf } from "../flag-values.ts";
import { formatSeconds, optionValueError, plural, readRowCount } from "../quantities.ts";
import type { Session } from "../session.ts";
import type { SimulateFlags } from "../table-commands.ts";
import { writeText } from "../write-text.ts";
import { initialModel } from "./simulate-init.ts";

export async function simulate(source: string, flags: SimulateFlags, session: Session): Promise<void> {
  const checks = new Checks();
  if (flags.init) return initialModel(source, flags, checks, session);
  const seed = seedOf(flags, checks);
  const rows = checks.attempt(() => readRows(flags.rows ?? []));
  const scenario = findScenario(source);
  if (!scenario && !/[./\\]/.test(source))
    checks.add(
      new VerisimError(
        "VERISIM_UNKNOWN_MODEL",
        `Expected a model file or a scenario but received ${JSON.stringify(source)}.`,
        { hint: knownTextsHint("scenarios", source, scenarioNames) },
      ),
    );
  else if (!scenario) {
    checks.input(source, "model");
    checks.attempt(() => refuseSource(source));
  }
  const format = flags.format ?? "csv";
  if (!flags.check) {
    const out = checks.attempt(() =>
      requireFlag(
        flags.out,
        "out",
        flags.table === undefined ? "the folder for the tables" : "the file to write",
      ),
    );
    if (flags.table !== undefined && out !== undefined) {
      checks.attempt(() => formatOfPath(out));
      checks.output(out, "out");
    }
    const known = fileFormats.map(({ name }) => name as string);
    if (!known.includes(format.replace(/^\./, "").replace(/\.gz$/, "")))
      checks.add(optionValueError("format", `one of ${known.join(", ")}`, format));
  }
  checks.settle();

  const model = scenario?.model ?? ((await readModelFile(source)) as SimulationModel);
  const simulation = await session
    .timed("fit", () =>
      Simulation.create(model, {
        seed,
        signal: session.signal,
        ...(rows === undefined ? {} : { rows }),
      }),
    )
    .catch((error: unknown) => {
      if (!VerisimError.isInstance(error) || scenario) throw error;
      throw withPlace(error, { file: source, ...error.where });
    });
  if (flags.check) {
    const counts = simulation.tables.map((table) => ({ table, rows: simulation.rowCount(table) }));
    if (session.json) session.printJson({ version: 1, model: simulation.name, tables: counts });
    else
      session.print(counts.map(({ table, rows: count }) => `${table}: ${plural(count, "row")}`).join("\n"));
    return;
  }
  const written = await writeTables(simulation, flags, format.replace(/^\./, ""), session);
  for (const { table, rows: count, file, redrawn } of written) {
    const again = redrawn === 0 ? "" : `; constraints took ${plural(redrawn, "further draw")}`;
    session.say(`Wrote ${plural(count, "row")} of ${table} to ${file}${again}.`);
  }
  session.say(`Done in ${formatSeconds(session.seconds)}.`);
  if (session.json)
    session.printJson({
      version: 1,
      model: simulation.name,
      seed,
      tables: written,
      timings: session.timings,
    });
}

interface WrittenTable {
  readonly table: string;
  readonly rows: number;
  readonly file: string;
  /** How often rows were drawn again for constraints to hold. */
  readonly redrawn: number;
}

async function writeTables(
  simulation: Simulation,
  flags: SimulateFlags,
  format: string,
  session: Session,
): Promise<WrittenTable[]> {
  const out = flags.out!;
  const tables = flags.table === undefined ? simulation.tables : [flags.table];
  const written: WrittenTable[] = [];
  if (flags.table === undefined)
    await mkdir(out, { recursive: true }).catch((cause: unknown) => {
      throw fileSystemError(cause, out);
    });
  for (const table of tables) {
    const file = flags.table === undefined ? join(out, `${fileName(table)}.${format}`) : out;
    const metadata = simulation.tableMetadata(table);
    const writer = await openTableWriter(file, metadata, { signal: session.signal });
    try {
      const batches = simulation.batches(table, { reuse: true, onProgress: session.onProgress });
      for (;;) {
        const next = await session.timed("sample", () => batches.next());
        if (next.done) break;
        await session.timed("write", () => writer.append(next.value));
      }
      await session.timed("write", () => writer.close());
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const redrawn = simulation.redrawnRows(table);
    written.push({ table, rows: simulation.rowCount(table), file, redrawn });
  }
  if (flags.table === undefined)
    await writeText(join(out, "metadata.json"), JSON.stringify(toSdvMetadata(simulation.metadata), null, 2));
  return written;
}

/** A table's name as the name of a file, which no name of a table leads out of its folder. */
function fileName(table: string): string {
  const plain = table.replace(/[^\p{L}\p{N}_ -]+/gu, "_");
  return plain === "" || plain === "metadata" ? `table_${plain}` : plain;
}

/** @throws VerisimError `VERISIM_UNKNOWN_MODEL` for a file that a model can be made of, but that is none */
function refuseSource(path: string): void {
  const plain = path.toLowerCase().replace(/\.gz$/, "");
  const isTable = fileFormats.some(
    ({ name, endings }) => name !== "json" && endings.some((ending) => plain.endsWith(ending)),
  );
  if (!isTable && !/\.(prisma|schema\.json)$/.test(plain)) return;
  const what = isTable ? "a table" : "a schema";
  throw new VerisimError("VERISIM_UNKNOWN_MODEL", `Expected a model or a scenario but received ${what}.`, {
    where: { file: path },
    hint: `verisim simulate ${path} --init --out model.yaml makes a model of it.`,
  });
}

/** @throws VerisimError `VERISIM_OPTION_VALUE` */
function readRows(texts: readonly string[]): number | Record<string, number> | undefined {
  if (texts.length === 0) return undefined;
  const named: Record<string, number> = {};
  for (const text of texts.flatMap((one) => one.split(","))) {
    const at = text.lastIndexOf("=");
    if (at < 0 && texts.length === 1) return readNumber(text);
    if (at <= 0) throw optionValueError("rows", "a number, or table=number", text);
    named[text.slice(0, at).trim()] = readNumber(text.slice(at + 1));
  }
  return named;
}

/** @throws VerisimError `VERISIM_OPTION_VALUE` */
const readNumber = (text: string): number => readRowCount(text, "rows", 0);

async function readModelFile(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw fileSystemError(cause, path);
  });
  try {
    return parseModelText(text);
  } catch (error) {
    if (!VerisimError.isInstance(error)) throw error;
    throw withPlace(error, { file: path, ...error.where });
  }
}
