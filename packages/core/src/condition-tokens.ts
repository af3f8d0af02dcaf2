// The words of the condition language: names, literals, operators and keywords, each with its place in the text.
// A plain scan with anchored patterns that cannot backtrack, so that its time is linear in the text.

import { VerisimError } from "./errors.ts";
import { caretLines, quoteForMessage } from "./source-caret.ts";

export const conditionKeywords: ReadonlySet<string> = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "IS",
  "NULL",
  "BETWEEN",
  "TRUE",
  "FALSE",
]);

/** A name that needs no quotes: a letter or `_`, then letters, marks, digits, `_`, `.`, `-`. */
export const bareName: RegExp = /^[\p{L}_][\p{L}\p{M}\p{N}_.-]*$/u;

export type ConditionToken = { readonly start: number } & (
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly value: number; readonly text: string }
  | { readonly kind: "keyword"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "end"; readonly text: "" }
);

const blank = /\s+/uy;
const name = /[\p{L}_][\p{L}\p{M}\p{N}_.-]*/uy;
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const symbol = /==|!=|<>|<=|>=|[=<>(),]/uy;
const quoted: Readonly<Record<"'" | '"' | "`", RegExp>> = {
  "'": /'(?:[^']|'')*'/uy,
  '"': /"(?:[^"]|"")*"/uy,
  "`": /`(?:[^`]|``)*`/uy,
};

/** The error of a condition that cannot be read, with its place and a caret under it. */
export function conditionSyntaxError(
  text: string,
  position: number,
  expected: string,
  received: string,
  hint?: string,
): VerisimError {
  return new VerisimError(
    "VERISIM_CONDITION_SYNTAX",
    `Expected ${expected} at character ${position + 1} but received ${received}.\n${caretLines(text, position)}`,
    {
      where: { option: "where" },
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

/** The token as an error names it. */
export function describeToken(token: ConditionToken): string {
  if (token.kind === "end") return "the end";
  if (token.kind === "text") return `the text ${quoteForMessage(token.text)}`;
  if (token.kind === "name") return `the name ${quoteForMessage(token.text)}`;
  return quoteForMessage(token.text);
}

/** All tokens of a condition, the last of kind `end`. @throws VerisimError `VERISIM_CONDITION_SYNTAX` */
export function readConditionTokens(text: string): ConditionToken[] {
  const tokens: ConditionToken[] = [];
  let position = 0;
  while (position < text.length) {
    const start = position;
    const take = (pattern: RegExp): string | undefined => {
      pattern.lastIndex = start;
      const found = pattern.exec(text)?.[0];
      if (found !== undefined) position = start + found.length;
      return found;
    };
    if (take(blank) !== undefined) continue;
    const mark = text[start]!;
    if (mark === "'" || mark === '"' || mark === "`") {
      const whole = take(quoted[mark]);
      if (whole === undefined) throw conditionSyntaxError(text, start, `a closing ${mark}`, "the end");
      const inner = whole.slice(1, -1).replaceAll(mark + mark, mark);
      if (mark === "'") tokens.push({ kind: "text", start, text: inner });
      else if (inner === "") throw conditionSyntaxError(text, start, "the name of a column", "an empty name");
      else tokens.push({ kind: "name", start, text: inner });
      continue;
    }
    const digits = take(number);
    if (digits !== undefined) {
      tokens.push({ kind: "number", start, value: numberOf(text, digits, start), text: digits });
      continue;
    }
    const word = take(name);
    if (word !== undefined) {
      const upper = word.toUpperCase();
      if (conditionKeywords.has(upper)) tokens.push({ kind: "keyword", start, text: upper });
      else tokens.push({ kind: "name", start, text: word });
      continue;
    }
    const operator = take(symbol);
    if (operator === undefined) {
      const character = quoteForMessage(String.fromCodePoint(text.codePointAt(start)!));
      throw conditionSyntaxError(text, start, "a name, a literal or an operator", character);
    }
    tokens.push({ kind: "symbol", start, text: operator });
  }
  tokens.push({ kind: "end", start: text.length, text: "" });
  return tokens;
}

function numberOf(text: string, digits: string, start: number): number {
  const next = text.codePointAt(start + digits.length);
  if (next !== undefined && /[\p{L}\p{N}_.]/u.test(String.fromCodePoint(next))) {
    const hint = 'A name that begins with a digit needs double quotes: "1st_floor".';
    const received = quoteForMessage(digits + String.fromCodePoint(next));
    throw conditionSyntaxError(text, start, "a number", received, hint);
  }
  const value = Number(digits);
  if (!Number.isFinite(value))
    throw conditionSyntaxError(text, start, "a number within double precision", quoteForMessage(digits));
  return value;
}
