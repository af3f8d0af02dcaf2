// Fits a Gaussian copula to a table and writes the model file: fit-model.ts TABLE MODEL.

import { GaussianCopula } from "@verisim/copula";
import { writeModelFile } from "@verisim/core";
import { readTable } from "@verisim/data";

const [, , tableFile, modelFile] = process.argv;
const { table, metadata } = await readTable(tableFile!);
const generator = await new GaussianCopula().fit(table, { metadata });
await writeModelFile(modelFile!, generator.toArtifact());
