// All transforms by name: adding one is its file and one line here.

import { knownTextsHint, VerisimError } from "@verisim/core";
import { BinaryEncoder } from "./categorical/binary-encoder.ts";
import { CustomLabelEncoder } from "./categorical/custom-label-encoder.ts";
import { FrequencyEncoder, OrderedUniformEncoder, UniformEncoder } from "./categorical/interval-encoder.ts";
import { LabelEncoder } from "./categorical/label-encoder.ts";
import { OneHotEncoder } from "./categorical/one-hot-encoder.ts";
import { OrderedLabelEncoder } from "./categorical/ordered-label-encoder.ts";
import type { ColumnTransform, TransformDefinition } from "./column-transform.ts";
import { OptimizedTimestampEncoder, UnixTimestampEncoder } from "./datetime/unix-timestamp-encoder.ts";
import { IDGenerator, IndexGenerator } from "./id/index-generator.ts";
import { RegexGenerator } from "./id/regex-generator.ts";
import { ClusterBasedNormalizer } from "./numerical/cluster-based-normalizer.ts";
import { ECDFNormalizer } from "./numerical/ecdf-normalizer.ts";
import { FloatFormatter } from "./numerical/float-formatter.ts";
import { GaussianNormalizer } from "./numerical/gaussian-normalizer.ts";
import { LogScaler } from "./numerical/log-scaler.ts";
import { LogitScaler } from "./numerical/logit-scaler.ts";
import { OutlierEncoder } from "./numerical/outlier-encoder.ts";
import { AnonymizedFaker } from "./pii/anonymized-faker.ts";
import { PseudoAnonymizedFaker } from "./pii/pseudo-anonymized-faker.ts";
import { TextFaker } from "./pii/text-faker.ts";
import type { TransformOptions } from "./transform-options.ts";

interface TransformClass {
  readonly sdtypes: readonly string[];
  readonly options: TransformOptions;
  new (options?: Record<string, never>): ColumnTransform;
}

const classes: Readonly<Record<string, TransformClass>> = {
  FloatFormatter,
  GaussianNormalizer,
  ClusterBasedNormalizer,
  ECDFNormalizer,
  LogScaler,
  LogitScaler,
  OutlierEncoder,
  UniformEncoder,
  OneHotEncoder,
  LabelEncoder,
  FrequencyEncoder,
  CustomLabelEncoder,
  OrderedUniformEncoder,
  OrderedLabelEncoder,
  BinaryEncoder,
  UnixTimestampEncoder,
  OptimizedTimestampEncoder,
  RegexGenerator,
  IndexGenerator,
  IDGenerator,
  AnonymizedFaker,
  PseudoAnonymizedFaker,
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
    { hint: knownTextsHint("transforms", name, Object.keys(transformDefinitions)) },
  );
}
