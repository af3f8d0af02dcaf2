// One line on a terminal that says what is being done, how far it is, how fast it goes and how long it will take; it
// is redrawn in place and removed at the end. Without a terminal there is no line at all.

import type { Progress } from "@verisim/core";
import { formatCount, formatSeconds } from "./quantities.ts";

const phaseWords: Readonly<Record<Progress["phase"], string>> = {
  read: "Reading",
  fit: "Fitting",
  sample: "Sampling",
  write: "Writing",
  evaluate: "Evaluating",
  report: "Reporting",
};

const barWidth = 24;
const redrawMs = 100;

export interface TerminalOutput {
  readonly columns?: number;
  write(text: string): unknown;
}

/** `12,345` below a million, `1.2 M` above. */
function shortCount(count: number): string {
  return count < 1e6 ? formatCount(count) : `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} M`;
}

/** The text of the line. @param seconds time since the phase began */
export function progressText(progress: Progress, seconds: number, width: number): string {
  const { done, total, unit } = progress;
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const rate = seconds > 0.2 && done > 0 ? done / seconds : 0;
  const filled = Math.round(share * barWidth);
  const parts = [phaseWords[progress.phase].padEnd(10)];
  if (total > 0) {
    parts.push(
      `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    );
  } else if (done > 0) {
    parts.push(`${shortCount(done)} ${unit}`);
  }
  if (rate >= 1) parts.push(`${shortCount(rate)} ${unit}/s`);
  if (rate > 0 && total > done && seconds > 1) parts.push(`${formatSeconds((total - done) / rate)} left`);
  if (progress.detail) parts.push(progress.detail.replace(/\p{C}/gu, " "));
  const text = parts.join("  ");
  return text.length < width ? text : `${text.slice(0, Math.max(0, width - 2))}…`;
}

/** Draws at most ten times a second. */
export class ProgressLine {
  readonly #output: TerminalOutput;
  readonly #now: () => number;
  #phase: Progress["phase"] | undefined;
  #phaseStart = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #visible = false;

  /** @param now milliseconds on any clock that does not run backwards */
  constructor(output: TerminalOutput, now: () => number = () => performance.now()) {
    this.#output = output;
    this.#now = now;
  }

  update(progress: Progress): void {
    const now = this.#now();
    if (progress.phase !== this.#phase) {
      this.#phase = progress.phase;
      this.#phaseStart = now;
    }
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    this.#visible = true;
    const text = progressText(progress, (now - this.#phaseStart) / 1000, this.#output.columns || 80);
    this.#output.write(`\r\u001b[K${text}`);
  }

  /** Removes the line; what is printed next starts on an empty line. */
  clear(): void {
    if (this.#visible) this.#output.write("\r\u001b[K");
    this.#visible = false;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
