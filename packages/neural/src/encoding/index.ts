export { type MarginalName, marginalNames } from "@verisim/stats";
export type { BlockCodecState } from "./block-codec.ts";
export type { CategoryCodecState } from "./category-codec.ts";
export type { CodedColumn } from "./coded-columns.ts";
export type { CopulaCodecState } from "./copula-codec.ts";
export type { EncodingState } from "./encoding-state.ts";
export { withFilled } from "./filled-cells.ts";
export type {
  AllowedBox,
  AllowedColumn,
  DrawnRows,
  EncodedRows,
  EncodingOptions,
  Layout,
  PlaceRanges,
  SnapRows,
} from "./layout.ts";
export type { MixtureCodecState } from "./mixture-codec.ts";
export { deviationsPerPlace } from "./modes.ts";
export {
  type EncodingDecodeContext,
  type EncodingFitContext,
  type EncodingRowContext,
  impossibleReason,
  TableEncoding,
} from "./table-encoding.ts";
