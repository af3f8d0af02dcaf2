// The layout of the repository as tables: who may import whom, which names say nothing, which words stay out.
// check.ts applies them; CONTRIBUTING.md says why.

/** Packages by folder and the packages they may import; a row's tests may also import {@link testOnly}. */
export const importDirections: Readonly<Record<string, readonly string[]>> = {
  "packages/core": [],
  "packages/tensor": ["core"],
  "packages/stats": ["core", "tensor"],
  "packages/onnx": ["core", "tensor"],
  "packages/tfjs": ["core", "tensor"],
  "packages/data": ["core"],
  "packages/transforms": ["core", "tensor", "stats", "data"],
  "packages/copula": ["core", "tensor", "stats", "data", "transforms"],
  "packages/neural": ["core", "tensor", "stats", "data", "transforms", "onnx"],
  "packages/gan": ["core", "tensor", "neural"],
  "packages/attention-gan": ["core", "tensor", "neural"],
  "packages/vae": ["core", "tensor", "neural"],
  "packages/diffusion": ["core", "tensor", "stats", "neural"],
  "packages/language": ["core", "tensor", "neural"],
  "packages/vam": ["core", "tensor", "neural", "onnx"],
  "packages/trees": ["core"],
  "packages/forest": ["core", "stats", "transforms", "trees", "onnx"],
  "packages/resample": ["core", "tensor", "stats", "trees"],
  "packages/simulate": ["core", "tensor", "stats", "transforms"],
  "packages/privacy": ["core", "tensor", "stats", "trees"],
  "packages/evaluate": ["core", "tensor", "stats", "transforms", "trees", "privacy"],
  "packages/report": ["core", "evaluate"],
  "packages/testing": ["core", "tensor", "stats", "data", "transforms", "evaluate"],
  "packages/sampler-testing": ["core", "tensor", "neural", "onnx", "tfjs", "testing"],
  "packages/verisim": [
    "core",
    "tensor",
    "stats",
    "data",
    "transforms",
    "copula",
    "gan",
    "attention-gan",
    "forest",
    "vae",
    "vam",
    "diffusion",
    "language",
    "evaluate",
    "report",
    "onnx",
    "privacy",
    "resample",
    "simulate",
    "trees",
  ],
  "apps/cli": [
    "core",
    "tensor",
    "stats",
    "data",
    "transforms",
    "copula",
    "evaluate",
    "onnx",
    "report",
    "verisim",
    "trees",
    "resample",
    "simulate",
  ],
};

/** What tests may import beyond their package's row, if their package.json declares it. */
export const testOnly: readonly string[] = ["testing", "sampler-testing", "data", "evaluate"];

/** The addons by the one package that loads each, and how a file that loads it looks. */
export const addonOwners: Readonly<Record<string, RegExp>> = {
  "packages/tensor": /verisim_tensor\.node|@verisim\/tensor-(linux|darwin|win|\$)/,
  "packages/trees": /verisim_trees\.node|@verisim\/trees-(linux|darwin|win|\$)/,
};

/** How a file that loads any addon looks: only the owners may. */
export const addonPattern = /\.node["'`]|process\.dlopen/;

export const longestFile = 400;

/** Words that say nothing about what a file holds. */
export const emptyNames: ReadonlySet<string> = new Set([
  "util",
  "utils",
  "helper",
  "helpers",
  "base",
  "common",
  "manager",
  "misc",
  "v2",
]);

/** Text that must not be in any file; written so that no pattern matches itself. */
export const forbiddenText: readonly { readonly pattern: RegExp; readonly meaning: string }[] = [
  { pattern: /(?<![\w.])[/](work|farm)[/]/, meaning: "a folder of one machine" },
  { pattern: /[/]tmp[/](brief|peers)\b/, meaning: "a folder of one machine" },
  {
    pattern: /(registry|www)[.](npmjs|yarnpkg)|pypi[.]org|pythonhosted[.]org|repo1?[.]maven/,
    meaning: "a registry's host",
  },
];

/** Loose ends in sources, tests included. */
export const looseEnds: readonly { readonly pattern: RegExp; readonly meaning: string }[] = [
  { pattern: /\b(TODO|FIXME)[:(\s]/, meaning: "unfinished work (finish it or file it)" },
  { pattern: /\b(it|test|describe)\.only\(/, meaning: "a test that hides all others" },
  { pattern: /@ts-(ignore|nocheck)\b/, meaning: "a silenced type error" },
  { pattern: /(?<!["'`/])\bMath\.random\(/, meaning: "a random number without a seed" },
];
