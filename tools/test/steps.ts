// Runs named steps, in one or more lanes, and adds up what passed. A step is a command; where its output ends in a line
// "N passed, N failed" those numbers count, else its exit code counts as one check. All steps run, so that one run
// shows every failure, and the last line is the sum.

import { spawn } from "node:child_process";
import path from "node:path";

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export interface Step {
  readonly name: string;
  /** Arguments of this Node, the first a path relative to the root. */
  readonly script: readonly string[];
  /** Minutes after which the step is ended and counts as failed. */
  readonly limitMinutes: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the tally when the step's own last line does not tell it. */
  readonly tally?: (exitCode: number) => Tally;
  /** Says what was running when the limit came. */
  readonly unfinished?: () => string | undefined;
}

export const root: string = path.resolve(import.meta.dirname, "../..");

const tallyLine = /^(?:\w+: )?(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** The last "N passed, N failed" line of a text, if there is one. */
export function readTally(text: string): Tally | undefined {
  const line = text.split("\n").findLast((candidate) => tallyLine.test(candidate.trim()));
  if (line === undefined) return undefined;
  const [, passed, failed, skipped] = tallyLine.exec(line.trim())!;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) };
}

export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** A step that failed without a failed test of its own (a crash, a time-out) is one failure. */
export function settle(exitCode: number, counted: Tally | undefined): Tally {
  const tally = counted ?? { passed: exitCode === 0 ? 1 : 0, failed: 0, skipped: 0 };
  return exitCode !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/**
 * Runs the steps, prints their names, times and tallies, and sets the exit code.
 * @param lanes steps one after the other; lanes run side by side, and a step's output then comes when the step has ended
 * @param limitMinutes for all of them: steps that reach it are ended, those after them fail without being started, so
 * that the sum is printed before whoever runs the tests loses patience
 */
export async function runSteps(lanes: readonly (readonly Step[])[], limitMinutes: number): Promise<void> {
  const end = performance.now() + limitMinutes * 60_000;
  const sideBySide = lanes.filter((steps) => steps.length > 0).length > 1;
  const sum: Tally = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  await Promise.all(
    lanes.map(async (steps) => {
      for (const step of steps) {
        const { tally, seconds } = await runStep(step, (end - performance.now()) / 60_000, sideBySide);
        const verdict = tally.failed > 0 ? "FAILED" : "ok";
        lines.push(`${verdict}  ${step.name}: ${formatTally(tally)} in ${seconds.toFixed(1)} s`);
        for (const key of ["passed", "failed", "skipped"] as const) sum[key] += tally[key];
      }
    }),
  );
  // The steps' lines must not read as the closing line, so they carry their names.
  console.log(`\n${lines.join("\n")}\n${formatTally(sum)}`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

async function runStep(
  step: Step,
  leftMinutes: number,
  isQuiet: boolean,
): Promise<{ tally: Tally; seconds: number }> {
  if (leftMinutes <= 0) {
    console.log(`\n== ${step.name}\nnot started: the time of all steps is used up`);
    return { tally: settle(1, undefined), seconds: 0 };
  }
  console.log(isQuiet ? `\n-- ${step.name}: started` : `\n== ${step.name}`);
  const start = performance.now();
  const limitMinutes = Math.min(step.limitMinutes, leftMinutes);
  const { exitCode, output, note } = await runNode({ ...step, limitMinutes }, isQuiet);
  if (isQuiet) process.stdout.write(`\n== ${step.name}\n${output}`);
  if (note !== undefined) console.log(note);
  const tally = settle(exitCode, step.tally?.(exitCode) ?? readTally(output));
  return { tally, seconds: (performance.now() - start) / 1000 };
}

/** @returns with a note where the limit ended the step */
function runNode(
  step: Step,
  isQuiet: boolean,
): Promise<{ exitCode: number; output: string; note: string | undefined }> {
  return new Promise((resolve) => {
    let note: string | undefined;
    // A group of its own, so that a time-out also ends what the step started.
    const child = spawn(process.execPath, [...step.script], {
      cwd: root,
      env: { ...process.env, ...step.env },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (!isQuiet) process.stdout.write(chunk);
    });
    const end = (signal: NodeJS.Signals) => {
      try {
        process.kill(-child.pid!, signal);
      } catch {
        // The group has ended by itself.
      }
    };
    const interrupt = () => {
      end("SIGKILL");
      // After the steps of the other lanes have been ended too.
      setImmediate(() => process.exit(130));
    };
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    const limit = setTimeout(() => {
      const where = step.unfinished?.();
      note = `${step.name}: ended after ${step.limitMinutes.toFixed(1)} minutes${where === undefined ? "" : ` in ${where}`}`;
      end("SIGKILL");
    }, step.limitMinutes * 60_000);
    child.on("close", (code) => {
      clearTimeout(limit);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString(), note });
    });
  });
}
