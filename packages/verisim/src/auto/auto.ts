// A generator that chooses among the others by the table, the purpose and the budget, says why, and takes the next where
// the chosen one cannot learn the table. What it learns is the chosen generator's: so are its model file and its rows.

import {
  type Artifact,
  type FitOptions,
  type Generator,
  type GeneratorChoice,
  type GeneratorDefinition,
  notFitted,
  type SampleOptions,
  type Table,
  type TableMetadata,
  type TrainingStory,
  VerisimError,
} from "@verisim/core";
import { chosenAmong } from "./candidates.ts";
import { type ChosenGenerator, chooseGenerators } from "./choose-generator.ts";
import { compareCandidates } from "./compare-candidates.ts";
import { type AutoOptions, autoOptions, type Purpose, resolveAutoOptions } from "./options.ts";
import { type TableFacts, tableFacts } from "./table-facts.ts";

/** Ends of a fit that another generator may not share; a table that none can learn ends with the first one's error. */
const fallsBack = new Set(["VERISIM_MEMORY_BUDGET", "VERISIM_OUT_OF_MEMORY", "VERISIM_TRAINING_DIVERGED"]);

/**
 * The generator for tables that nobody has looked at yet.
 *
 * @example
 * ```ts
 * const generator = await new AutoGenerator({ purpose: "fidelity" }).fit(table, { metadata });
 * console.log(generator.choice?.name, generator.choice?.reason);
 * ```
 */
export class AutoGenerator implements Generator {
  readonly options: AutoOptions;
  readonly #choose: typeof chooseGenerators;
  #fitted: { readonly generator: Generator; readonly choice: GeneratorChoice } | null = null;

  /** @param choose another way to choose, for those who have generators of their own */
  constructor(options: AutoOptions = {}, choose: typeof chooseGenerators = chooseGenerators) {
    this.options = options;
    this.#choose = choose;
  }

  /** `auto` until it is fitted; then the name of the generator that was chosen. */
  get name(): string {
    return this.#fitted?.generator.name ?? "auto";
  }

  get metadata(): TableMetadata {
    return this.#generator().metadata;
  }

  get relations(): readonly string[] {
    return this.#generator().relations ?? [];
  }

  get choice(): GeneratorChoice | undefined {
    return this.#fitted?.choice;
  }

  get training(): TrainingStory | undefined {
    return this.#fitted?.generator.training;
  }

  get warnings(): readonly string[] {
    const { warnings } = this.#generator();
    const over = this.#fitted!.choice.passedOver;
    return [...over.map(({ name, reason }) => `auto passed over ${name}: ${reason}.`), ...warnings];
  }

  /** The whole sampler as an ONNX file, where the chosen generator has one; undefined where it has none. */
  get toOnnx(): (() => Promise<Uint8Array>) | undefined {
    const generator = this.#fitted?.generator;
    return generator?.toOnnx?.bind(generator);
  }

  async fit(table: Table, options: FitOptions): Promise<this> {
    const { purpose } = resolveAutoOptions(this.options);
    const { maxTimeMs, maxMemoryBytes, checkpoint, ...run } = options;
    const started = performance.now();
    const facts = tableFacts(table, options.metadata);
    const ranking = await this.#ranked(table, facts, options, purpose);
    const trained: FitOptions =
      maxTimeMs === undefined
        ? options
        : { ...options, maxTimeMs: Math.max(1, maxTimeMs - (performance.now() - started)) };
    const failed: { name: string; reason: string }[] = [];
    let first: unknown;
    for (const { definition, choice, learnt } of ranking) {
      try {
        const generator =
          learnt ?? (await definition.create(choice.options).fit(table, definition.trains ? trained : run));
        this.#fitted = { generator, choice: { ...choice, passedOver: [...choice.passedOver, ...failed] } };
        return this;
      } catch (error) {
        if (!VerisimError.isInstance(error) || !fallsBack.has(error.code)) throw error;
        first ??= error;
        failed.push({ name: definition.name, reason: error.message.replace(/\.$/, "") });
      }
    }
    throw first;
  }

  /** The generators to try, best first: by what is known of the table, or by what they draw where that is cheap to see. */
  async #ranked(
    table: Table,
    facts: TableFacts,
    { checkpoint: _, ...run }: FitOptions,
    purpose: Purpose,
  ): Promise<readonly ChosenGenerator[]> {
    const { maxTimeMs, maxMemoryBytes } = run;
    const [first, ...others] = this.#choose(facts, { purpose, maxTimeMs, maxMemoryBytes });
    if (!first.rivals || first.rivals.length === 0) return [first, ...others];
    const measured = await compareCandidates(first, first.rivals, table, { ...run, purpose, facts });
    const isMeasured = ({ definition }: ChosenGenerator): boolean =>
      measured.some((candidate) => candidate.definition === definition);
    return [...measured, ...others.filter((other) => !isMeasured(other))];
  }

  async sample(rowCount: number, options?: SampleOptions): Promise<Table> {
    return this.#generator().sample(rowCount, options);
  }

  async *sampleBatches(rowCount: number, options?: SampleOptions): AsyncGenerator<Table> {
    yield* this.#generator().sampleBatches(rowCount, options);
  }

  /** The chosen generator's own model: its file opens without this one. */
  toArtifact(): Artifact {
    return this.#generator().toArtifact();
  }

  #generator(): Generator {
    if (!this.#fitted) throw notFitted(this);
    return this.#fitted.generator;
  }
}

/** The entry in the list of generators. */
export const auto: GeneratorDefinition = {
  name: "auto",
  summary: "Chooses one of the others by the table, the purpose and the budget, and says why.",
  paper: `Chooses among ${chosenAmong.map(({ name }) => name).join(", ")}`,
  options: autoOptions,
  trains: true,
  create: (options) => new AutoGenerator((options ?? {}) as AutoOptions),
  fromArtifact: (artifact) => {
    const definition = chosenAmong.find(({ name }) => name === artifact.generator);
    if (definition) return definition.fromArtifact(artifact);
    throw new VerisimError(
      "VERISIM_MODEL_FILE",
      `Expected a model of ${chosenAmong.map(({ name }) => name).join(" or ")} but received one of ${artifact.generator}.`,
    );
  },
};
