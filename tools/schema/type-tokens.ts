// The words of a TypeScript source, with its doc comments: what a reader of plain-data types needs and no more.

const token =
  /\s+|\/\/[^\n]*|(?<doc>\/\*\*[\s\S]*?\*\/)|\/\*[\s\S]*?\*\/|(?<word>[A-Za-z_$][\w$]*)|(?<text>"(?:[^"\\]|\\.)*")|(?<number>-?\d[\d_.]*)|(?<mark>=>|[{}[\]()<>|&;:,?=.])|(?<other>[\s\S])/gy;

/** A piece of the source that means something; doc comments are kept. */
export interface Token {
  kind: "doc" | "word" | "text" | "number" | "mark" | "other";
  value: string;
}

/** Cuts a source into pieces, blanks and other comments left out. */
export function tokensOf(source: string): Token[] {
  return [...source.matchAll(token)].flatMap(({ groups }) => {
    const found = Object.entries(groups!).find(([, value]) => value !== undefined);
    return found ? [{ kind: found[0] as Token["kind"], value: found[1]! }] : [];
  });
}

/** The text of a doc comment without its marks, tags cut off. */
export function docText(comment: string): string {
  const lines = comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim());
  return lines
    .join(" ")
    .split(/(?:^|\s)@\w/)[0]!
    .replace(/\{@link ([^}]*)\}/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
