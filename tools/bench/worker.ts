// One side of a benchmark: a process that stays alive and answers each line of JSON with one line of JSON. Loading,
// imports and warm-up lie outside the time that it reports.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What a worker says about one run; the numbers beside `seconds` are reported as details. */
export interface Sample {
  readonly seconds: number;
  readonly [detail: string]: unknown;
}

export class Worker {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly name: string;
  #errors = "";

  constructor(name: string, command: readonly string[], env: NodeJS.ProcessEnv) {
    this.name = name;
    this.#child = spawn(command[0]!, command.slice(1), { env, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk).slice(-4000);
    });
    this.#child.stdin.on("error", () => {
      // The end of its output, which says more, follows.
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Asks for one run and waits for its answer. */
  async run(): Promise<Sample> {
    this.#child.stdin.write('{"command":"run"}\n');
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`The worker ${this.name} ended without an answer.\n${this.#errors}`);
    return JSON.parse(value) as Sample;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve();
      this.#child.on("close", () => resolve());
      this.#child.stdin.end();
      setTimeout(() => this.#child.kill("SIGKILL"), 5_000).unref();
    });
  }
}
