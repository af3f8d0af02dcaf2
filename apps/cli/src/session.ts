// What a command may do to the outside: results on stdout, messages and progress on stderr, and a signal that tells it
// to stop. Also keeps the time of every phase.

import type { Progress } from "@verisim/core";
import { ProgressLine } from "./progress-line.ts";

export interface PhaseTime {
  phase: string;
  seconds: number;
}

export interface SessionOptions {
  readonly signal: AbortSignal;
  readonly quiet: boolean;
  readonly json: boolean;
}

export class Session {
  readonly signal: AbortSignal;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Passed on to everything that reports progress. */
  readonly onProgress: (progress: Progress) => void;
  readonly #line: ProgressLine | undefined;
  readonly #start: number = performance.now();
  readonly #phases = new Map<string, number>();

  constructor({ signal, quiet, json }: SessionOptions) {
    this.signal = signal;
    this.quiet = quiet;
    this.json = json;
    this.#line = process.stderr.isTTY && !quiet ? new ProgressLine(process.stderr) : undefined;
    this.onProgress = (progress) => this.#line?.update(progress);
  }

  /** A message for people; silent with --quiet. */
  say(text: string): void {
    if (this.quiet) return;
    this.clearProgress();
    process.stderr.write(`${text}\n`);
  }

  /** A result, for people or machines. */
  print(text: string): void {
    this.clearProgress();
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  clearProgress(): void {
    this.#line?.clear();
  }

  /** Runs `work` and adds its time to the phase. */
  async timed<T>(phase: string, work: () => Promise<T> | T): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + (performance.now() - start) / 1000);
    }
  }

  /** Phases in the order in which they began. */
  get timings(): PhaseTime[] {
    return [...this.#phases].map(([phase, seconds]) => ({ phase, seconds }));
  }

  /** Seconds since the command began. */
  get seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }
}
