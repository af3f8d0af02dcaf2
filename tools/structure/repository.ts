// The files of the repository as text, and what the rules ask about them: kinds, packages, imports.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export interface PackageManifest {
  readonly name: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly license?: string;
  readonly sideEffects?: boolean;
  readonly files?: readonly string[];
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Path relative to the root (with slashes) -> text. */
export type Repository = ReadonlyMap<string, string>;

export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

const binary = /\.(png|jpg|ico|woff2?|parquet|arrow|feather|zip|gz|node|verisim)$/;

/** Every text file that is or could be committed: what git tracks and what it does not ignore. */
export function readRepository(root: string): Repository {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const files = new Map<string, string>();
  for (const file of new Set(list.split("\0"))) {
    const place = path.join(root, file);
    if (file === "" || binary.test(file) || !existsSync(place) || !statSync(place).isFile()) continue;
    files.set(file, readFileSync(place, "utf8"));
  }
  return files;
}

export const isTypeScript = (file: string): boolean => /\.(ts|tsx|mts|mjs)$/.test(file);
export const isSource = (file: string): boolean =>
  /\.(ts|tsx|mts|mjs|js|cc|cpp|h|hpp|def|py|css)$/.test(file);
/** Tests, and what lies beside src for them: never published. */
export const isTest = (file: string): boolean =>
  /\.(test|bench)\.ts$/.test(file) || /^(packages|apps)\/[^/]+\/(fixtures|test)\//.test(file);

/** Folders of workspace packages with their manifests. */
export function packagesOf(repository: Repository): Map<string, PackageManifest> {
  const found = new Map<string, PackageManifest>();
  for (const [file, text] of repository) {
    if (/^(packages|apps)\/[^/]+\/package\.json$/.test(file))
      found.set(path.posix.dirname(file), JSON.parse(text) as PackageManifest);
  }
  return found;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const importPattern =
  /(?:\bfrom\s*|\bimport\s*\(\s*|\brequire\s*\(\s*|(?:^|\n)\s*import\s+)["']([^"'\s]+)["']/g;

/** What a TypeScript file imports, comments left out. */
export function importsOf(text: string): Import[] {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, " "));
  return [...bare.matchAll(importPattern)].map((match) => ({
    specifier: match[1]!,
    line: bare.slice(0, match.index + match[0].lastIndexOf(match[1]!)).split("\n").length,
  }));
}

/** `@scope/name/deep` -> `@scope/name`. */
export function packageNameOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
