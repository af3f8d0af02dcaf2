// Training that looks after itself, for every learned generator: whole steps run natively in chunks; between chunks it looks
// at losses and at the quality of what the network now makes, keeps the best state, goes back and slows down where
// training breaks, stops when nothing more is won or the time is up, and can be stopped and taken up again to the bit.

import { type Progress, type RunOptions, throwIfAborted, VerisimError } from "@verisim/core";
import type { TensorData } from "@verisim/tensor";

/** What is trained, as the supervisor sees it. */
export interface Trainee<State> {
  /** Runs `steps` steps from step number `first`; losses by name, one number per step. */
  run(
    first: number,
    steps: number,
    rate: number,
    run: { readonly signal?: AbortSignal; readonly onProgress?: (done: number) => void },
  ): Promise<Readonly<Record<string, TensorData>>>;
  /** A copy of everything that training changes. @param into an earlier copy that nobody needs: its memory may be used */
  save(into?: State): State;
  restore(state: State): void;
  /** Quality of what the network makes now, higher is better, about 0 to 1; undefined where nothing can be held out. */
  quality?(): Promise<number>;
}

export interface TrainingPlan {
  readonly steps: number;
  /** Step after which training ends, where it is known that the later ones gain nothing; the schedule stays that of all. */
  readonly lastStep?: number;
  /** Steps between two looks. */
  readonly every: number;
  /** Looks without a gain of `leastGain` before training stops; Infinity: never. */
  readonly patience: number;
  readonly leastGain: number;
  /** Looks to wait before patience counts. */
  readonly warmup: number;
  /** Learning-rate factor at a share of the steps done, 0 to 1. */
  readonly schedule: (share: number) => number;
  /** True: the best state by quality is what remains; false: the last one. */
  readonly keepBest: boolean;
  /** Wall-clock milliseconds from now on. */
  readonly maxTimeMs?: number;
}

/** Where a training stands between two looks: everything that going on needs, besides the trainee's own state. */
export interface TrainingRecord {
  readonly step: number;
  readonly rate: number;
  /** Best quality so far; null before there is one. */
  readonly best: number | null;
  readonly bestStep: number;
  readonly looksSinceBest: number;
  readonly looksBelow: number;
  readonly recoveries: number;
  readonly history: readonly QualityPoint[];
  readonly notes: readonly string[];
}

export interface QualityPoint {
  readonly step: number;
  readonly quality: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** A training that can be taken up: its record, the state that it stands at and the best one. */
export interface TrainingCheckpoint<State> {
  readonly record: TrainingRecord;
  readonly state: State;
  readonly best: State | null;
}

export interface SupervisorHooks<State> extends RunOptions {
  /** Takes up a training. */
  readonly from?: TrainingCheckpoint<State>;
  /** Called after every look. */
  readonly onCheckpoint?: (checkpoint: TrainingCheckpoint<State>) => Promise<void>;
  readonly stepsPerEpoch: number;
}

export interface TrainingOutcome {
  readonly record: TrainingRecord;
  readonly stopped: "steps" | "quality" | "time";
}

/** Steps that show the pace where the time is short. */
const paceSteps = 5;
/** Times that training goes back to an earlier state before it gives up. */
const mostRecoveries = 5;
/** Quality that must be lost, at this many looks in a row, to count as a collapse. */
const collapseLoss = 0.1;
const collapseLooks = 3;

/**
 * Trains by a plan.
 * @throws VerisimError `VERISIM_ABORTED`; `VERISIM_TRAINING_DIVERGED` when losses are not finite again and again
 */
export async function supervise<State>(
  trainee: Trainee<State>,
  plan: TrainingPlan,
  hooks: SupervisorHooks<State>,
): Promise<TrainingOutcome> {
  const started = performance.now();
  /** Milliseconds of the budget that are left. */
  const left = (): number => (plan.maxTimeMs ?? Number.POSITIVE_INFINITY) - (performance.now() - started);
  const keeper = new Keeper(trainee, plan, hooks);
  // A training that had gained all it would may be taken up for what comes after it.
  let stopped: TrainingOutcome["stopped"] = keeper.isSpent ? "quality" : "steps";
  const end = Math.min(plan.steps, plan.lastStep ?? plan.steps);
  while (!keeper.isSpent && keeper.step < end) {
    throwIfAborted(hooks.signal);
    const most = Math.min(plan.every, end - keeper.step);
    const rate = keeper.rate * plan.schedule(keeper.step / plan.steps);
    const report = (done: number): void =>
      hooks.onProgress?.({
        phase: "fit",
        done: Math.floor((keeper.step + done) / hooks.stepsPerEpoch),
        total: Math.ceil(plan.steps / hooks.stepsPerEpoch),
        unit: "epochs",
        ...keeper.figures,
        ...(plan.maxTimeMs === undefined ? {} : { budgetLeftMs: Math.max(0, left()) }),
      });
    const run = async (from: number, steps: number): Promise<Record<string, number>> =>
      meanLosses(
        await trainee.run(keeper.step + from, steps, rate, {
          ...(hooks.signal ? { signal: hooks.signal } : {}),
          ...(hooks.onProgress ? { onProgress: (done) => report(from + done) } : {}),
        }),
      );
    const before = performance.now();
    let chunk = plan.maxTimeMs === undefined ? most : Math.min(most, paceSteps);
    let means = await run(0, chunk);
    const pace = (performance.now() - before) / chunk;
    // Of a chunk that the time does not allow, what it does allow; steps are the same however they are cut.
    const more = Math.min(most - chunk, Math.floor(left() / pace));
    if (more > 0 && Object.values(means).every(Number.isFinite)) {
      means = await run(chunk, more);
      chunk += more;
    }
    const looked = performance.now();
    const verdict = await keeper.look(chunk, means);
    report(0);
    await hooks.onCheckpoint?.(keeper.checkpoint());
    if (verdict === "stop") {
      stopped = "quality";
      break;
    }
    // A look costs as much as the last one, and is worth that after some steps only.
    if (left() < paceSteps * pace + (performance.now() - looked)) {
      stopped = "time";
      break;
    }
  }
  if (keeper.step >= end && end < plan.steps) stopped = "quality";
  keeper.finish();
  return { record: keeper.record(), stopped };
}

/** Means of the last tenth of a chunk's losses; NaN where one of them is not finite. */
function meanLosses(losses: Readonly<Record<string, TensorData>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(losses).map(([name, { data }]) => {
      if (data.some((loss) => !Number.isFinite(loss))) return [name, Number.NaN];
      const tail = Array.from(data.subarray(Math.floor(data.length * 0.9)));
      return [name, tail.reduce((sum, loss) => sum + loss, 0) / tail.length];
    }),
  );
}

/** The record and the states that training may go back to. */
class Keeper<State> {
  readonly #trainee: Trainee<State>;
  readonly #plan: TrainingPlan;
  #best: State | null;
  /** The state at the last sound look. */
  #sound: State;
  /** States that were made here and are needed no more: whole networks, too large to be made anew at every look. */
  readonly #spare: State[] = [];
  readonly #reuses: boolean;
  #record: TrainingRecord;
  #losses: Readonly<Record<string, number>> | undefined;

  constructor(
    trainee: Trainee<State>,
    plan: TrainingPlan,
    { from, onCheckpoint }: Pick<SupervisorHooks<State>, "from" | "onCheckpoint">,
  ) {
    this.#trainee = trainee;
    this.#plan = plan;
    // Whoever is given states may keep them, and those of a checkpoint belong to its owner.
    this.#reuses = from === undefined && onCheckpoint === undefined;
    if (from) {
      trainee.restore(from.state);
      this.#record = from.record;
    } else {
      this.#record = {
        step: 0,
        rate: 1,
        best: null,
        bestStep: 0,
        looksSinceBest: 0,
        looksBelow: 0,
        recoveries: 0,
        history: [],
        notes: [],
      };
    }
    this.#best = from?.best ?? null;
    this.#sound = from?.state ?? trainee.save();
  }

  get step(): number {
    return this.#record.step;
  }

  get rate(): number {
    return this.#record.rate;
  }

  /** Whether too many looks have passed without a gain. */
  get isSpent(): boolean {
    return this.#record.looksSinceBest > this.#plan.patience;
  }

  /** Losses and quality of the latest look, for reports. */
  get figures(): Pick<Progress, "losses" | "quality"> {
    const { history, best } = this.#record;
    const last = history.at(-1);
    return {
      ...(this.#losses ? { losses: this.#losses } : {}),
      ...(last && best !== null ? { quality: { now: last.quality, best } } : {}),
    };
  }

  record(): TrainingRecord {
    return this.#record;
  }

  checkpoint(): TrainingCheckpoint<State> {
    return { record: this.#record, state: this.#sound, best: this.#best };
  }

  /** Judges a chunk. */
  async look(steps: number, losses: Readonly<Record<string, number>>): Promise<"go on" | "stop"> {
    const step = this.#record.step + steps;
    this.#losses = losses;
    if (Object.values(losses).some((loss) => !Number.isFinite(loss))) {
      this.#goBack(step, "a loss was not finite");
      return "go on";
    }
    const quality = await this.#trainee.quality?.();
    if (quality !== undefined && !Number.isFinite(quality)) {
      this.#goBack(step, "the network's numbers were not finite");
      return "go on";
    }
    if (quality === undefined) {
      this.#record = { ...this.#record, step };
      this.#keep(this.#trainee.save(this.#spare.pop()), this.#best);
      return "go on";
    }
    return this.#compare(step, quality, losses);
  }

  #compare(step: number, quality: number, losses: Readonly<Record<string, number>>): "go on" | "stop" {
    const { looksSinceBest, looksBelow, history } = this.#record;
    const best = this.#record.best ?? Number.NEGATIVE_INFINITY;
    const { warmup, leastGain } = this.#plan;
    const looks = history.length + 1;
    const below = quality < best - collapseLoss ? looksBelow + 1 : 0;
    this.#record = {
      ...this.#record,
      step,
      looksBelow: below,
      looksSinceBest: looks <= warmup || quality >= best + leastGain ? 0 : looksSinceBest + 1,
      history: [...history, { step, quality, losses }],
    };
    const saved = this.#trainee.save(this.#spare.pop());
    const gained = quality > best;
    if (gained) this.#record = { ...this.#record, best: quality, bestStep: step };
    this.#keep(saved, gained ? saved : this.#best);
    if (this.#plan.keepBest && below >= collapseLooks) {
      this.#goBack(step, "the network made fewer and fewer kinds of rows");
      return "go on";
    }
    return this.isSpent ? "stop" : "go on";
  }

  /** From now on these two are needed, and what they take the place of is not. */
  #keep(sound: State, best: State | null): void {
    const before = new Set([this.#sound, this.#best]);
    this.#sound = sound;
    this.#best = best;
    if (!this.#reuses) return;
    for (const state of before)
      if (state !== null && state !== sound && state !== best) this.#spare.push(state);
  }

  /** Back to the best state (the last sound one where there is none), at half the rate. */
  #goBack(step: number, reason: string): void {
    const recoveries = this.#record.recoveries + 1;
    if (recoveries > mostRecoveries)
      throw new VerisimError(
        "VERISIM_TRAINING_DIVERGED",
        `Expected training to settle but ${reason} ${recoveries} times, at step ${step} the last time.`,
        { hint: "Lower learningRate, or raise batchSize." },
      );
    const state = this.#best ?? this.#sound;
    this.#trainee.restore(state);
    this.#keep(state, this.#best);
    const rate = this.#record.rate / 2;
    const note = `At step ${step} ${reason}; training went back to ${this.#best ? `step ${this.#record.bestStep}` : "the look before"} and on at ${rate} of the learning rate.`;
    this.#record = {
      ...this.#record,
      step,
      rate,
      recoveries,
      looksBelow: 0,
      looksSinceBest: 0,
      notes: [...this.#record.notes, note],
    };
  }

  finish(): void {
    if (this.#plan.keepBest && this.#best) this.#trainee.restore(this.#best);
  }
}
