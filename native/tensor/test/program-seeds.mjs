// Programs to begin fuzzing from: instructions of every kernel with sizes that fit, and what the compiler makes of the
// op cases that all runtimes share.

import { assemble } from "../../../packages/tensor/fixtures/assembler.ts";
import { compileEntries } from "../../../packages/tensor/src/compile/compile.ts";
import { opCases, traceCase } from "../../../packages/tensor/src/testing/op-cases.ts";

const productOf = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** Pointwise ops over f32, and how many values they take. */
const floatOps = Object.entries({
  1: "neg abs sign exp log log1p expm1 sqrt rsqrt reciprocal tanh sigmoid erf sin cos floor",
  2: "add sub mul div maximum minimum pow less equal",
  3: "fma where",
}).flatMap(([arity, list]) => list.split(" ").map((name) => [name, Number(arity)]));

/** What rows of ints mean for the operands of a kernel; `r` reads f32 words, `i` i32 words, `w` and `wi` write. */
const kernels = {
  gemm: ({ size, flag, r, w }) => {
    const [batch, m, n, k] = [size(3), size(40), size(40), size(40)];
    r(batch * m * k);
    r(batch * k * n);
    w(batch * m * n);
    const a = flag() ? [m * k, k, 1] : [m * k, 1, m];
    const b = flag() ? [k * n, n, 1] : [k * n, 1, k];
    return { ints: [batch, m, n, k, ...a, ...b, m * n, n, flag()] };
  },
  gather: ({ size, r, i, w }) => {
    const [rows, width, count] = [size(50), size(20), size(50)];
    r(rows * width);
    i(count);
    w(count * width);
    return { ints: [rows, width, count] };
  },
  scatterAdd: ({ size, r, i, w }) => {
    const [rows, width, count] = [size(50), size(20), size(50)];
    i(count);
    r(count * width);
    w(rows * width);
    return { ints: [rows, width, count] };
  },
  gatherSum: ({ size, flag, r, i, w }) => {
    const [rows, width, count, bag, weighted] = [size(50), size(70), size(50), size(5), flag()];
    r(rows * width);
    i(count * bag);
    if (weighted) r(count * bag);
    w(count * width);
    return { ints: [rows, width, count, bag, weighted, flag()] };
  },
  scatterSum: ({ size, flag, r, i, w }) => {
    const [rows, width, count, bag, weighted] = [size(50), size(70), size(50), size(5), flag()];
    r(count * width);
    i(count * bag);
    if (weighted) r(count * bag);
    w(rows * width);
    return { ints: [rows, width, count, bag, weighted, flag()] };
  },
  segmentSum: (b) => spans(b),
  segmentMax: (b) => spans(b),
  argmax: ({ size, r, wi }) => {
    const [rows, width] = [size(50), size(60)];
    r(rows * width);
    wi(rows);
    return { ints: [rows, width] };
  },
  cumsum: ({ size, flag, r, w }) => {
    const [rows, width] = [size(50), size(60)];
    r(rows * width);
    w(rows * width);
    return { ints: [rows, width, flag()] };
  },
  randomUniform: (b) => draws(b),
  randomNormal: (b) => draws(b),
  randomBelow: ({ size, i, wi }) => {
    const [rows, cols] = [size(50), size(30)];
    i(rows * cols);
    wi(rows * cols);
    return { ints: [size(9), rows, cols] };
  },
  im2col: ({ image, r, w }) => {
    const { ints, imageWords, columnWords } = image();
    r(imageWords);
    w(columnWords);
    return { ints };
  },
  col2im: ({ image, r, w }) => {
    const { ints, imageWords, columnWords } = image();
    r(columnWords);
    w(imageWords);
    return { ints };
  },
  cholesky: ({ size, r, w }) => {
    const [batch, n] = [size(3), size(30)];
    r(batch * n * n);
    w(batch * n * n);
    return { ints: [batch, n] };
  },
  triangularSolve: ({ size, flag, r, w }) => {
    const [batch, n, m] = [size(3), size(20), size(20)];
    r(batch * n * n);
    r(batch * n * m);
    w(batch * n * m);
    return { ints: [batch, n, m, flag()] };
  },
  adam: ({ size, flag, number, r, w }) => {
    const parameters = size(4);
    r(1);
    r(1);
    for (let p = 0; p < parameters; p++) {
      const words = size(3000);
      w(words);
      r(words);
      w(words);
      w(words);
    }
    return { ints: [parameters, flag()], floats: [number(), number(), number(), number()] };
  },
  sgd: ({ size, flag, number, r, w }) => {
    const parameters = size(4);
    r(1);
    for (let p = 0; p < parameters; p++) {
      const words = size(3000);
      w(words);
      r(words);
      w(words);
    }
    return { ints: [parameters, flag()], floats: [number(), number()] };
  },
  ema: ({ size, number, r, w }) => {
    const parameters = size(4);
    for (let p = 0; p < parameters; p++) {
      const words = size(3000);
      w(words);
      r(words);
    }
    return { ints: [parameters], floats: [number()] };
  },
  fused: ({ size, below, pointwise, r, w, number }) => {
    const dims = Array.from({ length: 1 + below(4) }, () => size(12));
    const words = productOf(dims);
    const split = below(dims.length + 1);
    const strides = dims.map((_, axis) => productOf(dims.slice(axis + 1)));
    const inputs = 1 + below(3);
    const inputStrides = [];
    for (let input = 0; input < inputs; input++) {
      inputStrides.push(...strides.map((stride) => (below(4) === 0 ? 0 : stride)));
      r(words);
    }
    const constants = [number(), number()].map((value) => new Int32Array(Float32Array.of(value).buffer)[0]);
    const ops = [];
    let values = inputs + constants.length;
    for (let op = 1 + below(8); op > 0; op--, values++) {
      const [name, arity] = floatOps[below(floatOps.length)];
      ops.push(pointwise.indexOf(name), ...[1, 2, 3].map((place) => (place <= arity ? below(values) : -1)));
    }
    const outputs = [];
    for (let output = 1 + below(2); output > 0; output--) {
      const mode = below(5);
      const [rows, columns] = [productOf(dims.slice(0, split)), productOf(dims.slice(split))];
      w(mode === 0 ? words : mode < 3 ? rows : columns);
      outputs.push(below(values), mode, ...strides.map((stride) => (mode === 0 ? stride : 0)));
    }
    const head = [dims.length, ...dims, split, inputs, ...inputStrides, constants.length, ...constants];
    return { ints: [...head, ops.length / 4, ...ops, outputs.length / (2 + dims.length), ...outputs] };
  },
};

function spans({ size, below, r, w }) {
  const rows = size(40);
  const widths = Array.from({ length: 1 + below(6) }, () => 1 + below(9));
  const width = widths.reduce((a, b) => a + b, 0);
  r(rows * width);
  w(rows * width);
  return { ints: [rows, width, widths.length, ...widths] };
}

function draws({ size, w }) {
  const [rows, cols] = [size(50), size(30)];
  w(rows * cols);
  return { ints: [size(9), rows, cols] };
}

/** Makes random valid programs out of `below(n)`, a random whole number below n. */
export function programMaker(below, names) {
  const size = (most) => (below(12) === 0 ? 0 : 1 + below(most));
  const flag = () => below(2);
  const number = () => (below(2) ? below(1000) / 1000 : [0, -0, 1, -1, 1e38, Number.NaN, Infinity][below(7)]);

  function image() {
    const [batch, height, width, channels] = [size(3), 1 + below(9), 1 + below(9), size(4)];
    const [kernelHeight, kernelWidth, strideY, strideX] = Array.from({ length: 4 }, () => 1 + below(3));
    const [padTop, padLeft, outHeight, outWidth] = [below(3), below(3), 1 + below(6), 1 + below(6)];
    const patch = [kernelHeight, kernelWidth, strideY, strideX, padTop, padLeft, outHeight, outWidth];
    return {
      ints: [batch, height, width, channels, ...patch],
      imageWords: batch * height * width * channels,
      columnWords: batch * outHeight * outWidth * kernelHeight * kernelWidth * channels,
    };
  }

  return function makeProgram() {
    const slots = [];
    let arena = 0;
    const places = [];
    let fresh = 0; // places from here on were made by the present instruction
    const place = (words, dtype, writes) => {
      const old = places.slice(0, fresh).filter((at) => at.dtype === dtype && at.length >= words);
      if (!writes && old.length > 0 && below(2)) return { ...old[below(old.length)], length: words };
      let made = { space: -1, offset: arena, length: words, dtype };
      if (below(2)) {
        made = { space: slots.length, offset: 0, length: words, dtype };
        slots.push({ dtype, words });
      } else arena += Math.ceil(words / 16) * 16;
      places.push(made);
      return { ...made, written: writes };
    };
    const entries = Array.from({ length: 1 + below(2) }, () => {
      const instructions = Array.from({ length: 1 + below(4) }, () => {
        const known = Object.keys(kernels).filter((name) => names.kernels.includes(name));
        const kernel = known[below(known.length)];
        const operands = [];
        fresh = places.length;
        const r = (words) => operands.push(place(words, "f32", false));
        const i = (words) => operands.push(place(words, "i32", false));
        const w = (words) => operands.push(place(words, "f32", true));
        const wi = (words) => operands.push(place(words, "i32", true));
        const { pointwise } = names;
        return {
          kernel,
          operands,
          ...kernels[kernel]({ below, size, flag, number, image, pointwise, r, i, w, wi }),
        };
      });
      const outputs = places.filter(() => below(4) === 0).map((at) => ({ ...at, written: false }));
      return { instructions, outputs };
    });
    return assemble({ slots, arena, entries });
  };
}

/** The words of every op case and of its gradients, as the compiler makes them; what it cannot yet is left out. */
export function compiledSeeds(names) {
  const seeds = [];
  for (const opCase of opCases())
    for (const gradients of opCase.order > 0 ? [false, true] : [false])
      try {
        seeds.push(compileEntries([traceCase(opCase, { gradients })], names).words);
      } catch (error) {
        if (error.code !== "VERISIM_KERNEL_MISSING") throw error;
      }
  return seeds;
}
