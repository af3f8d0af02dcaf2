export type { AskedContext, AskedRows, DrawAsked } from "./asked-rows.ts";
export { type AskedRequest, AskedSource } from "./asked-source.ts";
export { type BoxTerms, boxTerms, notAllowed } from "./box-terms.ts";
export { type Completer, completeTable } from "./complete-table.ts";
