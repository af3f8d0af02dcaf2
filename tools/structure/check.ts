// Checks the layout of the repository: `npm run check`, and a step of `npm test`. Prints one line per problem.

import path from "node:path";

import { importProblems } from "./import-rules.ts";
import { packageProblems } from "./package-rules.ts";
import { type Problem, type Repository, readRepository } from "./repository.ts";
import { textProblems } from "./text-rules.ts";

export function structureProblems(repository: Repository): Problem[] {
  return [...packageProblems(repository), ...importProblems(repository), ...textProblems(repository)];
}

if (import.meta.main) {
  const repository = readRepository(path.resolve(import.meta.dirname, "../.."));
  const problems = structureProblems(repository);
  for (const { file, line, message } of problems)
    console.log(`${file}${line === undefined ? "" : `:${line}`}  ${message}`);
  console.log(`structure: ${repository.size} files, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
