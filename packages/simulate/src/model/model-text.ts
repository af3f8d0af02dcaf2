// A model as a YAML or JSON file for people to go on with.

import { Document, isScalar, isSeq, visit } from "yaml";
import type { SimulationModel } from "./model.ts";

/** @param format of the text. Default `yaml` */
export function modelText(model: SimulationModel, format: "yaml" | "json" = "yaml"): string {
  if (format === "json") return `${JSON.stringify(model, null, 2)}\n`;
  const document = new Document(model, { version: "1.2", schema: "core", aliasDuplicateObjects: false });
  // Lists of numbers (quantiles, a row of a matrix) on one line.
  visit(document, {
    Seq(_, list) {
      if (isSeq(list) && list.items.every((item) => isScalar(item) && typeof item.value === "number"))
        list.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}
