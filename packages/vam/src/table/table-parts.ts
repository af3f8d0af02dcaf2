// A table's modelled columns dealt to modalities, one part each.

import type { TableEncoding } from "@verisim/neural";
import { TablePart } from "../parts/table-part.ts";

/** The modality of columns that are not named. */
export const defaultModality = "table";

/** @param modalities modality by column name; columns that the network does not learn are passed over */
export function tableParts(
  { columns, layout }: TableEncoding,
  modalities: Readonly<Record<string, string>>,
): TablePart[] {
  const names = columns.map(({ name }) =>
    Object.hasOwn(modalities, name) ? modalities[name]! : defaultModality,
  );
  return [...new Set(names)].map((name) => {
    const own = names.flatMap((other, column) => (other === name ? [column] : []));
    return new TablePart(name, columns, layout, own);
  });
}
