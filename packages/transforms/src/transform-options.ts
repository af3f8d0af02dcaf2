// One row per option of a transform: type, default, range and meaning. The check reads the rows, so that every
// wrong option of every column is reported, each with its place, before any work starts.

import { VerisimError } from "@verisim/core";

export interface TransformOption {
  readonly type: "integer" | "number" | "boolean" | "text" | "choice" | "list" | "map" | "number-or-choice";
  readonly default: unknown;
  readonly description: string;
  /** Inclusive range of numbers. */
  readonly min?: number;
  readonly max?: number;
  /** The values of a choice. */
  readonly values?: readonly string[];
}

export type TransformOptions = Readonly<Record<string, TransformOption>>;

/** How missing cells are modelled; see missing.ts. */
export const missingOption: TransformOption = {
  type: "choice",
  default: "random",
  values: ["random", "from_column", "none", "keep"],
  description:
    "Missing cells: drawn at the learnt rate, modelled by an indicator, never produced, or left in the encoded column.",
};

/** What stands in an encoded column for a missing cell of a number or date. */
export const replacementOption: TransformOption = {
  type: "number-or-choice",
  default: "mean",
  values: ["mean", "random"],
  description:
    "The number that stands for a missing cell: the mean, a uniform draw from the range, or this number.",
};

function accepts(option: TransformOption, value: unknown): boolean {
  const inRange = (x: unknown): boolean =>
    typeof x === "number" &&
    Number.isFinite(x) &&
    x >= (option.min ?? Number.NEGATIVE_INFINITY) &&
    x <= (option.max ?? Number.POSITIVE_INFINITY);
  switch (option.type) {
    case "integer":
      return Number.isSafeInteger(value) && inRange(value);
    case "number":
      return inRange(value);
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string";
    case "choice":
      return typeof value === "string" && (option.values ?? []).includes(value);
    case "number-or-choice":
      return inRange(value) || (typeof value === "string" && (option.values ?? []).includes(value));
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string");
    case "map":
      return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((item) => typeof item === "number" && Number.isFinite(item))
      );
  }
}

function expectation(option: TransformOption): string {
  const range =
    option.min === undefined && option.max === undefined
      ? ""
      : ` from ${option.min ?? "-infinity"} to ${option.max ?? "infinity"}`;
  const choice = (option.values ?? []).map((value) => JSON.stringify(value)).join(", ");
  switch (option.type) {
    case "choice":
      return `one of ${choice}`;
    case "number-or-choice":
      return `a number${range} or one of ${choice}`;
    case "list":
      return "a list of texts";
    case "map":
      return "a map from texts to numbers";
    case "integer":
      return `an integer${range}`;
    case "boolean":
      return "true or false";
    default:
      return `a ${option.type}${range}`;
  }
}

/**
 * The given options over the defaults; options that are `undefined` take their default.
 *
 * @throws VerisimError `VERISIM_TRANSFORM_OPTION` naming every option that is unknown or out of range.
 */
export function readOptions<Options extends object>(
  transform: string,
  rows: TransformOptions,
  given: Readonly<Record<string, unknown>> | Options,
): Required<Options> {
  const problems: string[] = [];
  let first: string | undefined;
  const result: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(rows)) result[name] = row.default;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const row = Object.hasOwn(rows, name) ? rows[name] : undefined;
    if (!row) {
      problems.push(`${name} is not an option (the options are ${Object.keys(rows).join(", ") || "none"})`);
      first ??= name;
    } else if (!accepts(row, value) && !(value === null && row.default === null)) {
      problems.push(`expected ${expectation(row)} for ${name} but received ${JSON.stringify(value)}`);
      first ??= name;
    } else result[name] = value;
  }
  if (first !== undefined) {
    throw new VerisimError("VERISIM_TRANSFORM_OPTION", `${transform}: ${problems.join("; ")}.`, {
      where: { option: first },
    });
  }
  return result as Required<Options>;
}
