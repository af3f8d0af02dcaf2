// What is wrong with a model, all of it at once, each with its place.

import { knownTextsHint, VerisimError } from "@verisim/core";

/** Codes of single problems. */
export type ProblemCode =
  | "VERISIM_SIMULATION_FIELD"
  | "VERISIM_SIMULATION_FORMULA"
  | "VERISIM_SIMULATION_REFERENCE"
  | "VERISIM_SIMULATION_CYCLE"
  | "VERISIM_SIMULATION_CORRELATION"
  | "VERISIM_SIMULATION_EVENT";

const shownProblems = 20;

/** A model that cannot be simulated: `code` is that of the first problem, `problems` holds all. */
export class SimulationModelError extends VerisimError {
  readonly problems: readonly VerisimError[];

  constructor(problems: readonly VerisimError[]) {
    const [first] = problems;
    const more = problems.slice(1, shownProblems).map((one) => one.format());
    const rest = problems.length > shownProblems ? [`and ${problems.length - shownProblems} more`] : [];
    const others = more.length > 0 ? [`And ${problems.length - 1} more:`, ...more, ...rest] : [];
    const hint = [...(first!.hint === undefined ? [] : [first!.hint]), ...others].join("\n");
    super(first!.code, first!.message, { where: first!.where, ...(hint === "" ? {} : { hint }) });
    this.problems = problems;
  }
}

/** Gathers problems. */
export class Problems {
  readonly #list: VerisimError[] = [];

  get count(): number {
    return this.#list.length;
  }

  /** @param path such as `tables.cards.columns.age.mean`; empty for the model itself */
  add(code: ProblemCode, path: string, message: string, hint?: string): void {
    const where = path === "" ? {} : { option: path };
    this.#list.push(new VerisimError(code, message, { where, ...(hint === undefined ? {} : { hint }) }));
  }

  /** What `work` throws becomes a problem at `path`; its result is undefined then. */
  attempt<T>(path: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!VerisimError.isInstance(error)) throw error;
      this.#list.push(
        new VerisimError(error.code, error.message, {
          where: { ...error.where, option: path },
          ...(error.hint === undefined ? {} : { hint: error.hint }),
          cause: error,
        }),
      );
      return undefined;
    }
  }

  /** @throws SimulationModelError where there are any */
  settle(): void {
    if (this.#list.length > 0) throw new SimulationModelError(this.#list);
  }
}

/** Longest text of a model that a message shows. */
const shown = 80;

export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  // JSON has no word for them.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  let text: string | undefined;
  try {
    text = typeof value === "bigint" ? `${value}` : JSON.stringify(value);
  } catch {
    // An alias of YAML may lead into itself.
    text = "a value that holds itself";
  }
  return text === undefined ? typeof value : text.length > shown ? `${text.slice(0, shown)}...` : text;
}

/** An object of a model whose fields are read one by one; what is not asked for is a problem at the end. */
export class Fields {
  readonly path: string;
  readonly #problems: Problems;
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(value: unknown, path: string, problems: Problems) {
    this.path = path;
    this.#problems = problems;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#object = isObject ? (value as Record<string, unknown>) : {};
    if (!isObject)
      problems.add(
        "VERISIM_SIMULATION_FIELD",
        path,
        `Expected an object but received ${describeValue(value)}.`,
      );
  }

  get names(): string[] {
    return Object.keys(this.#object);
  }

  at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name) && this.#object[name] !== undefined;
  }

  raw(name: string): unknown {
    this.#asked.add(name);
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  fault(name: string, expected: string, hint?: string): undefined {
    this.#problems.add(
      "VERISIM_SIMULATION_FIELD",
      this.at(name),
      `Expected ${expected} but received ${describeValue(this.raw(name))}.`,
      hint,
    );
    return undefined;
  }

  number(
    name: string,
    range: { min?: number; max?: number; whole?: boolean; required?: boolean } = {},
  ): number | undefined {
    const value = this.raw(name);
    if (value === undefined && !range.required) return undefined;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, whole = false } = range;
    if (
      typeof value === "number" &&
      value >= min &&
      value <= max &&
      (whole ? Number.isSafeInteger(value) : Number.isFinite(value))
    )
      return value;
    const bounds =
      (Number.isFinite(min) ? ` from ${min}` : "") +
      (Number.isFinite(max) ? ` up to ${max}` : Number.isFinite(min) ? " on" : "");
    return this.fault(name, `a ${whole ? "whole " : ""}number${bounds}`);
  }

  text(name: string, required: boolean = false): string | undefined {
    const value = this.raw(name);
    if (typeof value === "string" || (value === undefined && !required)) return value as string | undefined;
    return this.fault(name, "a text");
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (typeof value === "boolean" || value === undefined) return value;
    return this.fault(name, "true or false");
  }

  choice<T extends string>(name: string, values: readonly T[], required: boolean = false): T | undefined {
    const value = this.raw(name);
    if (value === undefined && !required) return undefined;
    if (typeof value === "string" && (values as readonly string[]).includes(value)) return value as T;
    return this.fault(
      name,
      `one of ${values.join(", ")}`,
      typeof value === "string" ? knownTextsHint("values", value, values) : undefined,
    );
  }

  /** A number or a formula. */
  numberOrFormula(name: string, required: boolean = false): number | string | undefined {
    const value = this.raw(name);
    if (value === undefined && !required) return undefined;
    if (typeof value === "string" || (typeof value === "number" && Number.isFinite(value))) return value;
    return this.fault(name, "a number or a formula");
  }

  list(name: string, required: boolean = false): readonly unknown[] | undefined {
    const value = this.raw(name);
    // Holes of an array become values, which checks do not pass over.
    if (Array.isArray(value)) return Array.from(value as unknown[]);
    if (value === undefined && !required) return undefined;
    return this.fault(name, "a list");
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const list =
      typeof value === "string" ? [value] : Array.isArray(value) ? Array.from(value as unknown[]) : value;
    if (Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string"))
      return list as string[];
    return this.fault(name, "a text or a list of texts");
  }

  object(name: string): Fields | undefined {
    return this.has(name) ? new Fields(this.raw(name), this.at(name), this.#problems) : undefined;
  }

  /** Problems for fields that nobody asked for. */
  refuseOthers(): void {
    for (const name of this.names) {
      if (this.#asked.has(name)) continue;
      this.#problems.add(
        "VERISIM_SIMULATION_FIELD",
        this.at(name),
        `There is no field ${JSON.stringify(name.slice(0, shown))} here.`,
        knownTextsHint("fields", name, this.#asked),
      );
    }
  }
}
