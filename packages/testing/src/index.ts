export { type ArbitraryTableOptions, arbitraryTable } from "./arbitrary-table.ts";
export {
  categoryShares,
  ksDistance,
  type PairError,
  pairErrors,
  shareDistance,
  shuffledColumns,
} from "./association.ts";
export {
  type ConformanceOptions,
  describeGenerator,
  generatorChecks,
} from "./describe-generator.ts";
export {
  type ExampleTable,
  exampleCities,
  exampleColumns,
  exampleGrades,
  exampleTable,
} from "./example-table.ts";
export { ConformanceError, type GeneratorSubject, subjectOf } from "./generator-subject.ts";
export { IndependentColumns, independentColumns } from "./independent-columns.ts";
export { sharedData } from "./shared-data.ts";
export { firstDifference, requireSameTable } from "./table-equality.ts";
export * from "./tolerances.ts";
