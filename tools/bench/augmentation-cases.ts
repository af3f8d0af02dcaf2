// The small data sets on which synthetic rows are put to use, and how many rows are learnt of each.

import { join } from "node:path";
import { Table, type TableMetadata } from "@verisim/core";
import { readTable } from "@verisim/data";
import { sharedData } from "@verisim/testing";

export interface AugmentationCase {
  readonly data: string;
  readonly file?: string;
  /** A file with the target in the same order, where it lies apart. */
  readonly labels?: string;
  readonly target: string;
  readonly learn: number;
  readonly splits?: number;
}

export const augmentationCases: Readonly<Record<string, AugmentationCase>> = {
  iris: { data: "iris", target: "species", learn: 60 },
  penguins: { data: "penguins", target: "species", learn: 50, splits: 5 },
  breast_cancer: { data: "breast_cancer", target: "diagnosis", learn: 60, splits: 6 },
  insurance: { data: "insurance", target: "charges", learn: 100 },
  crop110: { data: "crop_recommendation", target: "label", learn: 110, splits: 5 },
  crop220: { data: "crop_recommendation", target: "label", learn: 220, splits: 7 },
  crop660: { data: "crop_recommendation", target: "label", learn: 660, splits: 5 },
  digits: {
    data: "mfeat_digits",
    file: "mor.csv",
    labels: "labels.csv",
    target: "label",
    learn: 200,
    splits: 6,
  },
  telco: { data: "telco_churn", target: "Churn", learn: 500, splits: 7 },
  mammography: { data: "mammography", target: "class", learn: 500 },
};

/** A case's table; null where the shared data is not there. */
export async function readCase({
  data,
  file = "data.csv",
  labels,
  target,
}: AugmentationCase): Promise<{ table: Table; metadata: TableMetadata } | null> {
  const folder = sharedData(data);
  if (folder === null) return null;
  const { table, metadata } = await readTable(join(folder, file));
  if (labels === undefined) return { table, metadata };
  const read = await readTable(join(folder, labels));
  const columns = { ...metadata.columns, [target]: { sdtype: "categorical" } } as TableMetadata["columns"];
  return {
    table: new Table([...table.columns, read.table.column(target)]),
    metadata: { ...metadata, columns },
  };
}
