// The sender's side of the thread that writes Parquet: messages to it, and waiting for what it answers.

import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import {
  controlWords,
  endedWord,
  type FromThread,
  sentWord,
  stopWord,
  type ToThread,
} from "./thread-messages.ts";

/** What the thread says of a file that it could not write. */
export class ThreadFault extends Error {
  readonly cell: { readonly column: number; readonly value: number } | undefined;

  constructor({ message, cell }: Extract<FromThread, { kind: "failed" }>) {
    super(message);
    this.cell = cell;
  }
}

/** How long the end of the process waits for the thread to let go of its file. */
const longestEndMs = 10_000;

const fromSource = import.meta.url.endsWith(".ts");

/** A thread that is ended within one of DuckDB's calls takes the process with it: it has to leave by itself. */
const running = new Set<ParquetThread>();

function leaveAll(): void {
  for (const thread of running) thread.leave();
}

function remember(thread: ParquetThread): void {
  if (running.size === 0) process.prependListener("exit", leaveAll);
  running.add(thread);
}

function forget(thread: ParquetThread): void {
  running.delete(thread);
  if (running.size === 0) process.off("exit", leaveAll);
}

export class ParquetThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #control: Int32Array = new Int32Array(
    new SharedArrayBuffer(controlWords * Int32Array.BYTES_PER_ELEMENT),
  );
  readonly #free: number[] = [];
  #written = 0;
  #fault: unknown;
  #ended = false;
  #isWriting = false;
  #wake: (() => void) | undefined;

  /** Starts the thread, which loads the database engine while other work is done. */
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(
      new URL(fromSource ? "../parquet-thread.ts" : "./parquet-thread.js", import.meta.url),
      {
        name: "parquet",
        workerData: { port: port2, control: this.#control },
        transferList: [port2],
        // None of the process's own: it may have been started on a text ("--eval"), which a thread cannot be.
        execArgv: fromSource ? ["--conditions=verisim-source"] : [],
      },
    );
    this.#port.on("message", (message: FromThread) => {
      if (message.kind === "free") this.#free.push(message.slot);
      else if (message.kind === "written") {
        this.#written++;
        this.#isWriting = false;
      } else this.#fault ??= new ThreadFault(message);
      this.#wake?.();
    });
    this.#worker.on("error", (cause) => {
      this.#fault ??= cause;
      this.#wake?.();
    });
    this.#worker.on("exit", () => {
      this.#ended = true;
      forget(this);
      this.#wake?.();
    });
    remember(this);
    // A writer that nobody closes does not keep the process.
    this.#port.unref();
    this.#worker.unref();
  }

  send(message: ToThread): void {
    if (message.kind === "begin") this.#isWriting = true;
    this.#port.postMessage(message);
    this.#notify();
  }

  /** Slots that may be filled from the start. */
  addSlots(count: number): void {
    for (let slot = 0; slot < count; slot++) this.#free.push(slot);
  }

  /** A slot that may be filled, or undefined where all are on their way. */
  takeSlot(): number | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    return this.#free.shift();
  }

  waitForSlot(): Promise<number> {
    return this.#until(() => this.#free.shift());
  }

  async waitForFile(): Promise<void> {
    await this.#until(() => (this.#written > 0 ? this.#written-- : undefined));
  }

  /** Ends the thread, whatever it does; resolves when it has let go of its file. */
  async stop(): Promise<void> {
    this.#stopNow();
    this.#fault = undefined;
    await this.#until(() => (this.#ended ? true : undefined)).catch(() => undefined);
  }

  /** Ends the thread without waiting for the event loop, but for its file. */
  leave(): void {
    this.#stopNow();
    if (this.#isWriting) Atomics.wait(this.#control, endedWord, 0, longestEndMs);
  }

  #stopNow(): void {
    Atomics.store(this.#control, stopWord, 1);
    this.#notify();
  }

  #notify(): void {
    Atomics.add(this.#control, sentWord, 1);
    Atomics.notify(this.#control, sentWord);
  }

  async #until<T>(found: () => T | undefined): Promise<T> {
    this.#worker.ref();
    this.#port.ref();
    try {
      for (;;) {
        if (this.#fault !== undefined) throw this.#fault;
        const value = found();
        if (value !== undefined) return value;
        if (this.#ended) throw new Error("internal: the thread that writes Parquet has ended");
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#wake = undefined;
      this.#port.unref();
      this.#worker.unref();
    }
  }
}
