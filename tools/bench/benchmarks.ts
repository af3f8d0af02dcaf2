// The benchmarks by name. Each side is a worker script that answers "run" with the seconds it took; data and
// environment are the same for all. Adding one is a row here and a script per side.

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Script of our side, run by Node. */
  readonly ours: string;
  /** What the scripts of all sides get after the table and the number of threads. */
  readonly arguments?: readonly string[];
  /** True: the sides take a number of epochs (`--epochs`) after that. */
  readonly epochs?: true;
  readonly peers: readonly Peer[];
}

/** A script run by the Python of an environment of the peers folder; by Node for the environment `node`. */
export interface Peer {
  readonly name: string;
  readonly environment: string;
  readonly script: string;
  readonly arguments?: readonly string[];
}

const sdv = (script: string) => [{ name: "sdv", environment: "sdv", script }];

export const benchmarks: readonly Benchmark[] = [
  {
    name: "copula-fit",
    summary: "Gaussian copula on Adult: fit and sample as many rows, in the process",
    ours: "ours/copula-fit.ts",
    peers: sdv("peers/copula_fit.py"),
  },
  {
    name: "copula-1m",
    summary: "1,000,000 rows sampled from a fitted Gaussian copula into a Parquet file",
    ours: "ours/million-rows.ts",
    arguments: ["gaussian-copula"],
    peers: sdv("peers/million_rows.py"),
  },
  {
    name: "synth-process",
    summary: "the whole command: CSV in, synthetic CSV and quality report out, from the start of its process",
    ours: "ours/synth-process.ts",
    peers: sdv("peers/synth_process.py"),
  },
  {
    name: "quality-report",
    summary: "quality and diagnostic report of Adult against itself, in the process",
    ours: "ours/quality-report.ts",
    peers: [{ name: "sdmetrics", environment: "sdv", script: "peers/quality_report.py" }],
  },
  {
    name: "gemm",
    summary: "f32 matrix products in eight shapes of training, equal work for each",
    ours: "ours/gemm.ts",
    peers: [{ name: "numpy", environment: "sdv", script: "peers/gemm.py" }],
  },
  {
    name: "ctgan-step",
    summary: "one training step of CTGAN at Adult's sizes, batch 500",
    ours: "ours/ctgan-step.ts",
    arguments: ["500"],
    peers: [{ name: "ctgan", environment: "sdv", script: "peers/ctgan_step.py" }],
  },
  {
    name: "ctgan-step-50",
    summary: "one training step of CTGAN at Adult's sizes, batch 50",
    ours: "ours/ctgan-step.ts",
    arguments: ["50"],
    peers: [{ name: "ctgan", environment: "sdv", script: "peers/ctgan_step.py" }],
  },
  {
    name: "tvae-step",
    summary: "one training step of TVAE at Adult's sizes, batch 500",
    ours: "ours/tvae-step.ts",
    peers: [{ name: "ctgan", environment: "sdv", script: "peers/tvae_step.py" }],
  },
  ...["ctgan", "copulagan", "tvae"].map(
    (model): Benchmark => ({
      name: `${model}-fit`,
      summary: `one whole fit of ${model} on Adult with the settings of the paper, --epochs 10`,
      ours: "ours/neural-fit.ts",
      arguments: [model],
      epochs: true,
      peers: sdv("peers/neural_fit.py"),
    }),
  ),
  {
    name: "ctgan-prep",
    summary: "what comes before CTGAN's first step: mixtures fitted to Adult, all rows encoded",
    ours: "ours/ctgan-prep.ts",
    peers: [{ name: "ctgan", environment: "sdv", script: "peers/ctgan_prep.py" }],
  },
  {
    name: "ctgan-1m",
    summary: "1,000,000 rows sampled from a fitted CTGAN into a Parquet file",
    ours: "ours/million-rows.ts",
    arguments: ["ctgan"],
    peers: sdv("peers/million_rows.py"),
  },
  {
    name: "tiny-step",
    summary: "one training step of a 16-64-64-1 network, batch 32: all overhead",
    ours: "ours/tiny-step.ts",
    peers: ["eager", "compile"].map((way) => ({
      name: `torch-${way}`,
      environment: "sdv",
      script: "peers/tiny_step.py",
      arguments: [way],
    })),
  },
  {
    name: "lightgbm",
    summary: "boosted trees (LightGBM, 100 rounds of 31 leaves) on Adult: fit and predict, in the process",
    ours: "ours/lightgbm.ts",
    peers: [{ name: "lightgbm", environment: "sdv", script: "peers/lightgbm_fit.py" }],
  },
  {
    name: "trees-fit",
    summary: "sequential trees on Adult: fit and sample as many rows, in the process",
    ours: "ours/trees-fit.ts",
    peers: [{ name: "scikit-learn", environment: "sdv", script: "peers/trees_fit.py" }],
  },
  {
    name: "autoregressive-fit",
    summary: "AutoregressiveTable on Adult: a whole fit and as many rows, at the defaults of both sides",
    ours: "ours/autoregressive-fit.ts",
    peers: [{ name: "mostlyai-engine", environment: "mostly", script: "peers/autoregressive_fit.py" }],
  },
  {
    name: "autoregressive-1m",
    summary: "1,000,000 rows sampled from a fitted AutoregressiveTable into a Parquet file",
    ours: "ours/million-rows.ts",
    arguments: ["autoregressive"],
    peers: [],
  },
  {
    name: "neighbours",
    summary: "the five nearest of Adult's 32,561 rows for each of 16,281, numbers and categories",
    ours: "ours/neighbours.ts",
    peers: [{ name: "scikit-learn", environment: "imblearn", script: "peers/neighbours.py" }],
  },
  ...["smote", "adasyn"].map(
    (strategy): Benchmark => ({
      name: `${strategy}-1m`,
      summary: `${strategy} on 1,000,000 rows of 20 numbers, one in twenty of the rare class`,
      ours: "ours/resample.ts",
      arguments: [strategy],
      peers: [{ name: "imbalanced-learn", environment: "imblearn", script: "peers/resample.py" }],
    }),
  ),
  {
    name: "smotenc",
    summary: "SMOTE-NC on Adult, in the process",
    ours: "ours/smotenc.ts",
    peers: [{ name: "imbalanced-learn", environment: "imblearn", script: "peers/smotenc.py" }],
  },
  {
    name: "simulate-rows",
    summary: "10,000,000 rows of the card scenario into a Parquet file; peers make fewer, in proportion",
    ours: "ours/simulate-rows.ts",
    peers: [
      { name: "faker-js", environment: "node", script: "peers/simulate-faker.mjs" },
      { name: "drizzle-seed", environment: "node", script: "peers/simulate-drizzle.mjs" },
    ],
  },
];
