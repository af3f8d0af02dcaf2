import { describe, expect, test } from "vitest";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";
import { cholesky, type GemmProblem, gemm, symmetricEigen } from "./index.ts";

function referenceGemm(problem: GemmProblem): Float64Array {
  const { transposeA, transposeB, m, n, k, alpha = 1, a, b, beta = 0, c } = problem;
  return Float64Array.from({ length: m * n }, (_, index) => {
    const i = Math.floor(index / n);
    const j = index % n;
    let sum = 0;
    for (let p = 0; p < k; p++)
      sum += (transposeA ? a[p * m + i]! : a[i * k + p]!) * (transposeB ? b[j * k + p]! : b[p * n + j]!);
    return alpha * sum + (beta === 0 ? 0 : beta * c[index]!);
  });
}

const sizes = [
  [0, 3, 2],
  [3, 0, 2],
  [2, 3, 0],
  [1, 1, 1],
  [1, 17, 5],
  [5, 1, 300],
  [7, 19, 23],
  [13, 16, 8],
  [19, 33, 257],
  [50, 65, 31],
  [64, 48, 64],
  [31, 47, 513],
  [260, 20, 12],
  [20, 530, 12],
] as const;

describe("gemm", () => {
  for (const [m, n, k] of sizes)
    test(`${m} x ${n} x ${k} in every transposition agrees with a plain sum`, async () => {
      for (const transposeA of [false, true])
        for (const transposeB of [false, true])
          for (const [alpha, beta] of [
            [1, 0],
            [1, 1],
            [-0.75, 0.5],
          ] as const) {
            const a = uniforms("a", m * k);
            const b = uniforms("b", k * n);
            const c = uniforms("c", m * n);
            const shape = { transposeA, transposeB, m, n, k, alpha, beta };
            const want = referenceGemm({ ...shape, a, b, c });
            // Sums of k products below 1: k roundings of at most their size.
            expect(worstError(await gemm({ ...shape, a, b, c }), want)).toBeLessThan(
              1e-14 * Math.sqrt(k + 1),
            );
            const single = await gemm({
              ...shape,
              a: Float32Array.from(a),
              b: Float32Array.from(b),
              c: Float32Array.from(uniforms("c", m * n)),
            });
            expect(worstError(single, want)).toBeLessThan(2e-6 * Math.sqrt(k + 1));
          }
    });

  test("c is not read where beta is 0, and NaN in a stays in its row", async () => {
    const a = Float64Array.of(1, 2, Number.NaN, 4);
    const c = new Float64Array(4).fill(Number.NaN);
    expect([...(await gemm({ m: 2, n: 2, k: 2, a, b: Float64Array.of(1, 0, 0, 1), c }))]).toEqual([
      1,
      2,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("a row has the same bits whatever rows, columns and threads are beside it", async () => {
    const [m, n, k] = [203, 157, 300];
    for (const kind of [Float32Array, Float64Array] as const)
      for (const transposeB of [false, true]) {
        const a = kind.from(uniforms("row-a", m * k));
        const b = kind.from(uniforms("row-b", k * n));
        const options = { transposeB, n, k, b };
        const whole = await gemm({ ...options, m, a, c: new kind(m * n) }, { threads: 1 });
        for (const threads of [2, 3, 4])
          expect(bits(await gemm({ ...options, m, a, c: new kind(m * n) }, { threads }))).toBe(bits(whole));
        for (const [begin, end] of [
          [0, 1],
          [5, 12],
          [100, 203],
        ] as const) {
          const part = await gemm({
            ...options,
            m: end - begin,
            a: a.slice(begin * k, end * k),
            c: new kind((end - begin) * n),
          });
          expect(bits(part)).toBe(bits(whole.subarray(begin * n, end * n)));
        }
      }
  });

  test("a transposed operand gives the bits of the plain one", async () => {
    const [m, n, k] = [61, 70, 90];
    const a = uniforms("ta", m * k);
    const b = uniforms("tb", k * n);
    const at = Float64Array.from({ length: m * k }, (_, i) => a[(i % m) * k + Math.floor(i / m)]!);
    const bt = Float64Array.from({ length: k * n }, (_, i) => b[(i % k) * n + Math.floor(i / k)]!);
    const shape = { m, n, k, alpha: 1.5 };
    const plain = await gemm({ ...shape, a, b, c: new Float64Array(m * n) });
    const both = await gemm({
      ...shape,
      transposeA: true,
      transposeB: true,
      a: at,
      b: bt,
      c: new Float64Array(m * n),
    });
    expect(bits(both)).toBe(bits(plain));
  });
});

/** B B' / n + I / 10: positive definite. */
async function positive(n: number): Promise<Float64Array> {
  const b = uniforms(`spd${n}`, n * n);
  const a = await gemm({
    transposeB: true,
    m: n,
    n,
    k: n,
    alpha: 1 / Math.max(1, n),
    a: b,
    b,
    c: new Float64Array(n * n),
  });
  for (let i = 0; i < n; i++) a[i * n + i]! += 0.1;
  return a;
}

describe("cholesky", () => {
  for (const n of [0, 1, 2, 7, 47, 48, 49, 131, 200])
    test(`of ${n} x ${n}: L is lower and L L' is the matrix`, async () => {
      const a = await positive(n);
      const l = a.slice();
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) l[i * n + j] = Number.NaN;
      expect(await cholesky(l, n)).toBe(-1);
      for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(l[i * n + j]).toBe(0);
      const back = await gemm({ transposeB: true, m: n, n, k: n, a: l, b: l, c: new Float64Array(n * n) });
      expect(worstError(back, a)).toBeLessThan(1e-13);
    });

  test("names the first pivot that is not positive", async () => {
    for (const [n, bad] of [
      [1, 0],
      [60, 37],
      [130, 100],
    ] as const) {
      const a = await positive(n);
      a[bad * n + bad] = -1;
      expect(await cholesky(a, n)).toBe(bad);
    }
    expect(await cholesky(Float64Array.of(Number.NaN), 1)).toBe(0);
    expect(await cholesky(Float64Array.of(1, 2, 2, 4), 2)).toBe(1);
  });

  test("has the same bits on any number of threads", async () => {
    const a = await positive(260);
    const one = a.slice();
    await cholesky(one, 260, { threads: 1 });
    for (const threads of [2, 4]) {
      const more = a.slice();
      await cholesky(more, 260, { threads });
      expect(bits(more)).toBe(bits(one));
    }
  });
});

describe("symmetricEigen", () => {
  for (const n of [0, 1, 2, 3, 5, 16, 33, 90])
    test(`of ${n} x ${n}: ascending values, orthonormal vectors, A V = V diag(values)`, async () => {
      const u = uniforms(`eigen${n}`, n * n);
      const a = Float64Array.from(
        u,
        (_, i) => u[Math.floor(i / n) * n + (i % n)]! + u[(i % n) * n + Math.floor(i / n)]!,
      );
      const { values, vectors } = await symmetricEigen(a, n);
      expect([...values]).toEqual([...values].sort((x, y) => x - y));
      const product = { m: n, n, k: n };
      const gram = await gemm({
        ...product,
        transposeA: true,
        a: vectors,
        b: vectors,
        c: new Float64Array(n * n),
      });
      expect(
        worstError(
          gram,
          Float64Array.from(gram, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
        ),
      ).toBeLessThan(1e-13);
      const left = await gemm({ ...product, a, b: vectors, c: new Float64Array(n * n) });
      expect(
        worstError(
          left,
          Float64Array.from(vectors, (v, i) => v * values[i % n]!),
        ),
      ).toBeLessThan(1e-12);
    });

  test("known cases: diagonal, repeated values, a 2 x 2", async () => {
    const diagonal = await symmetricEigen(Float64Array.of(3, 0, 0, 0, -1, 0, 0, 0, 2), 3);
    expect([...diagonal.values]).toEqual([-1, 2, 3]);
    expect([...diagonal.vectors]).toEqual([0, 0, 1, 1, 0, 0, 0, 1, 0]);
    const ones = await symmetricEigen(new Float64Array(16).fill(1), 4);
    expect(worstError(ones.values, [0, 0, 0, 4])).toBeLessThan(1e-14);
    const two = await symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(worstError(two.values, [1, 3])).toBeLessThan(1e-15);
    expect(worstError(two.vectors.map(Math.abs), new Float64Array(4).fill(Math.SQRT1_2))).toBeLessThan(1e-15);
  });

  test("refuses numbers that are not finite", async () => {
    await expect(symmetricEigen(Float64Array.of(1, Number.NaN, Number.NaN, 1), 2)).rejects.toMatchObject({
      code: "VERISIM_NATIVE_ARGUMENT",
    });
  });
});
