// Resident memory, measured in a process of its own where nothing else moves: after a warm-up it stays within 1 % over
// ten thousand steps, and over a hundred programs that are made, run and freed (or dropped). A leak grows in every
// stretch of the same work; V8 giving pages back before a measurement makes only one stretch seem to grow, so the
// least growth of three stretches is held to the limit.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

interface Resident {
  readonly before: number;
  readonly after: number;
}

/** Resident bytes before and after `work(count)`, which ran `warmUp` times before: the least growth of three stretches. */
function residentOver(work: string, warmUp: number, count: number): Resident {
  const code = `
    const { buildProgram } = await import(${module("./program.ts")});
    const { tinyStep } = await import(${module("./testing/programs/tiny-step.ts")});
    const settle = async () => {
      for (let i = 0; i < 5; i++) { globalThis.gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      return process.memoryUsage.rss();
    };
    const spec = tinyStep({ rows: 50_000, features: 16, hidden: [64, 64], batch: 32 });
    const make = () => buildProgram(spec);
    const work = ${work};
    await work(${warmUp});
    const stretches = [];
    for (let i = 0; i < 3; i++) {
      const before = await settle();
      await work(${count});
      stretches.push({ before, after: await settle() });
    }
    console.log(JSON.stringify(stretches));`;
  // A young generation that grew when V8 saw fit, and heaps that the C library makes for new threads, would be larger
  // than what is measured.
  const args = [
    "--expose-gc",
    "--max-semi-space-size=1",
    "--conditions=verisim-source",
    "--input-type=module",
    "--eval",
    code,
  ];
  const env = { ...process.env, MALLOC_ARENA_MAX: "1" };
  const stretches: Resident[] = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", env }));
  return stretches.reduce((least, next) =>
    next.after - next.before < least.after - least.before ? next : least,
  );
}

const grownPercent = ({ before, after }: Resident): number => (100 * (after - before)) / before;

test("ten thousand steps, in runs of many and of one, leave the resident memory within 1 %", () => {
  const work = `await (async (program) => async (steps) => {
    for (let done = 0; done < steps; done += 100) await program.run("train", { steps: 50 });
    for (let done = 0; done < steps / 2; done++) await program.run("train");
  })(make())`;
  expect(grownPercent(residentOver(work, 10_000, 10_000))).toBeLessThan(1);
});

test("a hundred programs of 4 MB that are made, run and freed leave the resident memory within 1 %", () => {
  const work = `async (count) => {
    for (let i = 0; i < count; i++) {
      const program = make();
      await program.run("train", { steps: 3 });
      program.free();
    }
  }`;
  expect(grownPercent(residentOver(work, 150, 100))).toBeLessThan(1);
});

test("programs that are dropped without being freed are collected", () => {
  const work = `async (count) => {
    for (let i = 0; i < count; i++) await make().run("train", { steps: 3 });
  }`;
  // Three hundred of them would be 1.2 GB; the collector may keep a few.
  const { before, after } = residentOver(work, 50, 300);
  expect(after - before).toBeLessThan(60 * 2 ** 20);
});
