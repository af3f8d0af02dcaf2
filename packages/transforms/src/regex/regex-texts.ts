// Texts that match a pattern as people would write them: every quantifier draws how often it repeats, every choice one of
// its options. Numbers of the whole language (regex-language.ts) are alike likely, and so nearly all of [a-z]+ would be as
// long as it may be.

import { type RowRandom, VerisimError } from "@verisim/core";
import { parseRegex, type RegexNode } from "./regex-syntax.ts";

/** Repeats of repeats grow fast: (a{1000}){1000} would be a text of a million characters. */
const mostCharacters = 20_000;

/** Random texts of a pattern. Cost: microseconds per text, memory by the pattern's length. */
export class RegexTexts {
  readonly pattern: string;
  /** Characters of the shortest and of the longest text. */
  readonly shortest: number;
  readonly longest: number;
  readonly #tree: RegexNode;

  /**
   * @param cap how often `*`, `+` and `{m,}` repeat at most beyond their minimum; default 16
   * @throws VerisimError `VERISIM_REGEX_SYNTAX`, `VERISIM_REGEX_UNSUPPORTED`, `VERISIM_REGEX_TOO_LARGE`
   */
  constructor(pattern: string, cap: number = 16) {
    this.pattern = pattern;
    this.#tree = parseRegex(pattern, cap);
    this.shortest = lengthOf(this.#tree, "min");
    this.longest = lengthOf(this.#tree, "max");
    if (this.longest > mostCharacters)
      throw new VerisimError(
        "VERISIM_REGEX_TOO_LARGE",
        `Expected a pattern of at most ${mostCharacters} characters but texts of ${JSON.stringify(pattern.slice(0, 200))} have up to ${this.longest}.`,
        { hint: "Use smaller counts in quantifiers." },
      );
  }

  /** One text; its draws go on where those before it ended. */
  draw(random: RowRandom): string {
    return drawn(this.#tree, random);
  }
}

function lengthOf(node: RegexNode, end: "min" | "max"): number {
  switch (node.type) {
    case "set":
      return 1;
    case "sequence":
      return node.items.reduce((sum, item) => sum + lengthOf(item, end), 0);
    case "choice":
      return Math[end](...node.options.map((option) => lengthOf(option, end)));
    case "repeat": {
      const times = node[end];
      return times === 0 ? 0 : times * lengthOf(node.item, end);
    }
  }
}

function drawn(node: RegexNode, random: RowRandom): string {
  switch (node.type) {
    case "set": {
      const width = node.ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0);
      let rest = width === 1 ? 0 : random.below(width);
      for (const [low, high] of node.ranges) {
        if (rest <= high - low) return String.fromCodePoint(low + rest);
        rest -= high - low + 1;
      }
      throw new Error("internal: a character outside its ranges");
    }
    case "sequence":
      return node.items.map((item) => drawn(item, random)).join("");
    case "choice":
      return drawn(node.options[random.below(node.options.length)]!, random);
    case "repeat": {
      const times = node.min === node.max ? node.min : node.min + random.below(node.max - node.min + 1);
      let text = "";
      for (let i = 0; i < times; i++) text += drawn(node.item, random);
      return text;
    }
  }
}
