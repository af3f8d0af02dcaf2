// The same sampler as several programs, so that windows are drawn side by side: a window on one thread that stays in its
// cache costs a fifth less than the same window cut over two threads, which wait for each other at every step.

import {
  buildProgram,
  defaultThreads,
  type EntrySpec,
  isTensorData,
  leavesOf,
  type Program,
  type RunOptions,
  type TensorData,
} from "@verisim/tensor";

/** Most lanes: beyond them threads go to each. */
const mostLanes = 8;
/** Bytes of all lanes together, beyond which there is one. */
const mostBytes = 2 ** 26;

/** What a lane is built from. */
export interface LaneSpec {
  readonly state: unknown;
  readonly entries: Readonly<Record<string, EntrySpec>>;
}

type CallOptions = Omit<RunOptions, "steps" | "inputs" | "onProgress">;

/** Programs that are alike, the first from the start, the others from when they are first used. */
export class WindowLanes {
  readonly #specOf: () => LaneSpec;
  readonly #programs: Program[];
  /** How many windows are worth drawing at once. */
  readonly count: number;

  /** @param specOf the numbers as they are when it is called */
  constructor(specOf: () => LaneSpec) {
    this.#specOf = specOf;
    const spec = specOf();
    const first = buildProgram(spec) as Program;
    this.#programs = [first];
    const arenas = Object.values(first.plan).map(({ arenaBytes }) => arenaBytes);
    const state = leavesOf(spec.state, isTensorData).reduce(
      (sum, { value }) => sum + value.data.byteLength,
      0,
    );
    const fitting = Math.floor(mostBytes / (Math.max(...arenas) + state));
    this.count = Math.max(1, Math.min(mostLanes, defaultThreads(), fitting));
  }

  /** One step of an entry on lane 0 to count - 1; calls on one lane run one after another. */
  call(
    lane: number,
    entry: string,
    inputs: Readonly<Record<string, TensorData>>,
    options: CallOptions,
  ): Promise<Record<string, TensorData>> {
    while (this.#programs.length <= lane) {
      const [first] = this.#programs;
      this.#programs.push(buildProgram(this.#specOf(), first ? { like: first } : {}) as Program);
    }
    return this.#programs[lane]!.call(entry, inputs, options) as Promise<Record<string, TensorData>>;
  }

  /** Threads of each lane where all are used. */
  get threadsEach(): number {
    return Math.max(1, Math.floor(defaultThreads() / this.count));
  }

  /** Writes a part of the state of all. */
  write(state: unknown): void {
    for (const program of this.#programs) program.write(state);
  }

  free(): void {
    for (const program of this.#programs) program.free();
  }
}
