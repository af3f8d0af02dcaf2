// Writes the published JSON Schema of an evaluation from its types: `node --conditions=verisim-source
// tools/schema/evaluation-schema.ts`. With --check it fails where the file is not what the types say.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Schema, TypeReader } from "./type-reader.ts";

const source = fileURLToPath(new URL("../../packages/evaluate/src/evaluation.ts", import.meta.url));
export const schemaFile: string = fileURLToPath(
  new URL("../../packages/evaluate/schema/evaluation.schema.json", import.meta.url),
);

/** What `verisim evaluate --json` and `--out F.json` write: an evaluation with its figures by name. */
export function evaluationSchema(): Record<string, unknown> {
  const reader = new TypeReader();
  reader.define("Evaluation", reader.open(source));
  const { Evaluation, ...rest } = Object.fromEntries(reader.definitions) as Record<string, Schema>;
  const figures: Schema = {
    description: "Every figure by its name, as `verisim check` knows it; null where it is not defined.",
    type: "object",
    additionalProperties: { type: ["number", "null"] },
  };
  const evaluation = { ...Evaluation!, properties: { ...Evaluation!.properties, figures } };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:verisim:schema:evaluation:2",
    title: "Verisim evaluation",
    ...evaluation,
    properties: {
      ...evaluation.properties,
      compared: {
        description: "Other synthetic tables that were judged against the same real one.",
        type: "array",
        items: {
          type: "object",
          properties: { name: { type: "string" }, figures, evaluation: { $ref: "#/$defs/Evaluation" } },
          required: ["name", "figures", "evaluation"],
        },
      },
    },
    $defs: Object.fromEntries(
      Object.entries({ Evaluation: Evaluation!, ...rest }).sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

/** The schema as the text of its file. */
export function schemaText(): string {
  return `${JSON.stringify(evaluationSchema(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = schemaText();
  if (!process.argv.includes("--check")) writeFileSync(schemaFile, text);
  else if (readFileSync(schemaFile, "utf8") !== text) {
    process.stderr.write(
      "The schema of the evaluation is not what its types say: run tools/schema/evaluation-schema.ts.\n",
    );
    process.exit(1);
  }
}
