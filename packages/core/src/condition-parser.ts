// Reads the condition language of `--where`: SQL's comparisons, IN, BETWEEN, IS NULL, AND, OR, NOT and parentheses,
// by recursive descent with limits on length and depth, so that no text can exhaust the stack.

import type { Comparison, Condition, Literal } from "./condition.ts";
import {
  type ConditionToken,
  conditionSyntaxError,
  describeToken,
  readConditionTokens,
} from "./condition-tokens.ts";
import { VerisimError } from "./errors.ts";

/** The longest condition text, in UTF-16 units. */
export const maxConditionLength = 65_536;
/** The deepest nesting of parentheses and NOT. */
export const maxConditionDepth = 100;

const comparisons: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "==": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

/** The operator that says the same with its sides exchanged. */
const turned: Readonly<Record<Comparison, Comparison>> = {
  "=": "=",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/**
 * Parses a condition, for example `income = '>50K' and (age >= 30 or "hours-per-week" is null)`.
 *
 * Names are bare (`hours-per-week`), "double-quoted" or `backticked`; text is 'single-quoted'; quotes are doubled to
 * write them inside; keywords are case-insensitive; AND binds tighter than OR, NOT tighter than both.
 *
 * @param text at most 65,536 characters, nested at most 100 deep
 * @throws VerisimError `VERISIM_CONDITION_SYNTAX` with the place, what was expected, and a caret under it
 */
export function parseCondition(text: string): Condition {
  if (text.length > maxConditionLength) {
    throw new VerisimError(
      "VERISIM_CONDITION_SYNTAX",
      `Expected a condition of at most ${maxConditionLength} characters but received ${text.length}.`,
      { where: { option: "where" } },
    );
  }
  return new ConditionParser(text).parse();
}

class ConditionParser {
  readonly #text: string;
  readonly #tokens: readonly ConditionToken[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = readConditionTokens(text);
  }

  parse(): Condition {
    const condition = this.#or();
    if (this.#peek().kind !== "end") throw this.#unexpected("AND, OR or the end");
    return condition;
  }

  #peek(): ConditionToken {
    return this.#tokens[this.#next]!;
  }

  #accept(kind: ConditionToken["kind"], text: string): boolean {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.#next++;
    return true;
  }

  #expect(kind: "keyword" | "symbol", text: string): void {
    if (!this.#accept(kind, text)) throw this.#unexpected(text);
  }

  #unexpected(expected: string, hint?: string): VerisimError {
    const token = this.#peek();
    return conditionSyntaxError(this.#text, token.start, expected, describeToken(token), hint);
  }

  #or(): Condition {
    return this.#chain("or", () => this.#chain("and", () => this.#not()));
  }

  #chain(type: "and" | "or", term: () => Condition): Condition {
    const terms = [term()];
    while (this.#accept("keyword", type.toUpperCase())) terms.push(term());
    return terms.length === 1 ? terms[0]! : { type, terms };
  }

  #not(): Condition {
    if (this.#accept("keyword", "NOT")) return this.#nested(() => ({ type: "not", term: this.#not() }));
    return this.#predicate();
  }

  #nested(parse: () => Condition): Condition {
    if (++this.#depth > maxConditionDepth) {
      const expected = `at most ${maxConditionDepth} nested parentheses and NOTs`;
      throw conditionSyntaxError(this.#text, this.#peek().start, expected, "one more");
    }
    const condition = parse();
    this.#depth--;
    return condition;
  }

  #predicate(): Condition {
    if (this.#accept("symbol", "(")) {
      return this.#nested(() => {
        const condition = this.#or();
        this.#expect("symbol", ")");
        return condition;
      });
    }
    const literal = this.#literal();
    if (literal !== undefined) {
      const operator = this.#comparison("a comparison (= != < <= > >=)");
      return { type: "compare", column: this.#column(), operator: turned[operator], value: literal };
    }
    const column = this.#column();
    if (this.#accept("keyword", "IS")) {
      const negated = this.#accept("keyword", "NOT");
      this.#expect("keyword", "NULL");
      return negate({ type: "null", column }, negated);
    }
    const negated = this.#accept("keyword", "NOT");
    if (this.#accept("keyword", "IN")) return negate(this.#in(column), negated);
    if (this.#accept("keyword", "BETWEEN")) return negate(this.#between(column), negated);
    if (negated) throw this.#unexpected("IN or BETWEEN");
    const operator = this.#comparison("= != < <= > >= IN, NOT IN, BETWEEN or IS");
    return { type: "compare", column, operator, value: this.#requiredLiteral() };
  }

  #in(column: string): Condition {
    this.#expect("symbol", "(");
    const values = [this.#requiredLiteral()];
    while (this.#accept("symbol", ",")) values.push(this.#requiredLiteral());
    if (!this.#accept("symbol", ")")) throw this.#unexpected("a comma or )");
    return { type: "in", column, values };
  }

  #between(column: string): Condition {
    const low = this.#requiredLiteral();
    this.#expect("keyword", "AND");
    const high = this.#requiredLiteral();
    return {
      type: "and",
      terms: [
        { type: "compare", column, operator: ">=", value: low },
        { type: "compare", column, operator: "<=", value: high },
      ],
    };
  }

  #comparison(expected: string): Comparison {
    const token = this.#peek();
    const operator =
      token.kind === "symbol" && Object.hasOwn(comparisons, token.text) ? comparisons[token.text] : undefined;
    if (operator === undefined) throw this.#unexpected(expected);
    this.#next++;
    return operator;
  }

  #column(): string {
    const token = this.#peek();
    if (token.kind === "name") {
      this.#next++;
      return token.text;
    }
    const hint =
      token.kind === "text"
        ? "Names with blanks go in double quotes; single quotes are for text."
        : token.kind === "keyword"
          ? `A column of that name goes in double quotes: "${token.text.toLowerCase()}".`
          : undefined;
    throw this.#unexpected("the name of a column", hint);
  }

  #literal(): Literal | undefined {
    const token = this.#peek();
    let value: Literal | undefined;
    if (token.kind === "number") value = token.value;
    else if (token.kind === "text") value = token.text;
    else if (token.kind === "keyword" && (token.text === "TRUE" || token.text === "FALSE"))
      value = token.text === "TRUE";
    if (value !== undefined) this.#next++;
    return value;
  }

  #requiredLiteral(): Literal {
    const value = this.#literal();
    if (value !== undefined) return value;
    const token = this.#peek();
    const hint =
      token.kind === "name"
        ? `Text goes in single quotes: '${token.text.slice(0, 60).replaceAll("'", "''")}'.`
        : token.kind === "keyword" && token.text === "NULL"
          ? "A missing cell is asked for by IS NULL."
          : undefined;
    throw this.#unexpected("a number, 'text', TRUE or FALSE", hint);
  }
}

function negate(term: Condition, negated: boolean): Condition {
  return negated ? { type: "not", term } : term;
}
