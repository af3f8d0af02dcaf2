// A Gaussian copula for mixed tables: every column is a monotone step or curve over one normal variable, and the
// normals share one correlation matrix (Sklar 1959; Song 2000; Hoff 2007 for discrete margins). Conditions bind the
// normals to ranges, so that they hold by construction.

import {
  type Artifact,
  attemptSeed,
  checkedRequest,
  collectBatches,
  drawBatches,
  drawChecked,
  type FitOptions,
  ForcedRows,
  type Generator,
  notFitted,
  type RunOptions,
  type SampleOptions,
  type StreamKey,
  streamKey,
  type Table,
  type TableMetadata,
  throwIfAborted,
  withNotes,
} from "@verisim/core";
import { cholesky } from "@verisim/tensor/arrays";
import {
  findDerivedColumns,
  lateColumns,
  relationTexts,
  TableTransformer,
  unitsOf,
} from "@verisim/transforms";
import { modelFromArtifact, modelToArtifact } from "./artifact.ts";
import { conditionColumns } from "./condition-columns.ts";
import { latentCorrelations } from "./dependence.ts";
import { buildLatents } from "./latents.ts";
import { type GaussianCopulaOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { planRequest, type RequestPlan } from "./request.ts";
import { drawEncoded, type LatentModel } from "./sampler.ts";

/** Everything a fitted copula knows. */
export interface FittedCopula extends LatentModel {
  readonly metadata: TableMetadata;
  readonly tableName: string;
  readonly transformer: TableTransformer;
  /** Correlation of the latents, row-major [size, size]. */
  readonly correlation: Float64Array;
  /** Encoded columns that hold nothing but missing cells. */
  readonly empty: readonly number[];
  readonly warnings: readonly string[];
}

/**
 * Gaussian copula with empirical or parametric marginals and exact conditions.
 *
 * @example
 * ```ts
 * const copula = await new GaussianCopula().fit(table, { metadata });
 * const synthetic = await copula.sample(1000, { seed: 1 });
 * ```
 */
export class GaussianCopula implements Generator {
  readonly name = "gaussian-copula";
  readonly options: GaussianCopulaOptions;
  #fitted: FittedCopula | null = null;

  constructor(options: GaussianCopulaOptions = {}) {
    this.options = options;
  }

  get metadata(): TableMetadata {
    return this.#model().metadata;
  }

  get warnings(): readonly string[] {
    return this.#model().warnings;
  }

  get relations(): readonly string[] {
    return relationTexts(this.#model().transformer);
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    this.#fitted = await fitCopula(table, options, resolveOptions(this.options, table.columnNames));
    return this;
  }

  sample(rowCount: number, options: SampleOptions = {}): Promise<Table> {
    return collectBatches(this.sampleBatches(rowCount, options));
  }

  async *sampleBatches(rowCount: number, options: SampleOptions = {}): AsyncGenerator<Table> {
    const model = this.#model();
    const { seed = 0, signal } = options;
    const { tableName, transformer } = model;
    const keysOf =
      (attempt: number) =>
      (purpose: string): StreamKey =>
        streamKey(attemptSeed(seed, attempt), tableName, purpose);
    const request = checkedRequest(
      options,
      conditionColumns(model).columns,
      lateColumns(transformer, model.metadata),
    );
    let plan: Promise<RequestPlan | undefined> | undefined;
    let counted: ForcedRows | undefined;
    const batches = drawBatches(rowCount, options, async (stretch) => {
      plan ??= this.#plan(model, rowCount, request.options, keysOf(0));
      const dealt = await plan;
      const { table, forced } = await drawChecked(stretch, request.check, async (part, attempt) => {
        const byForce = new Set<number>();
        const run = signal ? { signal } : {};
        const encoded = await drawEncoded(model, part, dealt, keysOf(attempt), run, byForce);
        return {
          table: transformer.decode(encoded, { seed, tableName, ...part }),
          forced: Uint8Array.from({ length: part.rowCount }, (_, i) => (byForce.has(i) ? 1 : 0)),
        };
      });
      if (dealt) {
        counted ??= new ForcedRows(dealt.requests);
        counted.countStretch(stretch, forced, (row) => dealt.requestOf(row));
      }
      return table;
    });
    const notes = () => counted?.notes(resolveOptions(this.options).candidates) ?? [];
    yield* withNotes(batches, options, notes);
  }

  toArtifact(): Artifact {
    return modelToArtifact(this.#model(), this.options);
  }

  static fromArtifact(artifact: Artifact): GaussianCopula {
    const { model, options } = modelFromArtifact(artifact);
    const copula = new GaussianCopula(options);
    copula.#fitted = model;
    return copula;
  }

  async #plan(
    model: FittedCopula,
    rowCount: number,
    options: SampleOptions,
    keyOf: (purpose: string) => StreamKey,
  ): Promise<RequestPlan | undefined> {
    const { columns, index } = conditionColumns(model);
    return planRequest(rowCount, options, {
      columns,
      generated: Object.keys(model.metadata.columns).filter((name) => !columns.has(name)),
      index,
      correlation: model.correlation,
      candidates: resolveOptions(this.options).candidates,
      keyOf,
      choleskyOf: factorOf,
    });
  }

  #model(): FittedCopula {
    if (!this.#fitted) throw notFitted(this);
    return this.#fitted;
  }
}

async function fitCopula(
  table: Table,
  options: FitOptions,
  resolved: ResolvedOptions,
): Promise<FittedCopula> {
  const { metadata, tableName = "table", seed = 0, signal, onProgress } = options;
  const report = (done: number, detail: string): void => {
    throwIfAborted(signal);
    onProgress?.({ phase: "fit", done, total: 4, unit: "steps", detail });
  };
  const run: RunOptions = signal ? { signal } : {};
  report(0, "transforms");
  const transformer = TableTransformer.fit(table, metadata, {
    preset: "keep",
    relations: resolved.derive,
    overrides: Object.fromEntries(
      Object.entries(resolved.transforms).map(([column, transform]) => [column, { transform }]),
    ),
  });
  const encoded = transformer.encode(table, { seed, tableName, rowStart: 0 });
  report(1, "marginals");
  const derived = resolved.derive ? findDerivedColumns(encoded) : [];
  const plan = await buildLatents(encoded, {
    ...(signal ? { signal } : {}),
    options: resolved,
    decimals: encoded.map(({ name }) => transformer.decimalsOf(name)),
    derived: new Set(derived.map((rule) => rule.column)),
    nominal: new Set(encoded.flatMap((column, place) => (isNominal(metadata, column.name) ? [place] : []))),
    units: encoded.map((column) => unitsOf(column, metadata.columns[column.name])),
  });
  report(2, "correlations");
  const { matrix } = await latentCorrelations(plan.scored, run);
  report(3, "factor");
  const latents = plan.scored.map((scored) => scored.latent);
  const factor = await factorOf(matrix, latents.length);
  report(4, "done");
  return {
    metadata,
    tableName,
    transformer,
    latents,
    correlation: matrix,
    factor,
    layout: encoded.map((column) => ({
      name: column.name,
      kind: column.kind,
      cardinality: column.kind === "discrete" ? column.cardinality : 0,
    })),
    derived,
    empty: plan.empty,
    warnings: plan.warnings,
  };
}

/** Categories without an order of their own. */
function isNominal(metadata: TableMetadata, name: string): boolean {
  return Object.hasOwn(metadata.columns, name) && metadata.columns[name]!.sdtype !== "ordinal";
}

/** Lower Cholesky factor of a matrix that has been repaired to be positive definite. */
async function factorOf(matrix: Float64Array, size: number): Promise<Float64Array> {
  const factor = matrix.slice();
  const failed = size > 0 ? await cholesky(factor, size) : -1;
  if (failed >= 0) throw new Error(`internal: the correlation matrix is not positive definite at ${failed}`);
  return factor;
}
