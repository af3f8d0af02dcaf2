// `verisim export`: a model file becomes an ONNX file that says what it takes and yields.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkOnnx } from "@verisim/onnx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder, writePeople } from "../../test/run-cli.ts";

const { folder, remove } = temporaryFolder();
afterAll(remove);

const at = (name: string): string => join(folder, name);
const verisim = (...args: string[]) => runCli(args, folder);

beforeAll(async () => {
  writePeople(at("people.csv"), 0, 200);
  const small = ["embeddingDim=8", "compressDims=16", "decompressDims=16", "epochs=1"];
  const set = small.flatMap((setting) => ["--set", setting]);
  const { code, stderr } = await verisim(
    ...["fit", "people.csv", "--model", "tvae", "--out", "people.verisim", "--quiet"],
    ...set,
  );
  expect(code, stderr).toBe(0);
});

describe("export", () => {
  it("writes one file with an output per column, the same bytes again", async () => {
    const { code, stdout, stderr } = await verisim("export", "people.verisim", "--out", "a.onnx", "--json");
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/Wrote the sampler of \d columns to a\.onnx \(.*\) in .*\n$/);
    const bytes = new Uint8Array(readFileSync(at("a.onnx")));
    const { inputs, outputs } = checkOnnx(bytes);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ version: 1, model: "tvae", out: "a.onnx", bytes: bytes.length });
    const names = ["plan", "age", "income", "signed_up", "churned"];
    expect(outputs.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, "signed_up.text"]));
    expect(result.inputs.map(({ name }: { name: string }) => name).sort()).toEqual(
      inputs.map(({ name }) => name).sort(),
    );
    await verisim("export", "people.verisim", "--out", "b.onnx", "--quiet");
    expect(new Uint8Array(readFileSync(at("b.onnx")))).toEqual(bytes);
  });

  it("refuses another ending, and models that have no such file, in words", async () => {
    const ending = await verisim("export", "people.verisim", "--out", "a.pb");
    expect(ending.code).toBe(2);
    expect(ending.stderr).toContain("a file ending in .onnx");
    await verisim("fit", "people.csv", "--model", "gaussian-copula", "--out", "copula.verisim", "--quiet");
    const copula = await verisim("export", "copula.verisim", "--out", "c.onnx");
    expect(copula.code).toBe(1);
    expect(copula.stderr).toMatch(/^VERISIM_EXPORT_UNSUPPORTED: .*gaussian-copula/);
    expect(existsSync(at("c.onnx"))).toBe(false);
  });
});
