// Reads Parquet through DuckDB in one pass. Columns whose type says numbers come as doubles; everything else as texts,
// interned as those of a text file are.

import { VerisimError } from "@verisim/core";
import { isIdName } from "../detect/sdtype.ts";
import type { TextReadOptions } from "../text/text-columns.ts";
import { TextPool } from "../text/text-pool.ts";
import type { TypedColumns, TypedSource } from "../typed-columns.ts";
import { type PhysicalType, parsePhysical } from "../write/physical-type.ts";
import { Database, duckdbReason, loadDuckdb, resourceFault, sqlName, sqlText } from "./database.ts";
import { doubles, internTexts } from "./vector-texts.ts";

/** Number columns with at most this many different values are read as texts: they may be categories. */
const fewValues = 10;

interface Plan {
  readonly name: string;
  readonly physical: string;
  /** DOUBLE without nulls (NaN where missing; codes of `texts`, -1 where missing), or VARCHAR. */
  readonly expression: string;
  readonly kind: "number" | "code" | "text";
}

const booleanTexts = ["false", "true"];

/** @throws VerisimError `VERISIM_FILE_DAMAGED`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED` */
export async function readParquet(path: string, options: TextReadOptions): Promise<TypedColumns> {
  void loadDuckdb();
  const database = await Database.open({ paths: [path], memoryLimit: "4GB", signal: options.signal });
  try {
    return await readFrom(database, path, options);
  } catch (cause) {
    const fault = resourceFault(cause, path);
    if (VerisimError.isInstance(fault)) throw fault;
    throw new VerisimError(
      "VERISIM_FILE_DAMAGED",
      `The file cannot be read as Parquet: ${duckdbReason(cause)}`,
      {
        where: { file: path },
        hint: "It is cut off, damaged, or of another format: fetch it again or check its ending.",
        cause,
      },
    );
  } finally {
    database.close();
  }
}

async function readFrom(database: Database, path: string, options: TextReadOptions): Promise<TypedColumns> {
  const source = `read_parquet(${sqlText(path)})`;
  const names = await columnNames(database, path);
  const described = (await database.rows(`DESCRIBE SELECT * FROM ${source}`)) as [string, string][];
  const counted = await database.rows(`SELECT count(*)::DOUBLE FROM ${source}`);
  const rowCount = counted[0]![0] as number;
  const plans: Plan[] = [];
  // DuckDB renames columns whose names differ in case alone: its names are for it, the file's for us.
  for (const [index, [column, physical]] of described.entries())
    plans.push(await planColumn(database, source, sqlName(column), names[index] ?? column, physical));
  if (plans.length === 0 || rowCount === 0) return { columns: [], rowCount, warnings: [] };
  const values = plans.map((plan) => new Float64Array(plan.kind === "text" ? 0 : rowCount));
  const pools = plans.map(() => new TextPool());
  let done = 0;
  const selected = plans.map((plan, index) => `${plan.expression} AS c${index}`).join(", ");
  for await (const { chunk, rows } of database.stream(`SELECT ${selected} FROM ${source}`)) {
    for (let column = 0; column < plans.length; column++) {
      if (plans[column]!.kind === "text")
        internTexts(database, chunk, column, 0, rows, pools[column]!, Number.POSITIVE_INFINITY);
      else values[column]!.set(doubles(chunk, column).subarray(0, rows), done);
    }
    done += rows;
    options.onBytes?.(Math.round((options.size * done) / rowCount));
  }
  const columns = plans.map(({ name, physical, kind }, index): TypedSource => {
    if (kind === "number") return { kind: "number", name, physical, values: values[index]! };
    if (kind === "code")
      return { kind: "text", name, physical, texts: booleanTexts, codes: Int32Array.from(values[index]!) };
    const pool = pools[index]!.settled();
    return { kind: "text", name, physical, texts: pool.texts(), codes: pool.codes };
  });
  return { columns, rowCount, warnings: [] };
}

/** The names of the file, of which none may occur twice. */
async function columnNames(database: Database, path: string): Promise<string[]> {
  const rows = (await database.rows(
    `SELECT name, num_children FROM parquet_schema(${sqlText(path)}) ORDER BY column_id`,
  )) as [string, bigint | null][];
  const names = new Set<string>();
  // The schema is a tree in depth-first order: step over the children of nested columns.
  for (let i = 1; i < rows.length; ) {
    const name = rows[i]![0];
    if (names.has(name))
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected column names to differ but received ${JSON.stringify(name)} twice.`,
        { where: { file: path, column: name }, hint: "Rename one of the two columns." },
      );
    names.add(name);
    let open = 1;
    while (open > 0 && i < rows.length) open += Number(rows[i++]![1] ?? 0) - 1;
  }
  return [...names];
}

async function planColumn(
  database: Database,
  source: string,
  column: string,
  name: string,
  physical: string,
): Promise<Plan> {
  const type = parsePhysical(physical);
  const plan = (kind: Plan["kind"], expression: string): Plan => ({ name, physical, kind, expression });
  if (type?.kind === "boolean") return plan("code", `coalesce(${column}::INT::DOUBLE, -1)`);
  const instant = type?.kind === "date" || type?.kind === "timestamp";
  if (instant && !(await holds(database, source, `isinf(${column})`)))
    return plan(
      "number",
      `coalesce(epoch_us(${column}::${type.utc ? "TIMESTAMPTZ" : "TIMESTAMP"})::DOUBLE, 'NaN'::DOUBLE)`,
    );
  const number = type && ["integer", "float", "double", "decimal"].includes(type.kind);
  if (number && !(await needsTexts(database, source, column, name, type)))
    return plan("number", `coalesce(${column}::DOUBLE, 'NaN'::DOUBLE)`);
  const nested = !type && /[([]/.test(physical);
  return plan("text", nested ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`);
}

async function holds(database: Database, source: string, condition: string): Promise<boolean> {
  return (await database.rows(`SELECT 1 FROM ${source} WHERE ${condition} LIMIT 1`)).length > 0;
}

/** True for numbers that doubles would change, that few rows share, or that are named like ids. */
async function needsTexts(
  database: Database,
  source: string,
  column: string,
  name: string,
  type: PhysicalType,
): Promise<boolean> {
  const whole = type.kind === "integer" || type.kind === "decimal";
  if (whole && isIdName(name)) return true;
  const mayLose =
    (type.kind === "integer" && type.bits === 64) || (type.kind === "decimal" && type.precision > 15);
  const limit = Number.MAX_SAFE_INTEGER / 10 ** type.scale;
  if (mayLose && (await holds(database, source, `abs(${column}::DOUBLE) >= ${limit}`))) return true;
  const rows = await database.rows(`SELECT DISTINCT ${column} FROM ${source} LIMIT ${fewValues + 2}`);
  return rows.length <= fewValues + 1;
}
