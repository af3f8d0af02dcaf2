import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Artifact } from "./artifact.ts";
import { decodeModel, encodeModel, readModelFile, writeModelFile } from "./model-file.ts";

const model: Artifact = {
  generator: "gaussian-copula",
  formatVersion: 1,
  manifest: { options: { seed: 1 } },
  tensors: { a: { data: new Float64Array(1000), shape: [10, 100] } },
};

const bytes = encodeModel(model);

describe("model files on disk", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "verisim-model-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("hold the bytes of encodeModel and read back", async () => {
    const path = join(folder, "m.verisim");
    await writeModelFile(path, model);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    expect(await readModelFile(path)).toEqual(decodeModel(bytes));
    expect(readdirSync(folder)).toEqual(["m.verisim"]);
  });

  test("keep what was there when the new one cannot be made or written", async () => {
    const path = join(folder, "kept.verisim");
    await writeModelFile(path, model);
    const bad = { ...model, manifest: { a: Number.NaN } };
    await expect(writeModelFile(path, bad)).rejects.toMatchObject({
      code: "VERISIM_MODEL_FILE",
      where: { file: path },
    });
    expect(await readModelFile(path)).toEqual(decodeModel(bytes));
    await expect(writeModelFile(join(folder, "no", "m.verisim"), model)).rejects.toMatchObject({
      code: "VERISIM_FILE_NOT_FOUND",
      where: { file: join(folder, "no", "m.verisim") },
    });
    await expect(writeModelFile(folder, model)).rejects.toMatchObject({ code: "VERISIM_FILE_IS_FOLDER" });
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("that are missing, folders, cut or too large are refused with the file's name", async () => {
    const path = join(folder, "bad.verisim");
    const refuses = async (
      message: string,
      code: string = "VERISIM_MODEL_FILE",
      file: string = path,
      limits: { fileBytes?: number } = {},
    ): Promise<void> => {
      await expect(readModelFile(file, limits)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
        where: { file },
      });
    };
    await refuses("There is no such file", "VERISIM_FILE_NOT_FOUND");
    await refuses("Expected a file but received a folder", "VERISIM_FILE_IS_FOLDER", folder);
    writeFileSync(path, bytes);
    await refuses(`at most 10 bytes but received ${bytes.length}`, "VERISIM_MODEL_FILE", path, {
      fileBytes: 10,
    });
    truncateSync(path, bytes.length - 10);
    await refuses("may be cut off");
    writeFileSync(path, "");
    await refuses("a zip archive");
  });
});
