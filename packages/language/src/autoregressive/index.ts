export { AutoregressiveTable, autoregressive } from "./autoregressive-table.ts";
export type { AutoregressiveTableOptions } from "./options.ts";
