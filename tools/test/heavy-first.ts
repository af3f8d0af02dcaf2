// The order in which vitest starts files: those that take longest first, so that no worker is left alone with one of them
// at the end. Vitest orders by what it measured before, which a fresh clone has not, or else by size, and the heaviest
// suites (a generator's conformance) are the smallest files.

import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/** Files of more than ten seconds, longest first. The order need only be about right. */
export const heavyFiles: readonly string[] = [
  "tools/examples/examples.test.ts",
  "packages/gan/src/copulagan/copulagan.test.ts",
  "packages/gan/src/ctgan/ctgan.test.ts",
  "packages/attention-gan/src/attention-gan/attention-gan.test.ts",
  "packages/diffusion/src/tabular-diffusion/tabular-diffusion.test.ts",
  "packages/vam/src/vam.test.ts",
  "packages/language/src/autoregressive/autoregressive-table.test.ts",
  "packages/report/src/report.browser.test.ts",
  "packages/vae/src/tvae/tvae.test.ts",
  "packages/verisim/src/auto/auto.test.ts",
  "packages/report/src/hostile.browser.test.ts",
  "packages/data/src/csv.test.ts",
  "packages/verisim/src/samplers.browser.test.ts",
  "apps/cli/src/commands/commands.test.ts",
  "packages/tensor/src/runtime/cuda-compile.test.ts",
  "packages/data/src/typed-formats.test.ts",
  "packages/forest/src/sequential-trees/sequential-trees.test.ts",
  "apps/cli/src/commands/augment.test.ts",
  "apps/cli/src/commands/training.test.ts",
  "packages/sampler-testing/src/sampler.browser.test.ts",
  "packages/data/src/parquet/parquet.test.ts",
  "apps/cli/src/commands/table-commands.test.ts",
  "apps/cli/src/commands/judging.test.ts",
  "packages/data/src/real-files.test.ts",
  "packages/tensor/src/runtime/cuda-kernels.test.ts",
  "apps/cli/src/bad-input.test.ts",
  "packages/transforms/src/conformance.test.ts",
  "packages/trees/src/augmentation/augmentation-gain.test.ts",
  "packages/vam/src/table/impute-table.test.ts",
  "packages/tensor/src/runtime/cuda-programs.conformance.test.ts",
  "packages/trees/src/augmentation/choose-augmentation.test.ts",
  "packages/tensor/src/runtime/kernels-fused.test.ts",
  "packages/copula/src/gaussian-copula/gaussian-copula.test.ts",
];

/** Heavy files by their order, then the others by vitest's. */
export class HeavyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = heavyFiles.findIndex((file) => moduleId.endsWith(`/${file}`));
      return at < 0 ? heavyFiles.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
