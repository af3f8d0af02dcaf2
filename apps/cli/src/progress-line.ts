// One line on a terminal that says what is being done, how far it is, how fast it goes and how long it will take; it
// is redrawn in place and removed at the end. Without a terminal there is no line at all.

import type { Progress } from "@verisim/core";
import { formatCount, formatScore, formatSeconds } from "./quantities.ts";

const phaseWords: Readonly<Record<Progress["phase"], string>> = {
  read: "Reading",
  fit: "Fitting",
  sample: "Sampling",
  write: "Writing",
  evaluate: "Evaluating",
  report: "Reporting",
};

const barWidth = 24;
/** Training has more to say beside its bar. */
const trainingBarWidth = 12;
const redrawMs = 100;

export interface TerminalOutput {
  readonly columns?: number;
  write(text: string): unknown;
}

/** `12,345` below a million, `1.2 M` above. */
function shortCount(count: number): string {
  return count < 1e6 ? formatCount(count) : `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} M`;
}

/** How far and how fast a phase is. */
interface Pace {
  /** Done of all, 0 to 1. */
  readonly share: number;
  /** Units a second; 0 while that means nothing yet. */
  readonly rate: number;
  /** Seconds left, where they can be told. */
  readonly left: number | undefined;
}

/**
 * The text of the line.
 * @param seconds time since the phase began
 * @param startedAt what was done when the phase began: a training that is taken up does not begin at 0
 */
export function progressText(progress: Progress, seconds: number, width: number, startedAt = 0): string {
  const { done, total } = progress;
  const rate = seconds > 0.2 && done > startedAt ? (done - startedAt) / seconds : 0;
  const pace = {
    share: total > 0 ? Math.min(1, done / total) : 0,
    rate,
    left: rate > 0 && total > done && seconds > 1 ? (total - done) / rate : undefined,
  };
  const isTraining = progress.phase === "fit" && progress.unit === "epochs" && !progress.detail;
  const text = (isTraining ? trainingParts : workParts)(progress, pace).join("  ");
  return text.length < width ? text : `${text.slice(0, Math.max(0, width - 2)).trimEnd()}…`;
}

function bar(share: number, width: number): string {
  const filled = Math.round(share * width);
  return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function workParts({ phase, done, total, unit, detail }: Progress, { share, rate, left }: Pace): string[] {
  const parts = [phaseWords[phase].padEnd(10)];
  if (total > 0) parts.push(bar(share, barWidth));
  else if (done > 0) parts.push(`${shortCount(done)} ${unit}`);
  if (rate >= 1) parts.push(`${shortCount(rate)} ${unit}/s`);
  if (left !== undefined) parts.push(`${formatSeconds(left)} left`);
  if (detail) parts.push(detail.replace(/\p{C}/gu, " "));
  return parts;
}

/** What matters most comes first: a narrow terminal cuts the end. */
function trainingParts(progress: Progress, { share, left }: Pace): string[] {
  const { done, total, quality, losses, budgetLeftMs } = progress;
  const parts = [
    "Training",
    bar(share, trainingBarWidth),
    `epoch ${shortCount(done)} of ${shortCount(total)}`,
  ];
  const budget = budgetLeftMs === undefined ? undefined : budgetLeftMs / 1000;
  // A budget may end it before its last epoch.
  const ends = Math.min(left ?? Number.POSITIVE_INFINITY, budget ?? Number.POSITIVE_INFINITY);
  if (Number.isFinite(ends)) parts.push(`${formatSeconds(ends)} left`);
  if (quality) {
    const best = quality.best > quality.now ? ` (best ${formatScore(quality.best)})` : " (the best yet)";
    parts.push(`quality ${formatScore(quality.now)}${best}`);
  }
  for (const [name, loss] of Object.entries(losses ?? {}))
    parts.push(`${name === "loss" ? "" : `${name} `}loss ${lossText(loss)}`);
  return parts;
}

const lossText = (loss: number): string => (Number.isFinite(loss) ? loss.toPrecision(3) : "not a number");

/** Draws at most ten times a second. */
export class ProgressLine {
  readonly #output: TerminalOutput;
  readonly #now: () => number;
  #phase: Progress["phase"] | undefined;
  /** What makes a new start: another phase, or the same with another amount of work. */
  #total = 0;
  #phaseStart = 0;
  #startedAt = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #visible = false;

  /** @param now milliseconds on any clock that does not run backwards */
  constructor(output: TerminalOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  update(progress: Progress): void {
    const now = this.#now();
    if (progress.phase !== this.#phase || progress.total !== this.#total) {
      this.#phase = progress.phase;
      this.#total = progress.total;
      this.#phaseStart = now;
      this.#startedAt = progress.done;
    }
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    this.#visible = true;
    const seconds = (now - this.#phaseStart) / 1000;
    const text = progressText(progress, seconds, this.#output.columns || 80, this.#startedAt);
    this.#output.write(`\r\u001b[K${text}`);
  }

  /** Removes the line; what is printed next starts on an empty line. */
  clear(): void {
    if (this.#visible) this.#output.write("\r\u001b[K");
    this.#visible = false;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
