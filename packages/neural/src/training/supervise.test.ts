// What the supervisor does with trainings that break, collapse, stand still or are stopped. The trainee is a walk along a
// line: its state is where it stands, and what it makes is good near 100.

import { VerisimError } from "@verisim/core";
import { tensorData } from "@verisim/tensor";
import { describe, expect, test } from "vitest";
import { coolingSchedule } from "./schedule.ts";
import {
  type SupervisorHooks,
  supervise,
  type Trainee,
  type TrainingCheckpoint,
  type TrainingPlan,
} from "./supervise.ts";

interface Walk extends Trainee<number> {
  readonly rates: number[];
  place: number;
}

/** One to the right per step at rate 1. @param breaks where a loss is NaN, by place and rate */
function walk(breaks: (place: number, rate: number) => boolean = () => false): Walk {
  const own: Walk = {
    place: 0,
    rates: [],
    async run(_first, steps, rate) {
      own.rates.push(rate);
      const losses = new Float32Array(steps);
      for (let i = 0; i < steps; i++) {
        own.place += rate;
        losses[i] = breaks(own.place, rate) ? Number.NaN : Math.abs(100 - own.place);
      }
      return { loss: tensorData(losses) };
    },
    save: () => own.place,
    restore: (place) => {
      own.place = place;
    },
    quality: async () => 1 - Math.abs(100 - own.place) / 200,
  };
  return own;
}

const plan: TrainingPlan = {
  steps: 200,
  every: 10,
  patience: Number.POSITIVE_INFINITY,
  leastGain: 0.001,
  warmup: 0,
  schedule: () => 1,
  keepBest: true,
};
const hooks = { stepsPerEpoch: 20 };

describe("a training under supervision", () => {
  test("ends at its best state, and tells the looks and their losses", async () => {
    const trainee = walk();
    const { record, stopped } = await supervise(trainee, { ...plan, steps: 120 }, hooks);
    expect(stopped).toBe("steps");
    expect(trainee.place).toBe(100);
    expect(record).toMatchObject({ step: 120, best: 1, bestStep: 100, recoveries: 0, rate: 1 });
    expect(record.history.map(({ step }) => step)).toEqual([
      10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120,
    ]);
    // The last tenth of ten losses is the last one.
    expect(record.history[2]).toEqual({ step: 30, quality: 0.65, losses: { loss: 70 } });
  });

  test("keeps the last state where the best one is not asked for", async () => {
    const trainee = walk();
    await supervise(trainee, { ...plan, keepBest: false, steps: 120 }, hooks);
    expect(trainee.place).toBe(120);
  });

  test("ends after the last step that is asked for, at the rates of the whole plan", async () => {
    const trainee = walk();
    const cooling = { ...plan, keepBest: false, schedule: coolingSchedule(1), lastStep: 35 };
    const { record, stopped } = await supervise(trainee, cooling, hooks);
    expect([record.step, stopped]).toEqual([35, "quality"]);
    expect(trainee.rates).toEqual([1, 0.95, 0.9, 0.85]);
  });

  test("goes back to the best state and halves the rate when a loss is not finite", async () => {
    const trainee = walk((place, rate) => place > 55 && rate > 0.5);
    const { record } = await supervise(trainee, plan, hooks);
    expect(record.recoveries).toBe(1);
    expect(record.rate).toBe(0.5);
    expect(trainee.rates).toEqual([...Array<number>(6).fill(1), ...Array<number>(14).fill(0.5)]);
    expect(record.notes).toEqual([
      "At step 60 a loss was not finite; training went back to step 50 and on at 0.5 of the learning rate.",
    ]);
    // 50, and 14 looks of half a step each.
    expect(record).toMatchObject({ step: 200, bestStep: 160, best: 1 });
    expect(trainee.place).toBe(100);
  });

  test("goes back to the last sound state where there is no quality", async () => {
    const trainee = walk((place, rate) => place > 55 && rate > 0.5);
    delete trainee.quality;
    const { record } = await supervise(trainee, { ...plan, keepBest: false, steps: 80 }, hooks);
    expect(record).toMatchObject({ recoveries: 1, best: null, step: 80 });
    expect(record.notes[0]).toContain("went back to the look before");
    expect(trainee.place).toBe(60);
  });

  test("gives up with a coded error when training breaks again and again", async () => {
    const work = supervise(
      walk((place) => place > 25),
      plan,
      hooks,
    );
    await expect(work).rejects.toMatchObject({
      code: "VERISIM_TRAINING_DIVERGED",
      message: expect.stringContaining("6 times"),
    });
  });

  test("takes a quality that is not finite for a break", async () => {
    const trainee = walk();
    let looks = 0;
    const quality = trainee.quality!;
    trainee.quality = async () => (++looks === 4 ? Number.NaN : quality());
    const { record } = await supervise(trainee, { ...plan, steps: 60 }, hooks);
    expect(record.notes[0]).toContain("the network's numbers were not finite");
    expect(record).toMatchObject({ recoveries: 1, rate: 0.5 });
  });

  test("goes back when modes are lost at three looks in a row", async () => {
    const trainee = walk();
    const { record } = await supervise(trainee, { ...plan, steps: 160 }, hooks);
    // Beyond 120 the quality is more than 0.1 below the best; at 150 for the third time.
    expect(record.notes).toEqual([
      "At step 150 the network made fewer and fewer kinds of rows; training went back to step 100 and on at 0.5 of the learning rate.",
    ]);
    expect(trainee.place).toBe(100);
  });

  test("stops when nothing more is gained", async () => {
    const trainee = walk();
    const { record, stopped } = await supervise(trainee, { ...plan, patience: 2 }, hooks);
    expect(stopped).toBe("quality");
    expect(record).toMatchObject({ step: 130, bestStep: 100 });
    expect(trainee.place).toBe(100);
  });

  test("does not count looks before the warm-up is over", async () => {
    const still = walk();
    still.quality = async () => 0.5;
    const patient = { ...plan, patience: 2 };
    expect((await supervise(still, patient, hooks)).record.step).toBe(40);
    expect((await supervise(still, { ...patient, warmup: 5 }, hooks)).record.step).toBe(80);
  });

  test("stops when its time is up, and says how much is left", async () => {
    const slow = walk();
    const { run } = slow;
    slow.run = async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return run(...args);
    };
    const left: (number | undefined)[] = [];
    const { record, stopped } = await supervise(
      slow,
      { ...plan, steps: 100_000, maxTimeMs: 150 },
      { ...hooks, onProgress: ({ budgetLeftMs }) => left.push(budgetLeftMs) },
    );
    expect(stopped).toBe("time");
    expect(record.step).toBeLessThanOrEqual(80);
    expect(left[0]).toBeLessThanOrEqual(150);
    expect(left).toEqual([...left].sort((a, b) => b! - a!));
  });

  test("learns of a chunk what the time allows", async () => {
    const slow = walk();
    const { run } = slow;
    slow.run = async (first, steps, ...rest) => {
      await new Promise((resolve) => setTimeout(resolve, 4 * steps));
      return run(first, steps, ...rest);
    };
    const before = performance.now();
    const { record, stopped } = await supervise(
      slow,
      { ...plan, steps: 10_000, every: 5000, maxTimeMs: 200 },
      hooks,
    );
    expect(stopped).toBe("time");
    expect(record.step).toBeLessThanOrEqual(50);
    // A whole chunk would take 20 seconds.
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test("lowers rates by its schedule", async () => {
    const trainee = walk();
    await supervise(trainee, { ...plan, steps: 40, schedule: coolingSchedule(0.5) }, hooks);
    expect(trainee.rates).toEqual([1, 1, 1, 0.5]);
  });

  test("reports epochs, losses and quality", async () => {
    const reports: unknown[] = [];
    await supervise(walk(), { ...plan, steps: 30 }, { ...hooks, onProgress: (p) => void reports.push(p) });
    const shared = { phase: "fit", total: 2, unit: "epochs" };
    expect(reports).toEqual([
      { ...shared, done: 0, losses: { loss: 90 }, quality: { now: 0.55, best: 0.55 } },
      { ...shared, done: 1, losses: { loss: 80 }, quality: { now: 0.6, best: 0.6 } },
      { ...shared, done: 1, losses: { loss: 70 }, quality: { now: 0.65, best: 0.65 } },
    ]);
  });
});

describe("the states that a training keeps", () => {
  /** A walk whose states are boxes, made anew only where no old one is given. */
  function boxed(breaks?: Parameters<typeof walk>[0]) {
    const inner = walk(breaks);
    const made: { place: number }[] = [];
    const trainee: Trainee<{ place: number }> = {
      ...inner,
      save: (into) => {
        const box = into ?? { place: 0 };
        if (into === undefined) made.push(box);
        box.place = inner.place;
        return box;
      },
      restore: ({ place }) => inner.restore(place),
    };
    return { inner, made, trainee };
  }

  test.each([
    ["without a break", () => false],
    ["with breaks", (place: number, rate: number) => place > 55 && rate > 0.5],
  ])("take the memory of those that are needed no more, %s", async (_name, breaks) => {
    const plain = walk(breaks);
    const { record } = await supervise(plain, plan, hooks);
    const { inner, made, trainee } = boxed(breaks);
    expect((await supervise(trainee, plan, hooks)).record).toEqual(record);
    expect(inner.place).toBe(plain.place);
    expect(made.length).toBe(3);
  });

  test("are copies of their own where somebody is given them", async () => {
    const { made, trainee } = boxed();
    const given: { place: number }[] = [];
    const onCheckpoint = async ({ state }: { state: { place: number } }): Promise<void> =>
      void given.push(state);
    await supervise(trainee, { ...plan, steps: 50 }, { ...hooks, onCheckpoint });
    expect(given.map(({ place }) => place)).toEqual([10, 20, 30, 40, 50]);
    expect(made.length).toBe(6);
  });
});

describe("a training that was stopped", () => {
  test("goes on from its checkpoint as if nothing had happened", async () => {
    const breaks = (place: number, rate: number): boolean => place > 55 && rate > 0.5;
    const whole = walk(breaks);
    const { record } = await supervise(whole, plan, hooks);
    for (const looks of [1, 3, 6, 7, 15]) {
      const controller = new AbortController();
      let kept: SupervisorHooks<number>["from"];
      let count = 0;
      const first = walk(breaks);
      const work = supervise(first, plan, {
        ...hooks,
        signal: controller.signal,
        onCheckpoint: async (checkpoint) => {
          kept = checkpoint;
          if (++count === looks) controller.abort();
        },
      });
      await expect(work).rejects.toSatisfy(
        (error) => VerisimError.isInstance(error) && error.code === "VERISIM_ABORTED",
      );
      const second = walk(breaks);
      const again = await supervise(second, plan, { ...hooks, from: kept! });
      expect(again.record).toEqual(record);
      expect(second.place).toBe(whole.place);
      expect([...first.rates, ...second.rates]).toEqual(whole.rates);
    }
  });

  test("goes no further where nothing more was won before the stop", async () => {
    let kept: TrainingCheckpoint<number> | undefined;
    const short = { ...plan, patience: 2 };
    const onCheckpoint = async (checkpoint: TrainingCheckpoint<number>): Promise<void> => {
      kept = checkpoint;
    };
    const { record, stopped } = await supervise(walk(), short, { ...hooks, onCheckpoint });
    expect([stopped, record.step]).toEqual(["quality", 130]);
    const second = walk();
    expect(await supervise(second, short, { ...hooks, from: kept! })).toEqual({ record, stopped });
    expect(second.place).toBe(100);
  });
});
