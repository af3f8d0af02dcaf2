// Runs named steps one after the other and adds up what passed. A step is a command; where its output ends in a line
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
 * @param limitMinutes for all of them: the step that reaches it is ended, those after it fail without being started, so
 * that the sum is printed before whoever runs the tests loses patience
 */
export async function runSteps(steps: readonly Step[], limitMinutes: number): Promise<void> {
  const sum: Tally = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  const begin = performance.now();
  for (const step of steps) {
    console.log(`\n== ${step.name}`);
    const start = performance.now();
    const leftMinutes = limitMinutes - (start - begin) / 60_000;
    if (leftMinutes <= 0) {
      console.log(`not started: the ${limitMinutes} minutes of all steps are used up`);
      lines.push(`FAILED  ${step.name}: not started`);
      sum.failed++;
      continue;
    }
    const tally = await runStep({ ...step, limitMinutes: Math.min(step.limitMinutes, leftMinutes) });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    lines.push(`${tally.failed > 0 ? "FAILED" : "ok"}  ${step.name}: ${formatTally(tally)} in ${seconds} s`);
    for (const key of ["passed", "failed", "skipped"] as const) sum[key] += tally[key];
  }
  // The steps' lines must not read as the closing line, so they carry their names.
  console.log(`\n${lines.join("\n")}\n${formatTally(sum)}`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

async function runStep(step: Step): Promise<Tally> {
  const { exitCode, output } = await runNode(step);
  return settle(exitCode, step.tally?.(exitCode) ?? readTally(output));
}

function runNode(step: Step): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
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
      process.stdout.write(chunk);
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
      process.exit(130);
    };
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    const limit = setTimeout(() => {
      const where = step.unfinished?.();
      console.log(
        `${step.name}: ended after ${step.limitMinutes.toFixed(1)} minutes${where === undefined ? "" : ` in ${where}`}`,
      );
      end("SIGKILL");
    }, step.limitMinutes * 60_000);
    child.on("close", (code) => {
      clearTimeout(limit);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      resolve({ exitCode: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
  });
}
