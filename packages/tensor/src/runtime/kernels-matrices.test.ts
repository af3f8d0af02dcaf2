import { describe, expect, test } from "vitest";
import { garbage, type KernelCall, kernelProgram, kernelResult } from "../../fixtures/run-kernel.ts";
import { bits, uniforms, worstError } from "../../fixtures/values.ts";

const floats = (name: string, length: number): Float32Array => Float32Array.from(uniforms(name, length));

/** batch, height, width, channels, kernel height and width, strides y and x, padding top and left, out height and width */
type Windows = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** visit(place in the columns, place in the images or -1) for every place of every window. */
function visitWindows(windows: Windows, visit: (column: number, pixel: number) => void): void {
  const [
    batch,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    outHeight,
    outWidth,
  ] = windows;
  let column = 0;
  for (let z = 0; z < batch; z++)
    for (let oy = 0; oy < outHeight; oy++)
      for (let ox = 0; ox < outWidth; ox++)
        for (let ky = 0; ky < kernelHeight; ky++)
          for (let kx = 0; kx < kernelWidth; kx++)
            for (let c = 0; c < channels; c++) {
              const y = oy * strideY - top + ky;
              const x = ox * strideX - left + kx;
              const inside = y >= 0 && y < height && x >= 0 && x < width;
              visit(column++, inside ? ((z * height + y) * width + x) * channels + c : -1);
            }
}

const imageLength = ([batch, height, width, channels]: Windows): number => batch * height * width * channels;
const columnsLength = ([batch, , , channels, kh, kw, , , , , oh, ow]: Windows): number =>
  batch * oh * ow * kh * kw * channels;

const im2col = (windows: Windows): KernelCall => ({
  kernel: "im2col",
  operands: [floats("image", imageLength(windows)), garbage(columnsLength(windows))],
  ints: windows,
});
const col2im = (windows: Windows): KernelCall => ({
  kernel: "col2im",
  operands: [floats("columns", columnsLength(windows)), garbage(imageLength(windows))],
  ints: windows,
});

describe("im2col and col2im", () => {
  const cases: Windows[] = [
    [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1],
    [2, 5, 7, 1, 3, 3, 1, 1, 1, 1, 5, 7],
    [3, 8, 8, 3, 4, 4, 2, 2, 1, 1, 4, 4],
    [2, 6, 5, 20, 2, 3, 1, 2, 0, 1, 5, 3],
    [1, 4, 4, 9, 5, 5, 1, 1, 2, 2, 4, 4],
    // strides that skip pixels, windows that reach beyond every edge, and some that lie outside altogether
    [2, 9, 9, 2, 2, 2, 3, 4, 0, 0, 3, 2],
    [1, 2, 2, 1, 3, 3, 1, 1, 4, 5, 9, 10],
    [1, 2, 2, 12, 3, 3, 1, 1, 4, 5, 9, 10],
    [1, 3, 3, 8, 3, 5, 2, 2, 1, 0, 3, 3],
    [0, 4, 4, 1, 2, 2, 1, 1, 0, 0, 3, 3],
    [2, 4, 4, 0, 2, 2, 1, 1, 0, 0, 3, 3],
    [2, 0, 4, 1, 2, 2, 1, 1, 1, 0, 3, 3],
    [2, 4, 4, 1, 2, 2, 1, 1, 0, 0, 0, 3],
  ];

  test.each(cases)("copy and add up windows: %i %i %i %i, %i %i, %i %i, %i %i, %i %i", async (...windows) => {
    const images = floats("image", imageLength(windows));
    const columns = floats("columns", columnsLength(windows));
    const wantColumns = new Float64Array(columns.length);
    const wantImages = new Float64Array(images.length);
    visitWindows(windows, (column, pixel) => {
      if (pixel < 0) return;
      wantColumns[column] = images[pixel]!;
      wantImages[pixel]! += columns[column]!;
    });
    expect([...(await kernelResult(im2col(windows)))]).toEqual([...wantColumns]);
    // at most 25 additions
    expect(worstError(await kernelResult(col2im(windows)), wantImages)).toBeLessThan(2e-6);
  });

  test("give the same bits on 1 to 4 threads", async () => {
    const windows: Windows = [60, 12, 12, 3, 4, 4, 2, 2, 1, 1, 6, 6];
    for (const make of [im2col, col2im]) {
      const results = new Set<string>();
      for (const threads of [1, 2, 3, 4])
        results.add(bits(await kernelResult({ ...make(windows), threads })));
      expect(results.size).toBe(1);
    }
  });

  test("refuse sizes that do not fit", () => {
    const windows: Windows = [2, 5, 7, 1, 3, 3, 1, 1, 1, 1, 5, 7];
    for (const make of [im2col, col2im]) {
      const call = make(windows);
      const refused = (index: number, value: number) => () =>
        kernelProgram({ ...call, ints: windows.with(index, value) });
      for (const index of [0, 1, 2, 3, 4, 5, 10, 11])
        expect(refused(index, 2 ** 31 - 1)).toThrow(/longer operand|smaller sizes/);
      for (const index of [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]) expect(refused(index, -1)).toThrow(/from 0/);
      for (const index of [6, 7]) expect(refused(index, 0)).toThrow(/stride. from 1/);
      for (const index of [0, 3, 4, 10])
        expect(refused(index, windows[index]! + 1)).toThrow(/longer operand/);
    }
  });

  test("survive strides and paddings of any size", async () => {
    const huge = 2 ** 31 - 1;
    for (const windows of [
      [1, 3, 3, 2, 2, 2, huge, huge, huge, huge, 3, 3],
      [1, 3, 3, 2, 2, 2, huge, 1, 0, huge, 3, 3],
      [1, 3, 3, 9, 2, 2, 1, huge, huge, 0, 3, 3],
    ] as Windows[])
      for (const make of [im2col, col2im]) {
        const got = await kernelResult(make(windows));
        expect(got.every((x) => Math.abs(x) <= 1)).toBe(true);
      }
  });
});

/** batch symmetric positive definite matrices [n, n]: a a^T + n / 4. */
function definite(batch: number, n: number): Float32Array {
  const a = uniforms("definite", batch * n * n);
  return Float32Array.from({ length: batch * n * n }, (_, at) => {
    const base = at - (at % (n * n));
    const i = Math.floor((at % (n * n)) / n);
    const j = at % n;
    let sum = i === j ? n / 4 : 0;
    for (let k = 0; k < n; k++) sum += a[base + i * n + k]! * a[base + j * n + k]!;
    return sum;
  });
}

const cholesky = (x: Float32Array, batch: number, n: number): KernelCall => ({
  kernel: "cholesky",
  operands: [x, garbage(x.length)],
  ints: [batch, n],
});

describe("cholesky", () => {
  test.each([
    [1, 1],
    [3, 2],
    [2, 5],
    [1, 40],
    [0, 3],
    [2, 0],
  ])("of %i matrices of side %i gives a lower factor of x, from its lower triangle", async (batch, n) => {
    const x = definite(batch, n);
    const spoiled = x.map((value, at) => (at % n > Math.floor((at % (n * n)) / n) ? Number.NaN : value));
    const factor = await kernelResult(cholesky(spoiled, batch, n));
    const again = new Float64Array(x.length);
    for (let at = 0; at < x.length; at++) {
      const base = at - (at % (n * n));
      const i = Math.floor((at % (n * n)) / n);
      const j = at % n;
      if (j > i) expect(Object.is(factor[at], 0)).toBe(true);
      for (let k = 0; k < n; k++) again[at]! += factor[base + i * n + k]! * factor[base + j * n + k]!;
    }
    // n products of rounded factors
    expect(worstError(again, x)).toBeLessThan(1e-6);
  });

  test("is NaN from a pivot that is not positive on, and only in that matrix", async () => {
    const bad = [4, 0, 0, 2, 1, 0, 6, 5, 30];
    const good = [4, 0, 0, 2, 5, 0, 6, 5, 30];
    const nan = Number.NaN;
    const factor = await kernelResult(cholesky(Float32Array.from([...bad, ...good]), 2, 3));
    expect([...factor.subarray(0, 9)]).toEqual([2, 0, 0, 1, nan, 0, 3, nan, nan]);
    expect([...factor.subarray(9, 17)]).toEqual([2, 0, 0, 1, 2, 0, 3, 1]);
    expect(factor[17]!).toBeCloseTo(Math.sqrt(20), 6);
    for (const pivot of [0, -1, nan])
      expect([...(await kernelResult(cholesky(Float32Array.of(pivot), 1, 1)))]).toEqual([nan]);
  });
});

describe("triangularSolve", () => {
  const solve = (lower: Float32Array, b: Float32Array, ints: number[]): KernelCall => ({
    kernel: "triangularSolve",
    operands: [lower, b, garbage(b.length)],
    ints,
  });

  test.each([
    [1, 1, 1],
    [3, 4, 1],
    [2, 7, 5],
    [1, 33, 20],
    [2, 0, 4],
    [2, 4, 0],
    [0, 4, 2],
  ])("of %i systems of side %i and %i right sides reads the lower triangle", async (batch, n, m) => {
    const lower = floats("lower", batch * n * n).map((value, at) => {
      const i = Math.floor((at % (n * n)) / n);
      const j = at % n;
      return j > i ? Number.NaN : i === j ? 1 + Math.abs(value) : value / n;
    });
    const b = floats("b", batch * n * m);
    for (const transpose of [0, 1]) {
      const x = await kernelResult(solve(lower, b, [batch, n, m, transpose]));
      const again = new Float64Array(b.length);
      for (let at = 0; at < b.length; at++) {
        const z = Math.floor(at / (n * m));
        const i = Math.floor((at % (n * m)) / m);
        const c = at % m;
        for (let k = 0; k < n; k++) {
          const [row, column] = transpose ? [k, i] : [i, k];
          if (column <= row) again[at]! += lower[z * n * n + row * n + column]! * x[(z * n + k) * m + c]!;
        }
      }
      expect(worstError(again, b)).toBeLessThan(1e-6);
    }
  });

  test("is infinite where the factor is singular", async () => {
    const call = solve(Float32Array.of(0, 0, 1, 1), Float32Array.of(1, 1), [1, 2, 1, 0]);
    expect([...(await kernelResult(call))]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });
});

test("factors give the same bits on 1 to 4 threads", async () => {
  const x = definite(30, 24);
  const results = new Set<string>();
  for (const threads of [1, 2, 3, 4]) {
    const lower = (await kernelResult({ ...cholesky(x, 30, 24), threads })) as Float32Array;
    const operands = [lower, floats("b", 30 * 24 * 9), garbage(30 * 24 * 9)];
    const solution = await kernelResult({
      kernel: "triangularSolve",
      operands,
      ints: [30, 24, 9, 1],
      threads,
    });
    results.add(bits(lower) + bits(solution));
  }
  expect(results.size).toBe(1);
});

test("a large factor stops when it is told to", async () => {
  const n = 1500;
  const x = new Float32Array(n * n);
  for (let i = 0; i < n; i++) x[i * n + i] = 2;
  for (const threads of [1, 2]) {
    const program = kernelProgram(cholesky(x, 1, n));
    const controller = new AbortController();
    const running = program.run(0, { threads, steps: 1000, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: "VERISIM_ABORTED" });
    program.free();
  }
});
