// What every transform says of itself: its name, the sdtypes it is for, and its options over their defaults.

import { readOptions, type TransformOptions } from "./transform-options.ts";

/** The static side of a transform's class. */
export interface TransformClass {
  readonly sdtypes: readonly string[];
  readonly options: TransformOptions;
}

export abstract class ConfiguredTransform<Options extends object> {
  readonly name: string;
  readonly sdtypes: readonly string[];
  readonly options: Required<Options>;

  /** @throws VerisimError `VERISIM_TRANSFORM_OPTION` naming every option that is unknown or out of range */
  constructor(name: string, { sdtypes, options }: TransformClass, given: Options) {
    this.name = name;
    this.sdtypes = sdtypes;
    this.options = readOptions(name, options, given);
  }
}
