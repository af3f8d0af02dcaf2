// The examples of the documentation: every fenced block of TypeScript and of shell commands in README.md, docs/ and the
// packages' pages, with its place.

import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export const root: string = path.resolve(import.meta.dirname, "../..");

export interface Example {
  /** The document, relative to the root. */
  readonly document: string;
  /** Line of the document that the block's first line is, from 1. */
  readonly line: number;
  readonly language: "ts" | "sh";
  readonly text: string;
}

const documents = ["*.md", "docs/**/*.md", "packages/*/README.md", "apps/*/README.md", "tools/*/README.md"];
const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;

function isExampleLanguage(language: string): language is Example["language"] {
  return language === "ts" || language === "sh";
}

/** The blocks of one document that are fenced as `ts` or `sh`. */
export function examplesIn(document: string, text: string): Example[] {
  return [...text.matchAll(fence)].flatMap((match) => {
    const language = match[1]!;
    if (!isExampleLanguage(language)) return [];
    const line = text.slice(0, match.index).split("\n").length + 1;
    return [{ document, line, language, text: match[2]! }];
  });
}

/** Every example of the repository, by document. */
export function allExamples(): Example[] {
  const found = documents.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  return found.flatMap((document) =>
    examplesIn(document.replaceAll("\\", "/"), readFileSync(path.join(root, document), "utf8")),
  );
}

/** The `verisim` commands of a block of shell lines, without comments, as argument lists. */
export function commandsOf(example: Example): string[][] {
  return example.text.split("\n").flatMap((line) => {
    const words = [...line.matchAll(/"([^"]*)"|(#.*$)|(\S+)/g)].flatMap(([, quoted, comment, word]) =>
      comment === undefined ? [quoted ?? word!] : [],
    );
    const start = words[0] === "npx" ? 1 : 0;
    return words[start] === "verisim" ? [words.slice(start + 1)] : [];
  });
}
