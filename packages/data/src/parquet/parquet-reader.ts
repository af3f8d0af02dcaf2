// Reads Parquet through embedded DuckDB. Columns whose type says numbers come as doubles; everything else as codes of
// a dictionary that DuckDB makes, so that no text crosses into JavaScript more than once.

import { VerisimError } from "@verisim/core";
import { isIdName } from "../detect/sdtype.ts";
import type { TextReadOptions } from "../text/text-columns.ts";
import type { TypedColumns, TypedSource } from "../typed-columns.ts";
import { type PhysicalType, parsePhysical } from "../write/physical-type.ts";
import { DuckSession, sqlName, sqlText } from "./duckdb-session.ts";

/** Number columns with at most this many different values get a dictionary as well: they may be categories. */
const fewValues = 10;

interface Plan {
  readonly name: string;
  readonly physical: string;
  /** DOUBLE without nulls: the number, or the code; NaN or -1 where missing. */
  readonly expression: string;
  readonly join: string;
  readonly texts: readonly string[] | null;
}

/** @throws VerisimError `VERISIM_FILE_DAMAGED`, `VERISIM_DUPLICATE_COLUMN`, `VERISIM_OUT_OF_MEMORY`, `VERISIM_ABORTED` */
export async function readParquet(
  path: string,
  size: number,
  options: TextReadOptions,
): Promise<TypedColumns> {
  return DuckSession.use(path, options.signal, async (session) => {
    await refuseDuplicates(session, path);
    const source = `read_parquet(${sqlText(path)})`;
    const described = (await session.all(`DESCRIBE SELECT * FROM ${source}`)).getRows();
    const rowCount = Number((await session.all(`SELECT count(*)::DOUBLE FROM ${source}`)).getRows()[0]![0]);
    const plans: Plan[] = [];
    for (const [name, physical] of described as [string, string][])
      plans.push(await planColumn(session, source, name, physical, plans.length));
    if (plans.length === 0 || rowCount === 0) return { columns: [], rowCount, warnings: [] };
    const values = plans.map(() => new Float64Array(rowCount));
    let done = 0;
    let places: Float64Array = new Float64Array();
    // The joins may deliver rows in any order: each comes with its number in the file.
    await session.numbers(
      `SELECT file_row_number::DOUBLE, ${plans.map((plan) => plan.expression).join(", ")}
       FROM read_parquet(${sqlText(path)}, file_row_number = true) AS t ${plans.map((plan) => plan.join).join(" ")}`,
      plans.length + 1,
      (column, piece) => {
        if (column === 0) places = piece;
        else {
          const target = values[column - 1]!;
          for (let i = 0; i < piece.length; i++) target[places[i]!] = piece[i]!;
        }
      },
      (rows) => {
        done += rows;
        options.onBytes?.(Math.round((size * done) / rowCount));
      },
    );
    const columns = plans.map((plan, index): TypedSource => {
      const { name, physical, texts } = plan;
      if (!texts) return { kind: "number", name, physical, values: values[index]! };
      return { kind: "text", name, physical, texts, codes: Int32Array.from(values[index]!) };
    });
    return { columns, rowCount, warnings: [] };
  });
}

/** DuckDB renames a second column of the same name; the user should know instead. */
async function refuseDuplicates(session: DuckSession, path: string): Promise<void> {
  const rows = (
    await session.all(`SELECT name, num_children FROM parquet_schema(${sqlText(path)}) ORDER BY column_id`)
  ).getRows() as [string, bigint | null][];
  const seen = new Set<string>();
  // The schema is a tree in depth-first order: step over the children of nested columns.
  for (let i = 1; i < rows.length; ) {
    const name = rows[i]![0];
    if (seen.has(name))
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected column names to differ but received ${JSON.stringify(name)} twice.`,
        { where: { file: path, column: name }, hint: "Rename one of the two columns." },
      );
    seen.add(name);
    let open = 1;
    while (open > 0 && i < rows.length) open += Number(rows[i++]![1] ?? 0) - 1;
  }
}

async function planColumn(
  session: DuckSession,
  source: string,
  name: string,
  physical: string,
  index: number,
): Promise<Plan> {
  const column = `t.${sqlName(name)}`;
  const type = parsePhysical(physical);
  const direct = (expression: string, texts: readonly string[] | null = null): Plan => ({
    name,
    physical,
    texts,
    expression,
    join: "",
  });
  if (type?.kind === "boolean") return direct(`coalesce(${column}::INT::DOUBLE, -1)`, ["false", "true"]);
  const instant = type?.kind === "date" || type?.kind === "timestamp";
  if (instant && !(await holds(session, source, `isinf(${column})`)))
    return direct(
      `coalesce(epoch_us(${column}::${type.utc ? "TIMESTAMPTZ" : "TIMESTAMP"})::DOUBLE, 'NaN'::DOUBLE)`,
    );
  const number = type && ["integer", "float", "double", "decimal"].includes(type.kind);
  if (number && !(await needsTexts(session, source, name, type)))
    return direct(`coalesce(${column}::DOUBLE, 'NaN'::DOUBLE)`);
  const nested = !type && /[([]/.test(physical);
  const text = nested ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
  const dictionary = `dictionary_${index}`;
  await session.run(
    `CREATE TEMP TABLE ${dictionary} AS SELECT v, row_number() OVER (ORDER BY v) - 1 AS code
     FROM (SELECT DISTINCT ${text} AS v FROM ${source} AS t WHERE ${column} IS NOT NULL)`,
  );
  return {
    name,
    physical,
    texts: await readTexts(session, dictionary),
    expression: `coalesce(${dictionary}.code, -1)::DOUBLE`,
    join: `LEFT JOIN ${dictionary} ON ${dictionary}.v = ${text}`,
  };
}

/** A dictionary's texts as JSON lists: one crossing into JavaScript per thousands of texts. */
async function readTexts(session: DuckSession, dictionary: string): Promise<string[]> {
  const lists = await session.all(
    `SELECT to_json(list(v ORDER BY code))::VARCHAR FROM ${dictionary} GROUP BY code // 5000 ORDER BY min(code)`,
  );
  return (lists.getRows() as string[][]).flatMap((row) => JSON.parse(row[0]!) as string[]);
}

async function holds(session: DuckSession, source: string, condition: string): Promise<boolean> {
  const rows = (await session.all(`SELECT 1 FROM ${source} AS t WHERE ${condition} LIMIT 1`)).getRows();
  return rows.length > 0;
}

/** True for numbers that doubles would change, that few rows share, or that are named like ids. */
async function needsTexts(
  session: DuckSession,
  source: string,
  name: string,
  type: PhysicalType,
): Promise<boolean> {
  const whole = type.kind === "integer" || type.kind === "decimal";
  if (whole && isIdName(name)) return true;
  const column = `t.${sqlName(name)}`;
  const mayLose =
    (type.kind === "integer" && type.bits === 64) || (type.kind === "decimal" && type.precision > 15);
  const limit = Number.MAX_SAFE_INTEGER / 10 ** type.scale;
  if (mayLose && (await holds(session, source, `abs(${column}::DOUBLE) >= ${limit}`))) return true;
  const rows = await session.all(`SELECT DISTINCT ${column} FROM ${source} AS t LIMIT ${fewValues + 2}`);
  return rows.currentRowCount <= fewValues + 1;
}
