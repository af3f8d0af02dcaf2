// Streams batches of rows into CSV, TSV, JSON and JSON Lines, compressed where the name ends in .gz. Memory holds one
// batch and one piece of output, however long the file becomes.

import { once } from "node:events";
import { createGzip, type Gzip } from "node:zlib";
import { type Table, type TableMetadata, throwIfAborted } from "@verisim/core";
import type { AtomicFile } from "./atomic-file.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { CellEncoder, type CellSyntax } from "./cell-encoder.ts";
import { csvSyntax, jsonSyntax } from "./cell-syntax.ts";
import type { TableEncoder } from "./table-writer.ts";

const pieceBytes = 1 << 20;

/** What stands around rows and cells. */
interface Layout {
  readonly syntax: CellSyntax;
  header(names: readonly string[]): string;
  /** Before cell `index` of a row. */
  before(name: string, index: number): string;
  readonly rowEnd: string;
  /** Between two rows. */
  readonly between: string;
  footer(rows: number): string;
}

function delimited(delimiter: string): Layout {
  const syntax = csvSyntax(delimiter);
  return {
    syntax,
    header: (names) => `${names.map((name) => syntax.text(name, undefined)).join(delimiter)}\n`,
    before: (_, index) => (index === 0 ? "" : delimiter),
    rowEnd: "\n",
    between: "",
    footer: () => "",
  };
}

const jsonRow = {
  syntax: jsonSyntax,
  before: (name: string, index: number): string => `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`,
};

const layouts: Readonly<Record<"csv" | "tsv" | "json" | "jsonl", Layout>> = {
  csv: delimited(","),
  tsv: delimited("\t"),
  json: {
    ...jsonRow,
    header: () => "[\n",
    rowEnd: "}",
    between: ",\n",
    footer: (rows) => (rows === 0 ? "]\n" : "\n]\n"),
  },
  jsonl: { ...jsonRow, header: () => "", rowEnd: "}\n", between: "", footer: () => "" },
};

export class TextTableEncoder implements TableEncoder {
  readonly #file: AtomicFile;
  readonly #metadata: TableMetadata;
  readonly #layout: Layout;
  readonly #signal: AbortSignal | undefined;
  readonly #gzip: Gzip | undefined;
  readonly #drained: Promise<void> | undefined;
  #out = new ByteBuffer(pieceBytes + (1 << 16));
  #spare = new ByteBuffer(pieceBytes + (1 << 16));
  #writing: Promise<void> = Promise.resolve();
  #encoders: readonly CellEncoder[] | undefined;
  #prefixes: readonly Buffer[] = [];
  readonly #rowEnd: Buffer;
  readonly #between: Buffer;
  #rows = 0;

  constructor(
    file: AtomicFile,
    format: "csv" | "tsv" | "json" | "jsonl",
    gzip: boolean,
    metadata: TableMetadata,
    signal: AbortSignal | undefined,
  ) {
    this.#file = file;
    this.#metadata = metadata;
    this.#layout = layouts[format];
    this.#rowEnd = Buffer.from(this.#layout.rowEnd);
    this.#between = Buffer.from(this.#layout.between);
    this.#signal = signal;
    if (gzip) {
      this.#gzip = createGzip();
      this.#drained = drain(this.#gzip, file);
      // Awaited at the end; a fault before that is met there.
      this.#drained.catch(() => undefined);
    }
  }

  async append(batch: Table): Promise<void> {
    const encoders = this.#encoders ?? this.#begin(batch.columnNames);
    const writers = batch.columns.map((column, index) => encoders[index]!.writer(column));
    for (let row = 0; row < batch.rowCount; row++) {
      if (this.#rows++ > 0) this.#out.append(this.#between);
      for (let index = 0; index < writers.length; index++) {
        this.#out.append(this.#prefixes[index]!);
        writers[index]!(this.#out, row);
      }
      this.#out.append(this.#rowEnd);
      if (this.#out.length >= pieceBytes) await this.#flush();
    }
  }

  async finish(): Promise<void> {
    this.#out.text(this.#layout.footer(this.#rows));
    await this.#flush();
    await this.#writing;
    if (!this.#gzip) return;
    this.#gzip.end();
    await this.#drained;
  }

  async stop(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#gzip?.destroy();
    await this.#drained?.catch(() => undefined);
  }

  #begin(names: readonly string[]): readonly CellEncoder[] {
    const { columns } = this.#metadata;
    this.#out.text(this.#layout.header(names));
    this.#prefixes = names.map((name, index) => Buffer.from(this.#layout.before(name, index), "utf8"));
    this.#encoders = names.map(
      (name) =>
        new CellEncoder(Object.hasOwn(columns, name) ? columns[name] : undefined, this.#layout.syntax),
    );
    return this.#encoders;
  }

  /** Hands the piece to the disk and goes on in the other buffer. */
  async #flush(): Promise<void> {
    throwIfAborted(this.#signal);
    await this.#writing;
    const full = this.#out;
    const piece = full.bytes.subarray(0, full.length);
    this.#out = this.#spare;
    this.#out.length = 0;
    this.#spare = full;
    this.#writing = this.#send(piece);
    this.#writing.catch(() => undefined);
  }

  async #send(piece: Uint8Array): Promise<void> {
    if (!this.#gzip) return this.#file.write(piece);
    const ready = this.#gzip.write(Buffer.from(piece));
    if (!ready) await Promise.race([once(this.#gzip, "drain"), this.#drained]);
  }
}

async function drain(gzip: Gzip, file: AtomicFile): Promise<void> {
  for await (const piece of gzip) await file.write(piece as Buffer);
}
