// Writes CSV, TSV, JSON and JSON Lines: batches are staged in an embedded database, which writes the file when
// the last one has come. Memory is bounded; the rows of a large table wait on the disk.

import type { ColumnMetadata, Table, TableMetadata } from "@verisim/core";
import type { FileFormat } from "../formats.ts";
import type { AtomicFile } from "../write/atomic-file.ts";
import type { TableEncoder } from "../write/table-writer.ts";
import { type FileColumn, jsonColumn, textColumn } from "./cell-sql.ts";
import { Database, loadDuckdb, sqlText } from "./database.ts";
import { type Segment, Staging } from "./staging.ts";
import { writeFault } from "./write-fault.ts";

export type DuckdbFormat = Exclude<FileFormat, "arrow" | "parquet">;

/** What DuckDB may hold of a table before its rows move to the disk. */
const memoryLimit = "192MB";

export class DuckdbEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #format: DuckdbFormat;
  readonly #gzip: boolean;
  readonly #metadata: TableMetadata;
  readonly #signal: AbortSignal | undefined;
  #names: readonly string[] = [];
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
      const rows = this.#statement(segments);
      await this.#database!.run(
        `COPY (${rows}) TO ${sqlText(this.#file.writingPath)} (${this.#options()}, USE_TMP_FILE false)`,
      );
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
      throw writeFault(cause, this.#file.path);
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
    const known = batch.columns.map((column) => this.#metadataOf(column.name));
    this.#columns = known.map(this.#format === "csv" || this.#format === "tsv" ? textColumn : jsonColumn);
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

  #statement(segments: readonly Segment[]): string {
    const cells = ({ forms }: Segment): string[] =>
      this.#columns.map((column, index) => column.cell(forms[index]!, `c${index}`));
    const parts: string[] = [];
    for (const segment of segments) parts.push(`SELECT ${this.#row(cells(segment))} FROM ${segment.table}`);
    if (this.#format === "csv" || this.#format === "tsv")
      parts.unshift(`SELECT ${this.#names.map(sqlText).join(", ")}`);
    return parts.join(" UNION ALL ");
  }

  /** What stands in a row, from its cells. */
  #row(cells: readonly string[]): string {
    const metadata = this.#names.map((name) => this.#metadataOf(name));
    switch (this.#format) {
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
}

/** Lines of one text each, with nothing added to it. */
const bareLines = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001'";
