// Every package looks the same from outside: what it must hold and say about itself.

import { type PackageManifest, type Problem, packagesOf, type Repository } from "./repository.ts";

const requiredFiles = ["README.md", "LICENSE", "src/index.ts", "tsconfig.json"];

export function packageProblems(repository: Repository): Problem[] {
  const problems: Problem[] = [];
  const references = JSON.parse(repository.get("tsconfig.json") ?? '{"references":[]}') as {
    references: { path: string }[];
  };
  problems.push(...unexplainedDependencies(repository));
  for (const [folder, manifest] of packagesOf(repository)) {
    for (const required of requiredFiles) {
      if (!repository.has(`${folder}/${required}`))
        problems.push({ file: `${folder}/${required}`, message: "Every package has this file." });
    }
    for (const message of manifestProblems(manifest))
      problems.push({ file: `${folder}/package.json`, message });
    if (!references.references.some((reference) => reference.path === folder))
      problems.push({ file: "tsconfig.json", message: `Has no reference to ${folder}, so it is not built.` });
  }
  return problems;
}

const isOwn = (name: string): boolean => name.startsWith("@verisim/") || name === "verisim";

/** Every outside package has its line, with licence and reason, in docs/dependencies.md. */
function unexplainedDependencies(repository: Repository): Problem[] {
  const explained = repository.get("docs/dependencies.md") ?? "";
  const problems: Problem[] = [];
  for (const [file, text] of repository) {
    if (!/(^|\/)package\.json$/.test(file)) continue;
    const manifest = JSON.parse(text) as PackageManifest;
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    for (const name of Object.keys(all)) {
      if (!isOwn(name) && !explained.includes(`\`${name}\``))
        problems.push({ file, message: `Needs ${name}, which docs/dependencies.md does not explain.` });
    }
  }
  return problems;
}

function manifestProblems(manifest: PackageManifest): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, message: string) => {
    if (!holds) problems.push(message);
  };
  expect(manifest.type === "module", 'Expected "type": "module".');
  expect(manifest.sideEffects === false, 'Expected "sideEffects": false.');
  expect(manifest.license === "Apache-2.0", 'Expected "license": "Apache-2.0".');
  expect(manifest.engines?.node === ">=20.19", 'Expected "engines": {"node": ">=20.19"}.');
  expect(manifest.files?.includes("dist") === true, 'Expected "files" to hold "dist".');
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    const own = isOwn(name);
    expect(
      own === version.startsWith("workspace:"),
      `Expected ${name} ${own ? "as workspace:*" : "from a registry"}.`,
    );
    expect(own || /^\d/.test(version), `Expected an exact version of ${name} but received ${version}.`);
  }
  return problems;
}
