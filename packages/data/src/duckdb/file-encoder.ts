// Writes CSV, TSV, JSON, JSON Lines and Parquet: batches are staged in an embedded database, which writes the file when
// the last one has come. Memory is bounded; the rows of a large table wait on the disk.

import { type ColumnMetadata, type Table, type TableMetadata, VerisimError } from "@verisim/core";
import type { FileFormat } from "../formats.ts";
import type { AtomicFile } from "../write/atomic-file.ts";
import { type PhysicalType, physicalTypeOf } from "../write/physical-type.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { type FileColumn, jsonColumn, textColumn, typedColumn } from "./cell-sql.ts";
import { Database, duckdbReason, loadDuckdb, resourceFault, sqlName, sqlText } from "./database.ts";
import { type Segment, Staging } from "./staging.ts";

export type DuckdbFormat = Exclude<FileFormat, "arrow">;

/** What DuckDB may hold of a table before its rows move to the disk. */
const memoryLimit = "192MB";

export class DuckdbEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #format: DuckdbFormat;
  readonly #gzip: boolean;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #names: readonly string[] = [];
  #types: readonly PhysicalType[] = [];
  #columns: readonly FileColumn[] = [];
  #database: Database | undefined;
  #staging: Staging | undefined;
  /** What is under way: nothing may be closed before it ends. */
  #working: Promise<void> = Promise.resolve();

  constructor(
    file: AtomicFile,
    format: DuckdbFormat,
    gzip: boolean,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ) {
    void loadDuckdb();
    this.#file = file;
    this.#format = format;
    this.#gzip = gzip;
    this.#metadata = metadata;
    this.#signal = signal;
  }

  async append(batch: Table): Promise<void> {
    await this.#work(async () => {
      const staging = this.#staging ?? (await this.#begin(batch));
      await staging.append(batch);
    });
  }

  async finish(): Promise<void> {
    await this.#work(async () => {
      const segments = this.#staging!.finish();
      const rows = await this.#statement(segments);
      await this.#database!.run(
        `COPY (${rows}) TO ${sqlText(this.#file.writingPath)} (${this.#options()}, USE_TMP_FILE false)`,
      ).catch(async (cause: unknown) => {
        throw (await this.#mismatch(cause, segments)) ?? cause;
      });
    });
    this.#close();
  }

  async stop(): Promise<void> {
    this.#database?.interrupt();
    await this.#working.catch(() => undefined);
    this.#close();
  }

  async #work(work: () => Promise<void>): Promise<void> {
    this.#working = work().catch((cause: unknown) => {
      throw this.#fault(cause);
    });
    this.#working.catch(() => undefined);
    await this.#working;
  }

  #close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#staging = undefined;
  }

  async #begin(batch: Table): Promise<Staging> {
    this.#names = batch.columnNames;
    if (this.#format === "parquet") refuseEqualNames(this.#names, this.#file.path);
    const known = batch.columns.map((column) => this.#metadataOf(column.name));
    this.#types = batch.columns.map((column, index) => physicalTypeOf(column, known[index]));
    this.#columns = known.map((metadata, index) => {
      if (this.#format === "parquet") return typedColumn(this.#types[index]!);
      return this.#format === "csv" || this.#format === "tsv" ? textColumn(metadata) : jsonColumn(metadata);
    });
    this.#database = await Database.open({
      paths: [this.#file.writingPath],
      memoryLimit,
      overflowFolder: this.#file.overflowFolder,
      signal: this.#signal,
    });
    this.#staging = new Staging(this.#database, this.#columns, this.#signal);
    return this.#staging;
  }

  #metadataOf(name: string): ColumnMetadata | undefined {
    return Object.hasOwn(this.#metadata.columns, name) ? this.#metadata.columns[name] : undefined;
  }

  #options(): string {
    const gzip = this.#gzip ? ", COMPRESSION gzip" : "";
    switch (this.#format) {
      case "parquet":
        return "FORMAT parquet";
      case "csv":
        return `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR ''${gzip}`;
      case "tsv":
        return `FORMAT csv, HEADER false, DELIMITER '\t', QUOTE '"', ESCAPE '"', NULLSTR ''${gzip}`;
      case "jsonl":
        return `${bareLines}${gzip}`;
      case "json":
        return `${bareLines}, PREFIX '[\n', SUFFIX '\n]\n', NEW_LINE ',\n'${gzip}`;
    }
  }

  async #statement(segments: readonly Segment[]): Promise<string> {
    const cells = async ({ table, forms }: Segment): Promise<string[]> =>
      Promise.all(
        this.#columns.map(async (column, index) =>
          this.#isJson(index) && !(await this.#allJson(table, index))
            ? `c${index}`
            : column.cell(forms[index]!, `c${index}`),
        ),
      );
    const parts: string[] = [];
    for (const segment of segments)
      parts.push(`SELECT ${this.#row(await cells(segment))} FROM ${segment.table}`);
    if (this.#format === "csv" || this.#format === "tsv")
      parts.unshift(`SELECT ${this.#names.map(sqlText).join(", ")}`);
    return parts.join(" UNION ALL ");
  }

  /** What stands in a row, from its cells. */
  #row(cells: readonly string[]): string {
    const metadata = this.#names.map((name) => this.#metadataOf(name));
    switch (this.#format) {
      case "parquet":
        return cells.map((cell, index) => `${cell} AS ${sqlName(this.#names[index]!)}`).join(", ");
      case "csv":
      case "tsv":
        return cells
          .map((cell, index) => {
            const missing = metadata[index]?.missingText;
            return missing === undefined ? cell : `coalesce(${cell}, ${sqlText(missing)})`;
          })
          .join(", ");
      default: {
        const members = cells.map((cell, index) => {
          const { missingText, physical } = metadata[index] ?? {};
          // A mark for missing numbers belongs to a file of texts; among JSON's strings it is one of them.
          const missing =
            missingText === undefined || physical !== "VARCHAR" ? "null" : JSON.stringify(missingText);
          const key = `${index === 0 ? "{" : ","}${JSON.stringify(this.#names[index]!)}:`;
          return `${sqlText(key)}, coalesce(${cell}, ${sqlText(missing)})`;
        });
        return `concat(${members.join(", ")}, '}')`;
      }
    }
  }

  #isJson(index: number): boolean {
    return this.#format === "parquet" && this.#types[index]!.kind === "json";
  }

  /** Texts that were made up for a nested column may be no JSON; they are written as what they are. */
  async #allJson(table: string, index: number): Promise<boolean> {
    const sql = `SELECT 1 FROM ${table} WHERE NOT json_valid(c${index}::VARCHAR) LIMIT 1`;
    return (await this.#database!.rows(sql)).length === 0;
  }

  /** The cell that is no value of its column's type, where that is what DuckDB stopped at. */
  async #mismatch(cause: unknown, segments: readonly Segment[]): Promise<VerisimError | null> {
    if (!(cause instanceof Error) || !/Conversion Error|Invalid Input Error|Out of Range/.test(cause.message))
      return null;
    for (const { table, forms } of segments) {
      for (let index = 0; index < this.#columns.length; index++) {
        const cell = this.#columns[index]!.cell(forms[index]!, `c${index}`);
        const sql = `SELECT c${index}::VARCHAR FROM ${table} WHERE c${index} IS NOT NULL AND TRY(${cell}) IS NULL
          AND c${index}::VARCHAR <> 'nan' LIMIT 1`;
        const found = (await this.#database!.rows(sql).catch(() => []))[0];
        if (found) return mismatch(String(found[0]), this.#types[index]!, this.#names[index]!, cause);
      }
    }
    return null;
  }

  #fault(cause: unknown): unknown {
    const fault = resourceFault(cause, this.#file.path);
    if (VerisimError.isInstance(fault) || !(cause instanceof Error)) return fault;
    return new VerisimError("VERISIM_WRITE_FAILED", `The file cannot be written: ${duckdbReason(cause)}`, {
      where: { file: this.#file.path },
      hint: "Check that the folder may be written to, and that the disk has room.",
      cause,
    });
  }
}

/** DuckDB would rename columns whose names differ in case alone. */
function refuseEqualNames(names: readonly string[], file: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    const plain = name.toLowerCase();
    if (name === "" || seen.has(plain))
      throw new VerisimError(
        "VERISIM_DUPLICATE_COLUMN",
        `Expected names that differ in more than case, and are not empty, but received ${JSON.stringify(name)}.`,
        { where: { file, column: name }, hint: "Rename the column, or write CSV, JSON or Arrow." },
      );
    seen.add(plain);
  }
}

/** Lines of one text each, with nothing added to it. */
const bareLines = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001'";

function mismatch(text: string, type: PhysicalType, column: string, cause: Error): VerisimError {
  return new VerisimError(
    "VERISIM_TYPE_MISMATCH",
    `Expected a value of type ${type.word} but received ${JSON.stringify(text.slice(0, 100))}.`,
    {
      where: { column },
      hint: "Leave the physical type out of the column's metadata to write text.",
      cause,
    },
  );
}
