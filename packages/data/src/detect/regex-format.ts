// The pattern of ids, from examples: every position's character class, or runs of classes where lengths differ.

const classes: readonly (readonly [string, RegExp])[] = [
  ["[0-9]", /^[0-9]$/],
  ["[A-F]", /^[A-F]$/],
  ["[0-9A-F]", /^[0-9A-F]$/],
  ["[a-f]", /^[a-f]$/],
  ["[0-9a-f]", /^[0-9a-f]$/],
  ["[A-Z]", /^[A-Z]$/],
  ["[a-z]", /^[a-z]$/],
  ["[A-Z0-9]", /^[A-Z0-9]$/],
  ["[a-z0-9]", /^[a-z0-9]$/],
  ["[A-Za-z]", /^[A-Za-z]$/],
  ["[A-Za-z0-9]", /^[A-Za-z0-9]$/],
];
/** Hexadecimal classes are believed only with this many different characters. */
const hexadecimalEvidence = 12;
/** A letter or digit that never changes is part of the pattern only in this many examples. */
const constantEvidence = 30;
const sampleSize = 5000;

/** A regular expression that all examples keep and that is worth generating from, or undefined. */
export function inferRegexFormat(texts: readonly string[]): string | undefined {
  const step = Math.max(1, Math.floor(texts.length / sampleSize));
  const sample = texts.filter((_, index) => index % step === 0);
  const first = sample[0];
  if (first === undefined || first.length === 0 || first.length > 64) return undefined;
  if (sample.every((text) => /^(?:0|[1-9]\d*)$/.test(text))) return wholeNumbers(texts);
  const pattern = sample.every((text) => text.length === first.length) ? fixedLength(sample) : ofRuns(sample);
  return pattern !== undefined && texts.every((text) => pattern.test(text))
    ? pattern.source.slice(1, -1)
    : undefined;
}

function wholeNumbers(texts: readonly string[]): string | undefined {
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (const text of texts) {
    if (!/^(?:0|[1-9]\d*)$/.test(text)) return undefined;
    shortest = Math.min(shortest, text.length);
    longest = Math.max(longest, text.length);
  }
  if (longest === 1) return "[0-9]";
  return `[1-9]${repeat("[0-9]", Math.max(0, shortest - 1), longest - 1)}`;
}

function repeat(what: string, least: number, most: number): string {
  if (least !== most) return `${what}{${least},${most}}`;
  return most === 1 ? what : `${what}{${most}}`;
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function classOf(
  characters: ReadonlySet<string>,
  pool: ReadonlySet<string>,
  count: number,
): string | undefined {
  if (characters.size === 1) {
    const only = [...characters][0]!;
    if (!/[A-Za-z0-9]/.test(only) || count >= constantEvidence) return escapeCharacter(only);
  }
  const hexadecimal =
    [...pool].every((character) => /[0-9a-fA-F-]/.test(character)) && pool.size >= hexadecimalEvidence;
  for (const [name, test] of classes) {
    if (/[fF]\]$/.test(name) && !hexadecimal) continue;
    if (hexadecimal && /\[[aA]-[fF]\]/.test(name)) continue;
    if ([...characters].every((character) => test.test(character))) return name;
  }
  return undefined;
}

function joined(parts: readonly string[]): RegExp {
  let source = "";
  for (let i = 0; i < parts.length; ) {
    let end = i + 1;
    while (end < parts.length && parts[end] === parts[i]) end++;
    source += parts[i]!.startsWith("[") ? repeat(parts[i]!, end - i, end - i) : parts[i]!.repeat(end - i);
    i = end;
  }
  return new RegExp(`^${source}$`);
}

function fixedLength(sample: readonly string[]): RegExp | undefined {
  const pool = new Set(sample.slice(0, 200).join(""));
  const parts: string[] = [];
  let changing = 0;
  for (let at = 0; at < sample[0]!.length; at++) {
    const characters = new Set<string>();
    for (const text of sample) characters.add(text[at]!);
    const part = classOf(characters, pool, sample.length);
    if (part === undefined) return undefined;
    if (part.startsWith("[")) changing++;
    parts.push(part);
  }
  return changing > 0 ? joined(parts) : undefined;
}

const runs = /[0-9]+|[A-Z]+|[a-z]+|[^A-Za-z0-9]/g;

/** Texts of different lengths whose runs of digits, letters and signs follow each other in one order. */
function ofRuns(sample: readonly string[]): RegExp | undefined {
  const first = sample[0]!.match(runs) ?? [];
  const lengths = first.map(() => [Number.POSITIVE_INFINITY, 0] as [number, number]);
  const contents = first.map(() => new Set<string>());
  for (const text of sample) {
    const parts = text.match(runs) ?? [];
    if (parts.length !== first.length) return undefined;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (runClass(part) !== runClass(first[i]!)) return undefined;
      lengths[i]![0] = Math.min(lengths[i]![0], part.length);
      lengths[i]![1] = Math.max(lengths[i]![1], part.length);
      if (contents[i]!.size < 2) contents[i]!.add(part);
    }
  }
  const source = first.map((part, i) => {
    const name = runClass(part);
    if (name === part || (contents[i]!.size === 1 && sample.length >= constantEvidence))
      return [...part].map(escapeCharacter).join("");
    return repeat(name, lengths[i]![0], lengths[i]![1]);
  });
  return new RegExp(`^${source.join("")}$`);
}

function runClass(run: string): string {
  if (/^[0-9]/.test(run)) return "[0-9]";
  if (/^[A-Z]/.test(run)) return "[A-Z]";
  return /^[a-z]/.test(run) ? "[a-z]" : run;
}
