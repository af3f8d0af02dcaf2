// From the text of a formula to its tree, by precedence climbing. A tree is data: nothing of it is ever run as code.

import { describeToken, type FormulaToken, formulaError, formulaTokens } from "./tokens.ts";

/** Deeper nesting is refused, so that hostile formulas cannot exhaust the stack. */
export const maxFormulaDepth = 100;
/** So are longer ones: a chain of operators is as deep as it is long. */
export const maxFormulaParts = 1_000;

export type Formula = { readonly start: number } & (
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "missing" }
  /** `age`, or `parent.age` where `of` is `parent`. */
  | { readonly type: "name"; readonly name: string; readonly of?: string }
  /** Operators and functions alike: `+` has two arguments, `not` one. */
  | { readonly type: "call"; readonly name: string; readonly arguments: readonly Formula[] }
);

/** Binary operators from the weakest on; operators of one row bind equally and to the left. */
const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];
const spellings: Readonly<Record<string, string>> = {
  "||": "or",
  "&&": "and",
  "=": "==",
  "<>": "!=",
  "**": "^",
};

const operatorWords: readonly string[] = ["and", "or", "not", "in"];
/** Words that mean something else than a column, unless they stand in backticks. */
export const reservedWords: readonly string[] = [...operatorWords, "true", "false", "missing"];

class Parser {
  readonly #text: string;
  readonly #tokens: readonly FormulaToken[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = formulaTokens(text);
    const beyond = this.#tokens[maxFormulaParts];
    if (beyond) throw formulaError(text, beyond.start, `at most ${maxFormulaParts} words and signs`, "more");
  }

  whole(): Formula {
    const formula = this.#choice();
    if (this.#token.kind !== "end") throw this.#expected("an operator or the end");
    return formula;
  }

  get #token(): FormulaToken {
    return this.#tokens[this.#at]!;
  }

  #expected(what: string): Error {
    return formulaError(this.#text, this.#token.start, what, describeToken(this.#token));
  }

  /** The operator that comes next, in its one spelling. */
  #operator(): string | undefined {
    const { kind, text, start } = this.#token;
    if (kind === "symbol") return spellings[text] ?? text;
    const word = text.toLowerCase();
    return kind === "name" && operatorWords.includes(word) && !this.#isQuoted(start) ? word : undefined;
  }

  /** In backticks every word is a name. */
  #isQuoted(start: number): boolean {
    return this.#text[start] === "`";
  }

  #take(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #demand(symbol: string): void {
    if (!this.#take(symbol)) throw this.#expected(JSON.stringify(symbol));
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > maxFormulaDepth)
      throw formulaError(this.#text, this.#token.start, `nesting of at most ${maxFormulaDepth}`, "more");
    const result = read();
    this.#depth--;
    return result;
  }

  #choice(): Formula {
    return this.#nested(() => {
      const condition = this.#binary(0);
      const { start } = this.#token;
      if (!this.#take("?")) return condition;
      const yes = this.#choice();
      this.#demand(":");
      return { type: "call", name: "if", start, arguments: [condition, yes, this.#choice()] };
    });
  }

  #binary(level: number): Formula {
    if (level === levels.length) return this.#unary();
    if (level === 2 && this.#operator() === "not") {
      const { start } = this.#token;
      this.#at++;
      return this.#nested(() => ({ type: "call", name: "not", start, arguments: [this.#binary(2)] }));
    }
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = this.#operator();
      const { start } = this.#token;
      if (level === 2 && (operator === "in" || (operator === "not" && this.#nextIsIn()))) {
        this.#at += operator === "in" ? 1 : 2;
        this.#demand("(");
        const isIn: Formula = { type: "call", name: "in", start, arguments: [left, ...this.#list()] };
        left = operator === "in" ? isIn : { type: "call", name: "not", start, arguments: [isIn] };
      } else if (operator !== undefined && levels[level]!.includes(operator)) {
        this.#at++;
        left = { type: "call", name: operator, start, arguments: [left, this.#binary(level + 1)] };
      } else return left;
    }
  }

  #nextIsIn(): boolean {
    const next = this.#tokens[this.#at + 1];
    return next?.kind === "name" && next.text.toLowerCase() === "in" && !this.#isQuoted(next.start);
  }

  #unary(): Formula {
    const { start } = this.#token;
    if (this.#take("-"))
      return this.#nested(() => ({ type: "call", name: "negate", start, arguments: [this.#unary()] }));
    if (this.#take("+")) return this.#nested(() => this.#unary());
    if (this.#take("!"))
      return this.#nested(() => ({ type: "call", name: "not", start, arguments: [this.#unary()] }));
    return this.#power();
  }

  /** `^` binds to the right and more tightly than a sign before it: -2^2 is -4. */
  #power(): Formula {
    const left = this.#primary();
    const { start } = this.#token;
    if (!this.#take("^") && !this.#take("**")) return left;
    return this.#nested(() => ({ type: "call", name: "^", start, arguments: [left, this.#unary()] }));
  }

  /** Formulas up to the closing bracket. */
  #list(): Formula[] {
    const items: Formula[] = [];
    if (this.#take(")")) return items;
    do items.push(this.#choice());
    while (this.#take(","));
    this.#demand(")");
    return items;
  }

  #primary(): Formula {
    const token = this.#token;
    const { start } = token;
    if (token.kind === "number") {
      this.#at++;
      return { type: "number", start, value: token.value };
    }
    if (token.kind === "text") {
      this.#at++;
      return { type: "text", start, value: token.text };
    }
    if (this.#take("(")) {
      const inner = this.#choice();
      this.#demand(")");
      return inner;
    }
    if (token.kind !== "name" || this.#operator() !== undefined)
      throw this.#expected("a value, a column or a function");
    this.#at++;
    if (!this.#isQuoted(start)) {
      const word = token.text.toLowerCase();
      if (word === "true" || word === "false") return { type: "boolean", start, value: word === "true" };
      if (word === "missing") return { type: "missing", start };
      if (this.#take("(")) return { type: "call", name: token.text, start, arguments: this.#list() };
    }
    if (!this.#take(".")) return { type: "name", start, name: token.text };
    const member = this.#token;
    if (member.kind !== "name") throw this.#expected("the name of a column after the point");
    this.#at++;
    return { type: "name", start, name: member.text, of: token.text };
  }
}

/**
 * Reads a formula: `if(age >= 18 and plan in ('pro', 'team'), 9.5 * parent.size, 0)`.
 *
 * Operators from the weakest: `? :`, `or`, `and`, `not`, comparisons and `in`, `+ -`, `* / %`, signs, `^`. Texts stand
 * in single quotes, names that are no words in backticks.
 *
 * @throws VerisimError `VERISIM_SIMULATION_FORMULA` with the place and what was expected
 */
export function parseFormula(text: string): Formula {
  return new Parser(text).whole();
}
