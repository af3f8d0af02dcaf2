// Fits a generator to a table and writes the model file: fit-model.ts TABLE MODEL NAME [OPTIONS as JSON].

import { writeModelFile } from "@verisim/core";
import { readTable } from "@verisim/data";
import { findGenerator } from "@verisim/verisim/generators";

const [, , tableFile, modelFile, name, options = "{}"] = process.argv;
const { table, metadata } = await readTable(tableFile!);
const generator = await findGenerator(name!).create(JSON.parse(options)).fit(table, { metadata });
await writeModelFile(modelFile!, generator.toArtifact());
