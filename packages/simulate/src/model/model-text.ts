// A model as a YAML or JSON file for people to go on with.

import { stringify } from "yaml";
import type { SimulationModel } from "./model.ts";

/** @param format of the text. Default `yaml` */
export function modelText(model: SimulationModel, format: "yaml" | "json" = "yaml"): string {
  if (format === "json") return `${JSON.stringify(model, null, 2)}\n`;
  return stringify(model, { version: "1.2", schema: "core", lineWidth: 110, aliasDuplicateObjects: false });
}
