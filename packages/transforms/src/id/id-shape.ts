// A pattern for ids that come without one: runs of digits, capitals and small letters with their lengths, and the
// characters between them. Letters stay as they are only where many different ids share them (a prefix); digits
// never do, so the pattern tells no id of a row.

import type { CategoryStats } from "../categories.ts";

interface Run {
  readonly type: string;
  min: number;
  max: number;
  /** The text that all ids share here, or null. */
  shared: string | null;
  leadingZero: boolean;
}

interface Skeleton {
  readonly runs: Run[];
  ids: number;
}

/** Ids that must share letters before the letters are kept. */
const sharedByAtLeast = 20;
const maximumSkeletons = 8;
const runPattern = /\d+|[A-Z]+|[a-z]+|[^\dA-Za-z]/gu;

export interface IdShape {
  readonly pattern: string;
  /** Longer ids for when the pattern has no more: `\d{k}` is put after it. */
  readonly overflow: string;
}

function runType(text: string): string {
  if (/^\d/.test(text)) return "d";
  if (/^[A-Z]/.test(text)) return "A";
  if (/^[a-z]/.test(text)) return "a";
  return /^[\x20-\x7e]$/.test(text) ? text : "*";
}

function escapeLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function runSource(run: Run, ids: number): string {
  const counts = run.min === run.max ? `{${run.min}}` : `{${run.min},${run.max}}`;
  if (run.type === "d") {
    if (run.leadingZero) return `\\d${counts}`;
    const rest = run.min === run.max ? `{${run.min - 1}}` : `{${run.min - 1},${run.max - 1}}`;
    return run.max === 1 ? "\\d" : `[1-9]\\d${rest}`;
  }
  if (run.type === "*") return "[a-z]";
  if (run.type !== "A" && run.type !== "a") return escapeLiteral(run.type);
  if (run.shared !== null && ids >= sharedByAtLeast) return run.shared;
  return (run.type === "A" ? "[A-Z]" : "[a-z]") + counts;
}

function skeletonsOf(texts: Iterable<string>): Map<string, Skeleton> {
  const skeletons = new Map<string, Skeleton>();
  for (const text of texts) {
    const parts = text.slice(0, 256).match(runPattern) ?? [];
    const key = parts.map(runType).join("");
    const known = skeletons.get(key);
    if (!known) {
      const runs = parts.map((part) => ({
        type: runType(part),
        min: part.length,
        max: part.length,
        shared: part,
        leadingZero: part.length > 1 && part.startsWith("0"),
      }));
      skeletons.set(key, { runs, ids: 1 });
      continue;
    }
    known.ids++;
    parts.forEach((part, i) => {
      const run = known.runs[i]!;
      run.min = Math.min(run.min, part.length);
      run.max = Math.max(run.max, part.length);
      if (run.shared !== part) run.shared = null;
      run.leadingZero ||= part.length > 1 && part.startsWith("0");
    });
  }
  return skeletons;
}

/** 1.5 and 1.50 are one number: fractions get one length, so that different texts are different numbers. */
function fixFractions(runs: readonly Run[]): void {
  runs.forEach((run, i) => {
    if (runs[i - 1]?.type === ".") {
      run.min = run.max;
      run.leadingZero = true;
    }
  });
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function hexadecimal(texts: readonly string[]): IdShape | null {
  const lower = texts.every((text) => text === text.toLowerCase());
  if (!lower && !texts.every((text) => text === text.toUpperCase())) return null;
  const digit = lower ? "[0-9a-f]" : "[0-9A-F]";
  if (texts.every((text) => uuid.test(text.toLowerCase()))) {
    const variant = lower ? "[89ab]" : "[89AB]";
    const pattern = `${digit}{8}-${digit}{4}-4${digit}{3}-${variant}${digit}{3}-${digit}{12}`;
    return { pattern, overflow: pattern };
  }
  const length = texts[0]!.length;
  const same = texts.every((text) => text.length === length && /^[0-9a-f]+$/i.test(text));
  if (!same || length < 8 || !texts.some((text) => /[a-f]/i.test(text))) return null;
  return { pattern: `${digit}{${length}}`, overflow: `${digit}{${length}}` };
}

function mixture(texts: readonly string[]): IdShape {
  let classes = "";
  if (texts.some((text) => /[A-Z]/.test(text))) classes += "A-Z";
  if (texts.some((text) => /[a-z]/.test(text))) classes += "a-z";
  if (classes === "" || texts.some((text) => /\d/.test(text))) classes += "0-9";
  for (const mark of "_-")
    if (texts.some((text) => text.includes(mark))) classes += mark === "-" ? "\\-" : mark;
  let min = Number.POSITIVE_INFINITY;
  let max = 1;
  for (const text of texts) {
    min = Math.min(min, Math.max(1, text.length));
    max = Math.max(max, Math.min(256, text.length));
  }
  const set = `[${classes}]`;
  return { pattern: `${set}{${Math.min(min, max)},${max}}`, overflow: `${set}{${max}}` };
}

/** True where the texts are of few shapes and mostly digits, as machines write them, rather than words. */
export function isMachineText(stats: CategoryStats): boolean {
  const texts = presentTexts(stats);
  return (
    texts.length >= sharedByAtLeast &&
    texts.every((text) => text.length <= 256 && text.replace(/\D/g, "").length * 2 > text.length) &&
    skeletonsOf(texts).size <= maximumSkeletons
  );
}

function presentTexts(stats: CategoryStats): string[] {
  return stats.dictionary.filter((text, code) => stats.counts[code]! > 0 && text !== "");
}

/** The pattern that ids of the column follow, from their shapes alone. */
export function learnIdShape(stats: CategoryStats): IdShape {
  const texts = presentTexts(stats);
  if (texts.length === 0) return { pattern: "\\d{6}", overflow: "\\d{6}" };
  const asHexadecimal = hexadecimal(texts);
  if (asHexadecimal) return asHexadecimal;
  const skeletons = [...skeletonsOf(texts).values()].sort((a, b) => b.ids - a.ids);
  if (stats.kind === "number") for (const { runs } of skeletons) fixFractions(runs);
  if (skeletons.length > maximumSkeletons) return mixture(texts);
  const sources = skeletons.map(({ runs, ids }) => runs.map((run) => runSource(run, ids)).join(""));
  // The longest ids of the commonest shape and more digits: no text of the pattern is as long.
  const longest = Math.max(...skeletons.map(({ runs }) => runs.reduce((sum, run) => sum + run.max, 0)));
  const first = skeletons[0]!;
  const own = first.runs.reduce((sum, run) => sum + run.max, 0);
  const widest = first.runs.map((run) => runSource({ ...run, min: run.max }, first.ids)).join("");
  return {
    pattern: sources.length === 1 ? sources[0]! : sources.map((source) => `(${source})`).join("|"),
    overflow: longest > own ? `${widest}\\d{${longest - own}}` : widest,
  };
}
