// Which parts of the code a run went through, from V8's own block coverage: what the engine counts natively, nothing is
// instrumented. Inputs that reach a part for the first time are worth keeping and changing further.

import { Session } from "node:inspector";

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface ScriptCoverage {
  readonly url: string;
  /** Ranges from the whole function to its inner blocks; a block that ran as often as what is around it has none. */
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** What one look found: the functions that were called, and 1 for each of their characters that ran. */
export type Reached = ReadonlyMap<string, Uint8Array>;

export class Coverage {
  readonly #session = new Session();
  readonly #scripts: RegExp;
  readonly #known = new Map<string, Uint8Array>();

  /** @param scripts matches the URLs of the scripts that count */
  constructor(scripts: RegExp) {
    this.#scripts = scripts;
    this.#session.connect();
    this.#call("Profiler.enable");
    this.#call("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Characters of code that are known to run. */
  get size(): number {
    let size = 0;
    for (const ran of this.#known.values()) for (const one of ran) size += one;
    return size;
  }

  /** What ran since the last look. */
  take(): Reached {
    const { result } = this.#call("Profiler.takePreciseCoverage") as { result: readonly ScriptCoverage[] };
    const reached = new Map<string, Uint8Array>();
    for (const { url, functions } of result) {
      if (!this.#scripts.test(url)) continue;
      for (const { ranges } of functions) {
        const whole = ranges[0]!;
        if (whole.count === 0) continue;
        const ran = new Uint8Array(whole.endOffset - whole.startOffset);
        for (const { startOffset, endOffset, count } of ranges)
          ran.fill(count > 0 ? 1 : 0, startOffset - whole.startOffset, endOffset - whole.startOffset);
        reached.set(`${url}:${whole.startOffset}-${whole.endOffset}`, ran);
      }
    }
    return reached;
  }

  /** Whether anything ran for the first time. */
  isNew(reached: Reached): boolean {
    for (const [name, ran] of reached) {
      const known = this.#known.get(name);
      if (known === undefined || ran.some((one, at) => one > known[at]!)) return true;
    }
    return false;
  }

  learn(reached: Reached): void {
    for (const [name, ran] of reached) {
      const known = this.#known.get(name);
      if (known === undefined) this.#known.set(name, ran);
      else for (let at = 0; at < ran.length; at++) known[at]! |= ran[at]!;
    }
  }

  #call(method: string, parameters: object = {}): unknown {
    let answer: unknown;
    // The inspector of one's own thread answers before post returns.
    this.#session.post(method, parameters, (error, result) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  }
}
