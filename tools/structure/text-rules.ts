// Rules about single files: length, name, first lines, exports, words that must not be there.

import path from "node:path";

import { isSource, isTest, isTypeScript, type Problem, type Repository } from "./repository.ts";
import { emptyNames, forbiddenText, longestFile, looseEnds } from "./rules.ts";

const lockfile = "pnpm-lock.yaml";

export function textProblems(repository: Repository): Problem[] {
  const problems: Problem[] = [];
  for (const [file, text] of repository) {
    if (file === lockfile) continue;
    problems.push(...matches(file, text, forbiddenText));
    if (!isSource(file)) continue;
    const messages = [
      lengthProblem(text),
      nameProblem(file),
      headProblem(file, text),
      defaultProblem(file, text),
    ];
    for (const message of messages) if (message) problems.push({ file, message });
    if (isTypeScript(file) && !file.startsWith("tools/structure/"))
      problems.push(...matches(file, text, looseEnds));
  }
  return problems;
}

function matches(
  file: string,
  text: string,
  patterns: readonly { readonly pattern: RegExp; readonly meaning: string }[],
): Problem[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      patterns
        .filter(({ pattern }) => pattern.test(line))
        .map(({ meaning }) => ({ file, line: index + 1, message: `Holds ${meaning}.` })),
    );
}

function lengthProblem(text: string): string | undefined {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return lines > longestFile
    ? `Has ${lines} lines; ${longestFile} is the most. Split it by what its parts do.`
    : undefined;
}

function nameProblem(file: string): string | undefined {
  for (const part of file.split("/")) {
    const word = part.split(/[-_.]/).find((piece) => emptyNames.has(piece));
    if (word) return `"${word}" says nothing; name the file after the one thing it holds.`;
  }
  const name = path.posix.basename(file);
  if (isTypeScript(file) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/.test(name))
    return "Expected a name in kebab-case.";
  return undefined;
}

/** The first lines say what a file is for; lists of exports need no words, nor tests that lie beside what they test. */
function headProblem(file: string, text: string): string | undefined {
  if (isTest(file)) return undefined;
  const body = text.replace(/^#!.*\n/, "");
  if (body.replace(/export (type )?(\*|\{[^}]*\})( as \w+)?( from "[^"]+")?;/g, "").trim() === "")
    return undefined;
  const comment = file.endsWith(".py") ? /^(#|"""|''')/ : file.endsWith(".css") ? /^\/\*/ : /^(\/\/|\/\*)/;
  return comment.test(body) ? undefined : "Expected the first lines to say what the file is for.";
}

function defaultProblem(file: string, text: string): string | undefined {
  if (!isTypeScript(file) || /vitest(\.\w+)?\.config\.ts$/.test(file)) return undefined;
  return /^export default\b|^export \{[^}]*\bas default\b/m.test(text)
    ? "Expected named exports only."
    : undefined;
}
