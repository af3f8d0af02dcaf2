// A thread that writes Parquet files while the one that started it makes their rows. DuckDB asks for rows as it encodes
// them; where there are none yet, this thread waits. Nothing is kept but the row group under way.

import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Database, type DataChunk, type LogicalType, sqlText } from "./duckdb/database.ts";
import type { VectorSpec } from "./parquet/column-forms.ts";
import {
  CellFault,
  type FillCodes,
  type FillNumbers,
  fillMembers,
  fillNumbers,
  ValueTable,
} from "./parquet/fill-vectors.ts";
import { RowSlots, vectorRows } from "./parquet/row-slots.ts";
import { TextStore } from "./parquet/text-cells.ts";
import {
  type DictionaryBlock,
  endedWord,
  type FromThread,
  sentWord,
  stopWord,
  type ToThread,
} from "./parquet/thread-messages.ts";

const { port, control } = workerData as { port: MessagePort; control: Int32Array };

class Stopped extends Error {}

/** The next message; waits for it. */
function receive(): ToThread {
  for (;;) {
    const sent = Atomics.load(control, sentWord);
    if (Atomics.load(control, stopWord) === 1) throw new Stopped();
    const received = receiveMessageOnPort(port);
    if (received) return received.message as ToThread;
    Atomics.wait(control, sentWord, sent);
  }
}

const answer = (message: FromThread): void => port.postMessage(message);

type Fill =
  | { readonly wire: "number"; readonly fill: FillNumbers }
  | { readonly wire: "code"; readonly fill: FillCodes };

/** The rows of one file, as DuckDB asks for them. */
class FileRows {
  readonly types: readonly LogicalType[];
  /** What stopped the file, where it was one of ours. */
  fault: unknown;
  readonly #database: Database;
  readonly #slots: RowSlots;
  readonly #fills: readonly Fill[];
  readonly #dictionaries = new Map<number, TextStore | ValueTable>();
  #slot = -1;
  #rows = 0;
  #at = 0;
  #ended = false;

  constructor(database: Database, vectors: readonly VectorSpec[], memory: SharedArrayBuffer) {
    const { bindings } = database;
    this.#database = database;
    this.#slots = new RowSlots(
      vectors.map(({ wire }) => wire),
      memory,
    );
    this.types = vectors.map(({ type, members }) =>
      type === "ENUM"
        ? bindings.create_enum_type(members!)
        : bindings.create_logical_type(bindings.Type[type]),
    );
    this.#fills = vectors.map((spec, column) => this.#filler(spec, column));
  }

  readonly fill = (chunk: DataChunk): void => {
    try {
      this.#fill(chunk);
    } catch (cause) {
      this.fault = cause;
      throw cause;
    }
  };

  #filler({ wire, form, type, members }: VectorSpec, column: number): Fill {
    const { bindings } = this.#database;
    if (wire === "number") return { wire, fill: fillNumbers(bindings, type) };
    if (form === "categories") return { wire, fill: fillMembers(bindings, members!.length) };
    const dictionary = form === "values" ? new ValueTable(bindings, type) : new TextStore(bindings);
    this.#dictionaries.set(column, dictionary);
    return { wire, fill: dictionary.filler() };
  }

  #fill(chunk: DataChunk): void {
    const { bindings } = this.#database;
    while (this.#at === this.#rows && !this.#ended) this.#next();
    const from = this.#at;
    const rows = Math.min(vectorRows, this.#rows - from);
    bindings.data_chunk_set_size(chunk, rows);
    if (rows === 0) return;
    this.#fills.forEach((column, index) => {
      const vector = bindings.data_chunk_get_vector(chunk, index);
      try {
        if (column.wire === "number")
          column.fill(this.#slots.numbers(this.#slot, index).subarray(from, from + rows), rows, vector);
        else column.fill(this.#slots.codes(this.#slot, index).subarray(from, from + rows), rows, vector);
      } catch (cause) {
        if (cause instanceof CellFault) Object.assign(cause, { column: index });
        throw cause;
      }
    });
    this.#at += rows;
  }

  #next(): void {
    if (this.#slot >= 0) answer({ kind: "free", slot: this.#slot });
    this.#slot = -1;
    const message = receive();
    if (message.kind === "rows") {
      for (const block of message.blocks) this.#learn(block);
      this.#slot = message.slot;
      this.#rows = message.rows;
      this.#at = 0;
    } else if (message.kind === "end") {
      this.#ended = true;
      this.#rows = 0;
      this.#at = 0;
    } else throw new Error(`internal: ${message.kind} within a file`);
  }

  #learn(block: DictionaryBlock): void {
    const dictionary = this.#dictionaries.get(block.column);
    if (block.kind === "texts" && dictionary instanceof TextStore)
      dictionary.put(block.from, block.joined, block.lengths);
    else if (block.kind === "values" && dictionary instanceof ValueTable)
      dictionary.put(block.from, block.values);
    else throw new Error(`internal: column ${block.column} takes no ${block.kind}`);
  }
}

async function write(message: Extract<ToThread, { kind: "begin" }>): Promise<void> {
  const { path, vectors, memory, select, rowGroupRows, memoryLimit, overflowFolder } = message;
  const database = await Database.open({ paths: [path], memoryLimit, overflowFolder, threads: 1 });
  try {
    const rows = new FileRows(database, vectors, memory);
    database.addRowSource("incoming", rows.types, rows.fill);
    try {
      await database.run(
        `COPY (SELECT ${select} FROM incoming()) TO ${sqlText(path)} (FORMAT parquet, ROW_GROUP_SIZE ${rowGroupRows},
         WRITE_BLOOM_FILTER false, DICTIONARY_SIZE_LIMIT ${2 * vectorRows}, USE_TMP_FILE false)`,
      );
    } catch (cause) {
      throw rows.fault ?? cause;
    }
  } finally {
    database.close();
  }
}

async function serve(): Promise<void> {
  for (;;) {
    const message = receive();
    if (message.kind === "quit") return;
    if (message.kind !== "begin") throw new Error(`internal: ${message.kind} before a file`);
    await write(message);
    answer({ kind: "written" });
  }
}

serve()
  .catch((cause: unknown) => {
    if (cause instanceof Stopped) return;
    const { column, value } = cause as { column?: number; value?: number };
    const text = cause instanceof Error ? cause.message : String(cause);
    answer({
      kind: "failed",
      message: text,
      ...(cause instanceof CellFault ? { cell: { column: column!, value: value! } } : {}),
    });
  })
  .finally(() => {
    Atomics.store(control, endedWord, 1);
    Atomics.notify(control, endedWord);
    port.close();
  });
