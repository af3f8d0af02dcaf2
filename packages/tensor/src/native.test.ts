import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { bits, uniforms } from "../fixtures/values.ts";
import {
  bucketize,
  cholesky,
  contingency,
  correlation,
  gemm,
  histogram,
  nativeInfo,
  nearestNeighbours,
  normalCdf,
  normalQuantile,
  quantileMap,
  randomUniforms,
  ranks,
  sortNumbers,
  symmetricEigen,
} from "./arrays/index.ts";
import { loadAddon } from "./load-addon.ts";

const index = new URL("./arrays/index.ts", import.meta.url).href;
const nodeOptions = ["--conditions=verisim-source"];
const f64 = (length: number): Float64Array => new Float64Array(length);

/** A product that takes about a second, so that there is time to stop it. */
function longProduct(signal?: AbortSignal): Promise<unknown> {
  const n = 2400;
  return gemm({ m: n, n, k: n, a: f64(n * n), b: f64(n * n), c: f64(n * n) }, { signal });
}

describe("wrong arguments", () => {
  const refused = async (call: () => Promise<unknown>, message: RegExp): Promise<void> => {
    const error = await call().then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: "VerisimError", code: "VERISIM_NATIVE_ARGUMENT" });
    expect((error as Error).message).toMatch(message);
  };
  // biome-ignore lint/suspicious/noExplicitAny: these calls break the types on purpose
  const wrong = (value: unknown): any => value;
  const square = { m: 2, n: 2, k: 2, a: f64(4), b: f64(4), c: f64(4) };

  test("of another type", async () => {
    for (const value of [
      undefined,
      null,
      3,
      "x",
      [1, 2],
      {},
      new DataView(new ArrayBuffer(8)),
      new Float32Array(2),
    ]) {
      await refused(() => normalCdf(wrong(value), f64(2)), /Expected a Float64Array for x/);
      await refused(() => gemm({ ...square, c: wrong(value) }), /Expected a Float64Array for c/);
      await refused(() => sortNumbers(wrong(value)), /Expected a Float64Array for values/);
      await refused(() => ranks(wrong(value)), /Expected a Float64Array for values/);
      await refused(() => correlation([wrong(value)]), /Expected a Float64Array for a column/);
      await refused(() => bucketize(f64(1), f64(1), wrong(value)), /Expected an Int32Array for out/);
    }
    await refused(() => correlation(wrong(f64(2))), /Expected an array of columns/);
    await refused(() => gemm({ ...square, alpha: wrong("1") }), /Expected a number for alpha/);
    await refused(() => gemm({ ...square, transposeA: wrong(1) }), /Expected a boolean for transposeA/);
    await refused(() => gemm({ ...square, a: wrong(new Float32Array(4)) }), /Expected a Float32Array for b/);
  });

  test("of a length or size that does not fit", async () => {
    await refused(() => normalCdf(f64(2), f64(3)), /as long as the input/);
    for (const n of [-1, 1.5, Number.NaN, 2 ** 31, 2 ** 53, Number.POSITIVE_INFINITY]) {
      await refused(() => gemm({ ...square, m: n }), /for m|for c|for a/);
      await refused(() => cholesky(f64(4), n), /for n|n x n/);
      await refused(() => symmetricEigen(f64(4), n), /n x n/);
      await refused(() => contingency(new Int32Array(1), n, new Int32Array(1), 2 ** 30), /ardinalit/);
    }
    await refused(() => gemm({ ...square, m: 2 ** 30, n: 2 ** 30, k: 2 ** 30 }), /Expected a to hold/);
    await refused(() => randomUniforms(f64(3), [[1, 2]], 0, 4), /keys x rowCount/);
    await refused(() => randomUniforms(f64(4), [[1, 2]], 2 ** 53 - 1, 4), /below 2\^53/);
    await refused(() => randomUniforms(f64(4), [[1, 2]], -1, 4), /rowStart/);
    await refused(() => randomUniforms(f64(4), [wrong([1])], 0, 4), /two 32-bit words/);
    await refused(() => randomUniforms(f64(4), [[1, 2 ** 32]], 0, 4), /two 32-bit words/);
    await refused(() => randomUniforms(f64(4), [[1, 2]], 0, 4, { attempt: 2 ** 32 }), /attempt/);
    await refused(
      () => bucketize(f64(1), f64(2), new Int32Array(1), new Int32Array(2)),
      /one label per bucket/,
    );
    await refused(() => histogram(f64(1), f64(1)), /at least two edges/);
    await refused(() => correlation([f64(2), f64(3)]), /one length/);
    await refused(() => normalCdf(f64(1), f64(1), { threads: 0 }), /threads/);
    await refused(() => normalCdf(f64(1), f64(1), { threads: 1e9 }), /threads/);
    await refused(
      () => nearestNeighbours({ reference: f64(4), queries: f64(4), width: 3, k: 1 }),
      /rows of `width`/,
    );
    await refused(
      () =>
        nearestNeighbours({ reference: f64(4), queries: f64(4), width: 2, k: 1, metric: wrong("cosine") }),
      /metric/,
    );
  });

  test("of contents that make no sense", async () => {
    await refused(() => bucketize(f64(1), Float64Array.of(1, 0), new Int32Array(1)), /ascending thresholds/);
    await refused(() => histogram(f64(1), Float64Array.of(0, Number.NaN)), /ascending edges/);
    const marginal = { cumulative: Float64Array.of(0, 1), low: f64(1), high: f64(1), decimals: -1 };
    await refused(() => quantileMap(f64(1), { ...marginal, thresholds: f64(1) }), /S segments/);
    await refused(() => quantileMap(f64(1), { ...marginal, thresholds: f64(0), decimals: 23 }), /decimals/);
  });

  test("of memory that overlaps in part, was given away, or can shrink", async () => {
    const memory = f64(8);
    await refused(() => normalCdf(memory.subarray(0, 4), memory.subarray(1, 5)), /overlap/);
    await refused(() => gemm({ ...square, a: memory.subarray(0, 4), c: memory.subarray(3, 7) }), /overlap a/);
    await refused(() => gemm({ ...square, b: memory.subarray(0, 4), c: memory.subarray(0, 4) }), /overlap b/);
    const given = f64(4);
    structuredClone(given, { transfer: [given.buffer] });
    await refused(() => normalCdf(given, given), /detached/);
    const resizable = new Float64Array(new ArrayBuffer(32, wrong({ maxByteLength: 64 })));
    await refused(() => normalCdf(resizable, f64(4)), /resizable/);
  });

  test("made to the addon itself, its handles too", () => {
    const addon = wrong(loadAddon());
    for (const handle of [undefined, null, {}, 1, addon])
      expect(() => addon.abort(handle)).toThrow(/abort handle/);
    for (const name of Object.keys(addon))
      if (typeof addon[name] === "function" && !/^createAbort$|Names$|^devices$/.test(name))
        expect(() => addon[name]()).toThrow(/Expected/);
    expect(() => addon.ranks(f64(1), f64(1), 1, {})).toThrow(/abort handle/);
  });

  test("leave the addon working", async () => {
    expect([...(await normalCdf(Float64Array.of(0)))]).toEqual([0.5]);
  });
});

describe("memory", () => {
  test("shared memory is read and written in place", async () => {
    const shared = new Float64Array(new SharedArrayBuffer(8 * 5000));
    shared.set(uniforms("shared", 5000));
    const expected = await normalCdf(Float64Array.from(shared));
    expect(await normalCdf(shared, shared)).toBe(shared);
    expect(bits(shared)).toBe(bits(expected));
  });

  test("arrays that nobody else holds stay alive while they are used", async () => {
    const results = [];
    for (let i = 0; i < 20; i++) results.push(normalQuantile(f64(200_000).fill(0.975)));
    for (const result of await Promise.all(results))
      expect(result[199_999]).toBeCloseTo(1.959963984540054, 14);
  });
});

describe("stopping", () => {
  test("a signal that fires while a product runs rejects it with VERISIM_ABORTED and the signal's reason", async () => {
    const controller = new AbortController();
    const running = longProduct(controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 30);
    await expect(running).rejects.toMatchObject({ code: "VERISIM_ABORTED", cause: { message: "enough" } });
  });

  test("serial stretches stop too", async () => {
    const controller = new AbortController();
    const running = symmetricEigen(uniforms("long", 700 * 700), 700, { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(running).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
  });

  test("a signal that fired before starts nothing, one that fires after changes nothing", async () => {
    const out = f64(1);
    await expect(normalCdf(f64(1), out, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "VERISIM_ABORTED",
    });
    expect(out[0]).toBe(0);
    const controller = new AbortController();
    await normalCdf(f64(1), out, { signal: controller.signal });
    controller.abort();
    expect(out[0]).toBe(0.5);
  });

  test("one signal stops any number of calls at once, and Node warns of no leak", async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on("warning", note);
    const controller = new AbortController();
    const { signal } = controller;
    await Promise.all(Array.from({ length: 20 }, () => normalCdf(f64(10), undefined, { signal })));
    const running = Array.from({ length: 20 }, () => longProduct(signal).catch((error) => error.code));
    controller.abort();
    expect(await Promise.all(running)).toEqual(Array.from({ length: 20 }, () => "VERISIM_ABORTED"));
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  test("other work on the same pool goes on", async () => {
    const controller = new AbortController();
    const stopped = longProduct(controller.signal).catch((error) => error.code);
    const x = uniforms("beside", 100_000);
    const beside = Promise.all([1, 2, 3].map(() => normalCdf(x)));
    controller.abort();
    expect(await stopped).toBe("VERISIM_ABORTED");
    const expected = bits(await normalCdf(x, undefined, { threads: 1 }));
    for (const result of await beside) expect(bits(result)).toBe(expected);
  });
});

describe("environments", () => {
  const inWorker = (code: string): Worker =>
    new Worker(
      `const { parentPort } = require("node:worker_threads"); import(${JSON.stringify(index)}).then(async (t) => {${code}});`,
      {
        eval: true,
        execArgv: nodeOptions,
      },
    );

  test("several worker threads and the main thread use one pool at once and agree", async () => {
    const code = `
      const x = Float64Array.from({ length: 50_000 }, (_, i) => i / 10_000 - 2.5);
      for (let i = 0; i < 10; i++) await t.normalCdf(x, undefined, { threads: 3 });
      parentPort.postMessage(await t.normalCdf(x));`;
    const answers = Array.from(
      { length: 3 },
      () =>
        new Promise<Float64Array>((resolve, reject) => {
          const worker = inWorker(code);
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    );
    const own = await normalCdf(Float64Array.from({ length: 50_000 }, (_, i) => i / 10_000 - 2.5));
    for (const answer of await Promise.all(answers)) expect(bits(answer)).toBe(bits(own));
  });

  test("a worker thread that is ended in the middle of its work takes nothing with it", async () => {
    for (let round = 0; round < 3; round++) {
      const worker = inWorker(`
        const n = 1000, f = () => new Float64Array(n * n);
        t.gemm({ m: n, n, k: n, a: f(), b: f(), c: f() });
        parentPort.postMessage("started");`);
      await new Promise((resolve, reject) => {
        worker.once("message", resolve);
        worker.once("error", reject);
      });
      await worker.terminate();
    }
    expect([...(await normalCdf(Float64Array.of(0)))]).toEqual([0.5]);
  });

  test("a process may exit in the middle of its work", () => {
    const code = `import(${JSON.stringify(index)}).then((t) => {
      const n = 600, f = () => new Float64Array(n * n);
      t.gemm({ m: n, n, k: n, a: f(), b: f(), c: f() });
      setTimeout(() => process.exit(7), 5);
    });`;
    const result = spawnSync(process.execPath, [...nodeOptions, "--eval", code], { encoding: "utf8" });
    expect({ status: result.status, signal: result.signal, stderr: result.stderr }).toEqual({
      status: 7,
      signal: null,
      stderr: "",
    });
  });

  test("VERISIM_THREADS sets the default, and every instruction set gives its own bits on any number of threads", () => {
    const code = `import(${JSON.stringify(index)}).then(async (t) => {
      const out = await t.randomNormals(new Float64Array(30_000), [[1, 2], [3, 4]], 5, 15_000);
      const again = await t.randomNormals(new Float64Array(30_000), [[1, 2], [3, 4]], 5, 15_000, { threads: 1 });
      console.log(JSON.stringify({ ...(await t.nativeInfo()), same: Buffer.from(out.buffer).equals(Buffer.from(again.buffer)), mean: out.reduce((a, b) => a + b) / 30_000 }));
    });`;
    const run = (simd: string): { simd: string; threads: number; same: boolean; mean: number } =>
      JSON.parse(
        spawnSync(process.execPath, [...nodeOptions, "--eval", code], {
          encoding: "utf8",
          env: { ...process.env, VERISIM_THREADS: "3", VERISIM_SIMD: simd },
        }).stdout,
      );
    const best = run("");
    const baseline = run("baseline");
    expect(best).toMatchObject({ threads: 3, same: true });
    expect(baseline).toMatchObject({ threads: 3, same: true });
    // Another instruction set may round the last bit differently, no more.
    expect(Math.abs(best.mean - baseline.mean)).toBeLessThan(1e-15);
  });

  test("nativeInfo says what runs", async () => {
    expect(await nativeInfo()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      simd: expect.stringMatching(/^(avx512|avx2|neon|baseline)$/),
    });
  });

  test("a binary that cannot be loaded is an error that says what was tried and what to do", () => {
    const code = `import(${JSON.stringify(index)}).then((t) => t.nativeInfo()).catch((error) => console.log(error.code + "\\n" + error.format()));`;
    const path = fileURLToPath(new URL("./no-such-file.node", import.meta.url));
    const { stdout } = spawnSync(process.execPath, [...nodeOptions, "--eval", code], {
      encoding: "utf8",
      env: { ...process.env, VERISIM_ADDON: path },
    });
    expect(stdout).toMatch(/^VERISIM_NATIVE_MISSING\n/);
    expect(stdout).toContain(path);
    expect(stdout).toContain("npm install --include=optional");
    expect(stdout).toContain("node tools/build/native.mjs");
  });
});
