// All transforms by name: adding one is its file and one line here.

import { VerisimError } from "@verisim/core";
import { LabelEncoder } from "./categorical/label-encoder.ts";
import type { ColumnTransform, TransformDefinition } from "./column-transform.ts";
import { OptimizedTimestampEncoder, UnixTimestampEncoder } from "./datetime/unix-timestamp-encoder.ts";
import { IDGenerator, IndexGenerator } from "./id/index-generator.ts";
import { RegexGenerator } from "./id/regex-generator.ts";
import { FloatFormatter } from "./numerical/float-formatter.ts";
import { AnonymizedFaker } from "./pii/anonymized-faker.ts";
import { TextFaker } from "./pii/text-faker.ts";
import type { TransformOptions } from "./transform-options.ts";

interface TransformClass {
  readonly sdtypes: readonly string[];
  readonly options: TransformOptions;
  new (options?: Record<string, never>): ColumnTransform;
}

const classes: Readonly<Record<string, TransformClass>> = {
  FloatFormatter,
  LabelEncoder,
  UnixTimestampEncoder,
  OptimizedTimestampEncoder,
  RegexGenerator,
  IndexGenerator,
  IDGenerator,
  AnonymizedFaker,
  TextFaker,
};

/** Every transform with its options, for choosing one by name. */
export const transformDefinitions: Readonly<Record<string, TransformDefinition>> = Object.fromEntries(
  Object.entries(classes).map(([name, Class]) => [
    name,
    {
      name,
      sdtypes: Class.sdtypes,
      options: Class.options,
      // The constructor checks the options against the same rows.
      create: (options = {}) => new Class(options as Record<string, never>),
    },
  ]),
);

/** @throws VerisimError `VERISIM_TRANSFORM_UNKNOWN` naming the transforms there are. */
export function transformDefinition(name: string): TransformDefinition {
  const definition = Object.hasOwn(transformDefinitions, name) ? transformDefinitions[name] : undefined;
  if (definition) return definition;
  throw new VerisimError(
    "VERISIM_TRANSFORM_UNKNOWN",
    `Expected the name of a transform but received ${JSON.stringify(name)}.`,
    { hint: `The transforms are ${Object.keys(transformDefinitions).join(", ")}.` },
  );
}
