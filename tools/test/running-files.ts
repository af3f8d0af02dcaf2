// A reporter of vitest that keeps the names of the files that are running in a file, so that a run which is ended at its
// limit can say where it was.

import { rmSync, writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** Variable of the environment that names the file; only steps of the test run have it. */
export const runningVariable = "VERISIM_TEST_RUNNING";

export class RunningFiles implements Reporter {
  readonly #file: string;
  readonly #running = new Set<string>();

  constructor(file: string) {
    this.#file = file;
  }

  onTestModuleStart(module: TestModule): void {
    this.#running.add(module.relativeModuleId);
    this.#keep();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#running.delete(module.relativeModuleId);
    this.#keep();
  }

  #keep(): void {
    if (this.#running.size === 0) rmSync(this.#file, { force: true });
    else writeFileSync(this.#file, [...this.#running].join(", "));
  }
}
