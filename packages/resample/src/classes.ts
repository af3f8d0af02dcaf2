// The classes of a table's target.

import { type Column, type Table, VerisimError } from "@verisim/core";

/** The classes in the order of their texts, each row's class, and each class's rows. */
export function readClasses(
  table: Table,
  target: string,
): { classes: string[]; labels: Int32Array; classRows: Int32Array[] } {
  const column = table.column(target);
  const labels = new Int32Array(table.rowCount).fill(-1);
  const classes: string[] = [];
  const labelOf = new Map<string, number>();
  const learn = (text: string): number => {
    let label = labelOf.get(text);
    if (label === undefined) {
      label = classes.push(text) - 1;
      labelOf.set(text, label);
      if (label === mostClasses) throw tooManyClasses(column);
    }
    return label;
  };
  if (column.kind === "dictionary") {
    const known = new Int32Array(column.dictionary.length).fill(-1);
    for (let row = 0; row < labels.length; row++) {
      const code = column.codes[row]!;
      if (code < 0) continue;
      if (known[code] === -1) known[code] = learn(column.dictionary[code]!);
      labels[row] = known[code]!;
    }
  } else
    for (let row = 0; row < labels.length; row++)
      if (!Number.isNaN(column.values[row])) labels[row] = learn(String(column.values[row]));
  if (classes.length < 2)
    throw new VerisimError("VERISIM_TARGET", `Expected at least two classes but found ${classes.length}.`, {
      where: { column: target },
      hint: "Name the column that holds the classes as the target.",
    });
  // In the order of their texts, so that it does not depend on which row comes first.
  const order = classes.map((_, label) => label).sort((a, b) => (classes[a]! < classes[b]! ? -1 : 1));
  const rank = new Int32Array(classes.length);
  for (const [place, label] of order.entries()) rank[label] = place;
  const sizes = new Int32Array(classes.length);
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! < 0) continue;
    labels[row] = rank[labels[row]!]!;
    sizes[labels[row]!]!++;
  }
  const classRows = Array.from(sizes, (size) => new Int32Array(size));
  const next = new Int32Array(classes.length);
  for (let row = 0; row < labels.length; row++)
    if (labels[row]! >= 0) classRows[labels[row]!]![next[labels[row]!]!++] = row;
  return { classes: order.map((label) => classes[label]!), labels, classRows };
}

const mostClasses = 10_000;

const tooManyClasses = (column: Column) =>
  new VerisimError("VERISIM_TARGET", `Expected at most ${mostClasses} classes but found more.`, {
    where: { column: column.name },
    hint: "A column of numbers is balanced by smoter or smogn (resampleRegression).",
  });
