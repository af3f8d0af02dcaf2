// The texts of a pattern as a number space: text k of `size` texts, and the number of a text. Counting works on a
// deterministic automaton, in which every text has one path, so ambiguous patterns such as (a|a)? count no text twice.
// The pattern's quantifiers are bounded, hence the automaton has no cycle and the counts are finite.

import { VerisimError } from "@verisim/core";
import type { CodePointRanges, RegexNode } from "./regex-syntax.ts";
import { parseRegex, unionRanges } from "./regex-syntax.ts";

interface Edge {
  readonly ranges: CodePointRanges;
  /** Number of characters that lead along it. */
  readonly width: number;
  readonly target: AutomatonState;
}

interface AutomatonState {
  readonly accepts: boolean;
  edges: readonly Edge[];
  /** Number of texts that can follow; `small` is the same as a number, or -1 above 2^53. */
  count: bigint;
  small: number;
  /** Characters of the longest of them. */
  longest: number;
}

const maximumStates = 20_000;

/** A nondeterministic automaton: states are numbers; every arrow leads forward. */
class Arrows {
  readonly empty: number[][] = [[]];
  readonly labelled: { readonly ranges: CodePointRanges; readonly to: number }[][] = [[]];
  readonly #pattern: string;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  #state(): number {
    if (this.empty.length >= maximumStates * 4) throw tooLarge(this.#pattern);
    this.labelled.push([]);
    return this.empty.push([]) - 1;
  }

  /** Adds the node's arrows after `from`; returns the state where its texts end. */
  add(node: RegexNode, from: number): number {
    switch (node.type) {
      case "set": {
        const to = this.#state();
        this.labelled[from]!.push({ ranges: node.ranges, to });
        return to;
      }
      case "sequence":
        return node.items.reduce((at, item) => this.add(item, at), from);
      case "choice": {
        const ends = node.options.map((option) => this.add(option, from));
        const to = this.#state();
        for (const end of ends) this.empty[end]!.push(to);
        return to;
      }
      case "repeat": {
        let at = from;
        const exits: number[] = [];
        for (let i = 0; i < node.max; i++) {
          if (i >= node.min) exits.push(at);
          // A fresh state per round: arrows that an inner choice adds to `at` must not be shared between rounds.
          const start = this.#state();
          this.empty[at]!.push(start);
          at = this.add(node.item, start);
        }
        const to = this.#state();
        for (const exit of [...exits, at]) this.empty[exit]!.push(to);
        return to;
      }
    }
  }
}

function tooLarge(pattern: string): VerisimError {
  return new VerisimError(
    "VERISIM_REGEX_TOO_LARGE",
    `Expected a pattern of at most ${maximumStates} states but ${JSON.stringify(pattern.slice(0, 200))} has more.`,
    { where: { option: "regexFormat" }, hint: "Use smaller counts in quantifiers." },
  );
}

function closure(arrows: Arrows, states: Iterable<number>): number[] {
  const seen = new Set(states);
  const open = [...seen];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const next of arrows.empty[state]!) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return [...seen].sort((a, b) => a - b);
}

/** Ranges on which the same set of arrows leads on, grouped by that set. */
function partition(
  arrows: Arrows,
  states: readonly number[],
): Map<string, { ranges: [number, number][]; to: number[] }> {
  const labelled = states.flatMap((state) => arrows.labelled[state]!);
  const starts = new Set<number>();
  for (const { ranges } of labelled) for (const [low, high] of ranges) starts.add(low).add(high + 1);
  const cuts = [...starts].sort((a, b) => a - b);
  const groups = new Map<string, { ranges: [number, number][]; to: number[] }>();
  for (let i = 0; i + 1 < cuts.length; i++) {
    const low = cuts[i]!;
    const to = labelled
      .filter(({ ranges }) => ranges.some(([a, b]) => a <= low && low <= b))
      .map((arrow) => arrow.to);
    if (to.length === 0) continue;
    const key = to.sort((a, b) => a - b).join(",");
    const group = groups.get(key);
    if (group) group.ranges.push([low, cuts[i + 1]! - 1]);
    else groups.set(key, { ranges: [[low, cuts[i + 1]! - 1]], to });
  }
  return groups;
}

function determinize(pattern: string, arrows: Arrows, end: number): AutomatonState {
  const known = new Map<string, AutomatonState>();
  const open: { readonly state: AutomatonState; readonly members: readonly number[] }[] = [];
  const stateOf = (seeds: Iterable<number>): AutomatonState => {
    const members = closure(arrows, seeds);
    const key = members.join(",");
    let state = known.get(key);
    if (!state) {
      if (known.size >= maximumStates) throw tooLarge(pattern);
      state = { accepts: members.includes(end), edges: [], count: -1n, small: -1, longest: 0 };
      known.set(key, state);
      open.push({ state, members });
    }
    return state;
  };
  const start = stateOf([0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    next.state.edges = Array.from(partition(arrows, next.members).values(), ({ ranges, to }) => {
      const merged = unionRanges(ranges);
      const width = merged.reduce((sum, [low, high]) => sum + high - low + 1, 0);
      return { ranges: merged, width, target: stateOf(to) };
    });
  }
  return start;
}

/** Counts the texts from every state, children first. */
function countTexts(start: AutomatonState): void {
  const stack = [start];
  while (stack.length > 0) {
    const state = stack.at(-1)!;
    const waiting = state.edges.filter((edge) => edge.target.count < 0n);
    if (waiting.length > 0) {
      for (const edge of waiting) stack.push(edge.target);
      continue;
    }
    stack.pop();
    state.count = state.edges.reduce(
      (sum, edge) => sum + BigInt(edge.width) * edge.target.count,
      state.accepts ? 1n : 0n,
    );
    state.small = state.count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(state.count) : -1;
    state.longest = state.edges.reduce((most, { target }) => Math.max(most, 1 + target.longest), 0);
  }
}

function characterAt(ranges: CodePointRanges, index: number): string {
  let rest = index;
  for (const [low, high] of ranges) {
    if (rest <= high - low) return String.fromCodePoint(low + rest);
    rest -= high - low + 1;
  }
  throw new Error("internal: character index outside its ranges");
}

function characterIndex(ranges: CodePointRanges, code: number): number {
  let before = 0;
  for (const [low, high] of ranges) {
    if (code >= low && code <= high) return before + code - low;
    before += high - low + 1;
  }
  return -1;
}

/** All texts that match a pattern, numbered from 0. Cost: microseconds per text, memory by the pattern's length. */
export class RegexLanguage {
  readonly pattern: string;
  /** Number of distinct texts. */
  readonly size: bigint;
  /** Characters of the longest text. */
  readonly longest: number;
  readonly #start: AutomatonState;

  /**
   * @param cap how often `*`, `+` and `{m,}` repeat at most beyond their minimum; default 16
   * @throws VerisimError `VERISIM_REGEX_SYNTAX`, `VERISIM_REGEX_UNSUPPORTED`, `VERISIM_REGEX_TOO_LARGE`
   */
  constructor(pattern: string, cap: number = 16) {
    const arrows = new Arrows(pattern);
    const end = arrows.add(parseRegex(pattern, cap), 0);
    this.pattern = pattern;
    this.#start = determinize(pattern, arrows, end);
    countTexts(this.#start);
    this.size = this.#start.count;
    this.longest = this.#start.longest;
  }

  /** Text number `index` of [0, size). */
  at(index: bigint): string {
    let state = this.#start;
    let rest = index;
    let text = "";
    while (state.small < 0) {
      if (state.accepts) {
        if (rest === 0n) return text;
        rest -= 1n;
      }
      for (const edge of state.edges) {
        const block = BigInt(edge.width) * edge.target.count;
        if (rest >= block) {
          rest -= block;
          continue;
        }
        text += characterAt(edge.ranges, Number(rest / edge.target.count));
        rest %= edge.target.count;
        state = edge.target;
        break;
      }
    }
    return text + smallText(state, Number(rest));
  }

  /** The number of a text, or -1 where the pattern does not match all of it. */
  indexOf(text: string): bigint {
    let state = this.#start;
    let index = 0n;
    for (const character of text) {
      if (state.accepts) index += 1n;
      const code = character.codePointAt(0)!;
      let next: AutomatonState | undefined;
      for (const edge of state.edges) {
        const position = characterIndex(edge.ranges, code);
        if (position >= 0) {
          index += BigInt(position) * edge.target.count;
          next = edge.target;
          break;
        }
        index += BigInt(edge.width) * edge.target.count;
      }
      if (!next) return -1n;
      state = next;
    }
    return state.accepts ? index : -1n;
  }
}

// The same walk as in `at`, in plain numbers once the remaining count fits into one.
function smallText(start: AutomatonState, index: number): string {
  let state = start;
  let rest = index;
  let text = "";
  for (;;) {
    if (state.accepts) {
      if (rest === 0) return text;
      rest--;
    }
    let moved = false;
    for (const edge of state.edges) {
      const block = edge.width * edge.target.small;
      if (rest >= block) {
        rest -= block;
        continue;
      }
      const position = Math.floor(rest / edge.target.small);
      text += characterAt(edge.ranges, position);
      rest -= position * edge.target.small;
      state = edge.target;
      moved = true;
      break;
    }
    if (!moved) throw new Error("internal: text index outside the language");
  }
}
