// The words of the formula language, each with its place in the text. A plain scan with anchored patterns that cannot
// backtrack, so that its time is linear in the text.

import { VerisimError } from "@verisim/core";

/** The longest formula, in UTF-16 units. */
export const maxFormulaLength = 10_000;

export type FormulaToken = { readonly start: number } & (
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly value: number; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "end"; readonly text: "" }
);

const blank = /\s+/uy;
const name = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/uy;
const symbol = /\*\*|&&|\|\||==|!=|<>|<=|>=|[-+*/%^=<>!(),.?:]/uy;
const quoted = /'(?:[^']|'')*'/uy;
const backticked = /`(?:[^`]|``)*`/uy;

/** The error of a formula that cannot be read, with the place. */
export function formulaError(
  text: string,
  position: number,
  expected: string,
  received: string,
): VerisimError {
  const start = Math.max(0, position - 50);
  const shown = text.slice(start, position + 50).replace(/\p{C}/gu, " ");
  return new VerisimError(
    "VERISIM_SIMULATION_FORMULA",
    `Expected ${expected} at character ${position + 1} but received ${received}.\n  ${shown}\n  ${" ".repeat(position - start)}^`,
  );
}

export function describeToken(token: FormulaToken): string {
  return token.kind === "end" ? "the end" : JSON.stringify(token.text.slice(0, 60));
}

/** @throws VerisimError `VERISIM_SIMULATION_FORMULA` for a character that begins no word, and beyond 10,000 characters */
export function formulaTokens(text: string): FormulaToken[] {
  if (text.length > maxFormulaLength)
    throw new VerisimError(
      "VERISIM_SIMULATION_FORMULA",
      `Expected a formula of at most ${maxFormulaLength} characters but received ${text.length}.`,
    );
  const tokens: FormulaToken[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  while (at < text.length) {
    if (take(blank) !== undefined) continue;
    const start = at;
    const digits = take(number);
    if (digits !== undefined) {
      tokens.push({ kind: "number", start, text: digits, value: Number(digits) });
      continue;
    }
    const word = take(name);
    if (word !== undefined) {
      tokens.push({ kind: "name", start, text: word });
      continue;
    }
    const literal = take(quoted);
    if (literal !== undefined) {
      tokens.push({ kind: "text", start, text: literal.slice(1, -1).replaceAll("''", "'") });
      continue;
    }
    const tick = take(backticked);
    if (tick !== undefined) {
      tokens.push({ kind: "name", start, text: tick.slice(1, -1).replaceAll("``", "`") });
      continue;
    }
    const sign = take(symbol);
    if (sign === undefined) {
      const unclosed = text[at] === "'" || text[at] === "`";
      throw formulaError(
        text,
        at,
        unclosed ? `a closing ${text[at]}` : "a name, a number, a text in single quotes or an operator",
        unclosed ? "the end" : JSON.stringify(text.slice(at, at + 1)),
      );
    }
    tokens.push({ kind: "symbol", start, text: sign });
  }
  tokens.push({ kind: "end", start: text.length, text: "" });
  return tokens;
}
