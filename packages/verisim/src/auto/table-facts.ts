// What the choice of a generator looks at: the size of a table and the kinds of its columns, nothing of its values.

import { isModelled, type Table, type TableMetadata } from "@verisim/core";

export interface TableFacts {
  readonly rows: number;
  /** Columns whose values come from a model; ids, personal data and free text do not. */
  readonly modelled: number;
  /** Of those, numbers and dates. */
  readonly numbers: number;
  /** Values of the modelled column of text that has most, as its dictionary holds them. */
  readonly mostCategories: number;
}

/** Takes no look at cells: the dictionaries of text are at hand. */
export function tableFacts(table: Table, metadata: TableMetadata): TableFacts {
  const columns = table.columns.filter(({ name }) => {
    const column = metadata.columns[name];
    return column !== undefined && isModelled(column);
  });
  const texts = columns.flatMap((column) => (column.kind === "dictionary" ? [column] : []));
  return {
    rows: table.rowCount,
    modelled: columns.length,
    numbers: columns.length - texts.length,
    mostCategories: texts.reduce((most, { dictionary }) => Math.max(most, dictionary.length), 0),
  };
}
