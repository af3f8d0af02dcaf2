// Regular expressions as a tree: the part of the syntax that describes a finite set of texts. Unbounded quantifiers
// are cut at a cap; what needs a look around or back has no place here and is refused with its position.

import { VerisimError } from "@verisim/core";

/** Inclusive ranges of code points, ascending and apart. */
export type CodePointRanges = readonly (readonly [number, number])[];

export type RegexNode =
  | { readonly type: "set"; readonly ranges: CodePointRanges }
  | { readonly type: "sequence"; readonly items: readonly RegexNode[] }
  | { readonly type: "choice"; readonly options: readonly RegexNode[] }
  | { readonly type: "repeat"; readonly item: RegexNode; readonly min: number; readonly max: number };

/** Largest count that a quantifier may name. */
export const maximumRepeat = 1000;
const maximumNesting = 100;

// `.` and negated sets mean printable ASCII: ids hold no control characters, and the space stays countable.
const printable: CodePointRanges = [[0x20, 0x7e]];
const classes: Readonly<Record<string, CodePointRanges>> = {
  d: [[0x30, 0x39]],
  w: [
    [0x30, 0x39],
    [0x41, 0x5a],
    [0x5f, 0x5f],
    [0x61, 0x7a],
  ],
  s: [[0x20, 0x20]],
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, f: 12, v: 11, "0": 0 };

/** Sorted, disjoint ranges that cover the same code points. */
export function unionRanges(ranges: CodePointRanges): CodePointRanges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = result.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else result.push([low, high]);
  }
  return result;
}

function complement(ranges: CodePointRanges): CodePointRanges {
  const result: [number, number][] = [];
  let next = printable[0]![0];
  for (const [low, high] of unionRanges(ranges)) {
    if (low > next) result.push([next, Math.min(low - 1, printable[0]![1])]);
    next = Math.max(next, high + 1);
  }
  if (next <= printable[0]![1]) result.push([next, printable[0]![1]]);
  return result.filter(([low, high]) => low <= high);
}

class RegexReader {
  readonly #pattern: string;
  readonly #points: readonly string[];
  readonly #cap: number;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, cap: number) {
    this.#pattern = pattern;
    this.#points = Array.from(pattern);
    this.#cap = cap;
  }

  read(): RegexNode {
    const node = this.#choice();
    if (this.#at < this.#points.length)
      throw this.#syntax("Expected the end of the pattern but received ')'");
    return node;
  }

  #fail(code: string, message: string, hint: string): VerisimError {
    return new VerisimError(
      code,
      `${message} at character ${this.#at + 1} of ${JSON.stringify(this.#pattern)}.`,
      { where: { option: "regexFormat" }, hint },
    );
  }

  #syntax(message: string): VerisimError {
    return this.#fail(
      "VERISIM_REGEX_SYNTAX",
      message,
      "Put a backslash before a character to mean the character.",
    );
  }

  #unsupported(what: string): VerisimError {
    return this.#fail(
      "VERISIM_REGEX_UNSUPPORTED",
      `Expected a pattern that texts can be made from but received ${what}`,
      "Use literals, classes, groups, alternatives and quantifiers.",
    );
  }

  #peek(offset: number = 0): string | undefined {
    return this.#points[this.#at + offset];
  }

  #take(text: string): boolean {
    const points = Array.from(text);
    if (!points.every((point, i) => this.#peek(i) === point)) return false;
    this.#at += points.length;
    return true;
  }

  #choice(): RegexNode {
    if (++this.#depth > maximumNesting)
      throw this.#unsupported(`groups nested deeper than ${maximumNesting}`);
    const options = [this.#sequence()];
    while (this.#take("|")) options.push(this.#sequence());
    this.#depth--;
    return options.length === 1 ? options[0]! : { type: "choice", options };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    while (this.#take("^")) if (this.#depth > 1) throw this.#unsupported("an anchor inside a group");
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === "|" || next === ")") break;
      if (this.#take("$")) {
        const after = this.#peek();
        if (this.#depth > 1) throw this.#unsupported("an anchor inside a group");
        if (after !== undefined && after !== "|" && after !== "$")
          throw this.#unsupported("'$' before the end");
        continue;
      }
      items.push(this.#quantified(this.#atom()));
    }
    return items.length === 1 ? items[0]! : { type: "sequence", items };
  }

  #atom(): RegexNode {
    const point = this.#points[this.#at]!;
    if (this.#take("(")) return this.#group();
    if (this.#take("[")) return { type: "set", ranges: this.#set() };
    if (this.#take(".")) return { type: "set", ranges: printable };
    if (point === "^") throw this.#unsupported("'^' after the start");
    if ("*+?".includes(point)) throw this.#syntax(`Expected something to repeat but received '${point}'`);
    if (this.#take("\\")) return { type: "set", ranges: this.#escape(false) };
    this.#at++;
    const code = point.codePointAt(0)!;
    return { type: "set", ranges: [[code, code]] };
  }

  #group(): RegexNode {
    if (this.#take("?")) {
      if (this.#peek() === "=" || this.#peek() === "!") throw this.#unsupported("a look-ahead");
      if (this.#peek() === "<" && (this.#peek(1) === "=" || this.#peek(1) === "!"))
        throw this.#unsupported("a look-behind");
      if (this.#take("<") || this.#take("P<")) {
        while (this.#peek() !== undefined && this.#peek() !== ">") this.#at++;
        if (!this.#take(">"))
          throw this.#syntax("Expected '>' after the name of a group but received the end");
      } else if (!this.#take(":")) throw this.#unsupported("a group with flags");
    }
    const node = this.#choice();
    if (!this.#take(")")) throw this.#syntax("Expected ')' but received the end");
    return node;
  }

  #quantified(item: RegexNode): RegexNode {
    let node = item;
    for (;;) {
      let bounds: readonly [number, number] | undefined;
      if (this.#take("*")) bounds = [0, this.#cap];
      else if (this.#take("+")) bounds = [1, Math.max(1, this.#cap)];
      else if (this.#take("?")) bounds = [0, 1];
      else if (this.#peek() === "{") bounds = this.#braces();
      if (!bounds) return node;
      if (node !== item) throw this.#syntax("Expected one quantifier but received two");
      node = { type: "repeat", item, min: bounds[0], max: bounds[1] };
      // A lazy quantifier describes the same texts; a possessive one need not.
      if (this.#peek() === "+") throw this.#unsupported("a possessive quantifier");
      if (this.#take("?")) return node;
    }
  }

  #braces(): readonly [number, number] | undefined {
    const rest = this.#points.slice(this.#at, this.#at + 24).join("");
    const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest);
    if (!match) return undefined;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] ? Number(match[3]) : min + this.#cap;
    if (min > max) throw this.#syntax(`Expected an ascending range of counts but received ${match[0]}`);
    if (max > maximumRepeat + this.#cap) throw this.#unsupported(`a count above ${maximumRepeat}`);
    this.#at += match[0].length;
    return [min, max];
  }

  #set(): CodePointRanges {
    const negated = this.#take("^");
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; ; first = false) {
      const point = this.#peek();
      if (point === undefined) throw this.#syntax("Expected ']' but received the end");
      if (point === "]" && !first) break;
      const low = this.#setMember();
      const single = low.length === 1 && low[0]![0] === low[0]![1];
      if (single && this.#peek() === "-" && this.#peek(1) !== "]" && this.#peek(1) !== undefined) {
        this.#at++;
        const high = this.#setMember();
        if (high.length !== 1 || high[0]![0] !== high[0]![1] || high[0]![0] < low[0]![0])
          throw this.#syntax("Expected an ascending range of characters");
        ranges.push([low[0]![0], high[0]![0]]);
      } else ranges.push(...low);
    }
    this.#at++;
    const result = negated ? complement(ranges) : unionRanges(ranges);
    if (result.length === 0) throw this.#unsupported("a set without characters");
    return result;
  }

  #setMember(): CodePointRanges {
    if (this.#take("\\")) return this.#escape(true);
    const code = this.#points[this.#at++]!.codePointAt(0)!;
    return [[code, code]];
  }

  #escape(inSet: boolean): CodePointRanges {
    const point = this.#peek();
    if (point === undefined)
      throw this.#syntax("Expected a character after a backslash but received the end");
    const lower = point.toLowerCase();
    if (lower in classes) {
      this.#at++;
      return point === lower ? classes[lower]! : complement(classes[lower]!);
    }
    if (/[1-9]/.test(point) || point === "k") throw this.#unsupported("a back-reference");
    if (lower === "b" || /[AZzG]/.test(point)) {
      if (!(inSet && point === "b")) throw this.#unsupported(`\\${point}`);
    }
    if (lower === "p") throw this.#unsupported("a Unicode property");
    this.#at++;
    if (point in controls) return [[controls[point]!, controls[point]!]];
    if (point === "x" || point === "u") {
      const length = point === "x" ? 2 : 4;
      const digits = this.#points.slice(this.#at, this.#at + length).join("");
      if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(digits))
        throw this.#syntax(`Expected ${length} hexadecimal digits after \\${point}`);
      this.#at += length;
      return [[Number.parseInt(digits, 16), Number.parseInt(digits, 16)]];
    }
    if (/[A-Za-z]/.test(point) && !(inSet && point === "b")) throw this.#unsupported(`\\${point}`);
    const code = point === "b" ? 8 : point.codePointAt(0)!;
    return [[code, code]];
  }
}

/**
 * The tree of a pattern; `^` and `$` at its ends are taken as given.
 *
 * @param cap how often `*`, `+` and `{m,}` repeat at most beyond their minimum
 * @throws VerisimError `VERISIM_REGEX_SYNTAX`, `VERISIM_REGEX_UNSUPPORTED`
 */
export function parseRegex(pattern: string, cap: number): RegexNode {
  return new RegexReader(pattern, cap).read();
}
