import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { VerisimError } from "./errors.ts";
import { replaceFile } from "./replace-file.ts";

describe("replaceFile", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "verisim-replace-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("shows the old file until the new one is whole", async () => {
    const path = join(folder, "a.txt");
    writeFileSync(path, "old");
    await replaceFile(path, async (file) => {
      await file.writeFile("new");
      expect(readFileSync(path, "utf8")).toBe("old");
    });
    expect(readFileSync(path, "utf8")).toBe("new");
  });

  test("leaves what was there, and nothing else, when writing fails", async () => {
    const path = join(folder, "b.txt");
    writeFileSync(path, "old");
    const stop = new VerisimError("VERISIM_ABORTED", "Stopped.");
    await expect(
      replaceFile(path, async (file) => {
        await file.writeFile("half");
        throw stop;
      }),
    ).rejects.toBe(stop);
    const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
    await expect(replaceFile(path, () => Promise.reject(full))).rejects.toMatchObject({
      code: "VERISIM_DISK_FULL",
      where: { file: path },
    });
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
  });

  test("follows a link to the file behind it", async () => {
    const target = join(folder, "target.txt");
    const link = join(folder, "link.txt");
    writeFileSync(target, "old");
    symlinkSync(target, link);
    await replaceFile(link, (file) => file.writeFile("new"));
    expect(readlinkSync(link)).toBe(target);
    expect(readFileSync(target, "utf8")).toBe("new");
  });

  test("names the path when the folder is not there or is the target", async () => {
    const path = join(folder, "none", "c.txt");
    await expect(replaceFile(path, async () => {})).rejects.toMatchObject({ code: "VERISIM_FILE_NOT_FOUND" });
    await expect(replaceFile(folder, async () => {})).rejects.toMatchObject({
      code: "VERISIM_FILE_IS_FOLDER",
      where: { file: folder },
    });
  });

  test("takes names as long as the system does", async () => {
    const path = join(folder, `${"é".repeat(120)}.txt`);
    await replaceFile(path, (file) => file.writeFile("x"));
    expect(readFileSync(path, "utf8")).toBe("x");
  });

  test.skipIf(process.platform === "win32")("writes to a device directly", async () => {
    await replaceFile("/dev/null", (file) => file.writeFile("x"));
  });
});
