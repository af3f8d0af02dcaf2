// Imports: in the directions of the table, declared in package.json, and never around a package's front door.

import { builtinModules } from "node:module";
import path from "node:path";

import {
  type Import,
  importsOf,
  isTest,
  isTypeScript,
  type PackageManifest,
  type Problem,
  packageNameOf,
  packagesOf,
  type Repository,
} from "./repository.ts";
import { addonOwners, addonPattern, importDirections, testOnly } from "./rules.ts";

interface Room {
  readonly folder: string;
  readonly manifest: PackageManifest;
}

export function importProblems(repository: Repository): Problem[] {
  const packages = packagesOf(repository);
  const folderOf = new Map([...packages].map(([folder, { name }]) => [name, folder]));
  const rootManifest = JSON.parse(repository.get("package.json") ?? "{}") as PackageManifest;
  const problems: Problem[] = [];
  for (const [folder, manifest] of packages) {
    const room = { folder, manifest };
    const used = new Set<string>();
    for (const [file, text] of repository) {
      if (!file.startsWith(`${folder}/`) || !isTypeScript(file)) continue;
      for (const found of importsOf(text)) {
        used.add(packageNameOf(found.specifier));
        const message =
          relativeProblem(room, file, found) ??
          undeclaredProblem(room, file, found, rootManifest) ??
          directionProblem(room, file, found, folderOf);
        if (message) problems.push({ file, line: found.line, message });
      }
      const message = addonProblem(folder, text);
      if (message) problems.push({ file, message });
    }
    problems.push(...unusedProblems(room, used));
  }
  return problems;
}

function addonProblem(folder: string, text: string): string | undefined {
  for (const [owner, pattern] of Object.entries(addonOwners))
    if (folder !== owner && pattern.test(text)) return `Only ${owner} may load its addon.`;
  if (Object.hasOwn(addonOwners, folder) || !addonPattern.test(text)) return undefined;
  return `Only ${Object.keys(addonOwners).join(" and ")} may load addons.`;
}

function relativeProblem({ folder }: Room, file: string, { specifier }: Import): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier);
  // Tests may use the repository's tools, such as the one that finds a browser.
  return target.startsWith(`${folder}/`) || (isTest(file) && target.startsWith("tools/"))
    ? undefined
    : `Reaches into ${target}; import the package by its name instead.`;
}

function undeclaredProblem(
  { manifest }: Room,
  file: string,
  { specifier }: Import,
  rootManifest: PackageManifest,
): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return undefined;
  const name = packageNameOf(specifier);
  if (builtinModules.includes(name)) return `Import ${name} as node:${name}.`;
  const declared = {
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.optionalDependencies,
  };
  const forTests = { ...manifest.devDependencies, ...rootManifest.devDependencies };
  if (name in declared || name === manifest.name) return undefined;
  if ((isTest(file) || manifest.private) && name in forTests) return undefined;
  return `Imports ${name}, which its package.json does not declare${name in forTests ? " outside devDependencies" : ""}.`;
}

function directionProblem(
  { folder }: Room,
  file: string,
  { specifier }: Import,
  folderOf: ReadonlyMap<string, string>,
): string | undefined {
  const target = folderOf.get(packageNameOf(specifier));
  if (target === undefined || target === folder) return undefined;
  const allowed = importDirections[folder];
  if (!allowed) return `${folder} has no row in the table of import directions (tools/structure/rules.ts).`;
  const short = target.replace(/^\w+\//, "");
  if (allowed.includes(short) || (isTest(file) && testOnly.includes(short))) return undefined;
  return `${folder} may not import ${target} (allowed: ${allowed.join(", ") || "nothing"}).`;
}

function unusedProblems({ folder, manifest }: Room, used: ReadonlySet<string>): Problem[] {
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => !used.has(name))
    .map((name) => ({ file: `${folder}/package.json`, message: `Declares ${name} but never imports it.` }));
}
