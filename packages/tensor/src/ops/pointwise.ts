// Pointwise ops, one row each: the function of one element in float64, its derivative as public ops on nodes (so that it
// can be differentiated again), and facts. `g` is the cotangent of the result `y`. To add one: a row here and a row in
// native/tensor/ops.def; its tests are generated.

import type { DType } from "../dtype.ts";
import type { Tensor } from "../graph/tensor.ts";
import { erfValue } from "../runtime/erf.ts";
import type { TensorType } from "./operation.ts";
import {
  type Binary,
  binary,
  dtypeError,
  type PointwiseOperation,
  type Ternary,
  ternary,
  type Unary,
  unary,
} from "./pointwise-row.ts";
import { type TensorLike, toTensors } from "./source.ts";

const expensive = true;
const truth = (value: boolean): number => (value ? 1 : 0);

// (-x)' = -1
export const neg: Unary = unary(
  "neg",
  (x) => -x,
  (g) => [neg(g)],
  { onnx: "Neg", tfjs: "neg" },
);
// |x|' = sign x
export const abs: Unary = unary("abs", Math.abs, (g, _y, x) => [mul(g, sign(x))], {
  onnx: "Abs",
  tfjs: "abs",
});
// a step: flat wherever it has a derivative
export const sign: Unary = unary("sign", Math.sign, () => [null], { onnx: "Sign", tfjs: "sign" });
// (e^x)' = e^x
export const exp: Unary = unary("exp", Math.exp, (g, y) => [mul(g, y)], {
  expensive,
  onnx: "Exp",
  tfjs: "exp",
});
// (log x)' = 1 / x
export const log: Unary = unary("log", Math.log, (g, _y, x) => [div(g, x)], {
  domain: [[0.1, 4]],
  expensive,
  onnx: "Log",
  tfjs: "log",
});
// (log(1 + x))' = 1 / (1 + x)
export const log1p: Unary = unary("log1p", Math.log1p, (g, _y, x) => [div(g, add(1, x))], {
  domain: [[-0.8, 3]],
  expensive,
  tfjs: "log1p",
});
// (e^x - 1)' = e^x = y + 1
export const expm1: Unary = unary("expm1", Math.expm1, (g, y) => [mul(g, add(y, 1))], {
  expensive,
  tfjs: "expm1",
});
// (sqrt x)' = 1 / (2 y)
export const sqrt: Unary = unary("sqrt", Math.sqrt, (g, y) => [div(mul(0.5, g), y)], {
  domain: [[0.1, 4]],
  expensive,
  onnx: "Sqrt",
  tfjs: "sqrt",
});
// (x^-1/2)' = -y^3 / 2
export const rsqrt: Unary = unary(
  "rsqrt",
  (x) => 1 / Math.sqrt(x),
  (g, y) => [mul(g, mul(-0.5, mul(y, mul(y, y))))],
  { domain: [[0.1, 4]], expensive, tfjs: "rsqrt" },
);
// (1 / x)' = -y^2
export const reciprocal: Unary = unary(
  "reciprocal",
  (x) => 1 / x,
  (g, y) => [neg(mul(g, mul(y, y)))],
  { domain: [[0.2, 4]], expensive, onnx: "Reciprocal", tfjs: "reciprocal" },
);
// relu' = 1 where y > 0, else 0: read off the result, so that the argument need not be kept
export const relu: Unary = unary(
  "relu",
  (x) => Math.max(x, 0),
  (g, y) => [where(less(0, y), g, 0)],
  {
    domain: [[-2, 2]],
    onnx: "Relu",
    tfjs: "relu",
    composition: (x) => maximum(x!, 0),
  },
);

// tanh' = 1 - y^2
export const tanh: Unary = unary("tanh", Math.tanh, (g, y) => [mul(g, sub(1, mul(y, y)))], {
  domain: [[-4, 4]],
  expensive,
  onnx: "Tanh",
  tfjs: "tanh",
});
// (1 / (1 + e^-x))' = y (1 - y)
export const sigmoid: Unary = unary(
  "sigmoid",
  (x) => 1 / (1 + Math.exp(-x)),
  (g, y) => [mul(g, mul(y, sub(1, y)))],
  { domain: [[-4, 4]], expensive, onnx: "Sigmoid", tfjs: "sigmoid" },
);
// erf' = 2 / sqrt(pi) e^(-x^2)
export const erf: Unary = unary(
  "erf",
  erfValue,
  (g, _y, x) => [mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(mul(x, x)))))],
  { expensive, onnx: "Erf", tfjs: "erf" },
);
// sin' = cos
export const sin: Unary = unary("sin", Math.sin, (g, _y, x) => [mul(g, cos(x))], {
  domain: [[-8, 8]],
  expensive,
  onnx: "Sin",
  tfjs: "sin",
});
// cos' = -sin
export const cos: Unary = unary("cos", Math.cos, (g, _y, x) => [neg(mul(g, sin(x)))], {
  domain: [[-8, 8]],
  expensive,
  onnx: "Cos",
  tfjs: "cos",
});
// steps
export const floor: Unary = unary("floor", Math.floor, () => [null], { onnx: "Floor", tfjs: "floor" });

// d(a + b) = da + db
export const add: Binary = binary(
  "add",
  (a, b) => a + b,
  (g) => [g, g],
  { i32: (a, b) => (a + b) | 0, onnx: "Add", tfjs: "add" },
);
// d(a - b) = da - db
export const sub: Binary = binary(
  "sub",
  (a, b) => a - b,
  (g) => [g, neg(g)],
  { i32: (a, b) => (a - b) | 0, onnx: "Sub", tfjs: "sub" },
);
// d(a b) = b da + a db
export const mul: Binary = binary(
  "mul",
  (a, b) => a * b,
  (g, _y, a, b) => [mul(g, b), mul(g, a)],
  { i32: Math.imul, onnx: "Mul", tfjs: "mul" },
);
// d(a / b) = da / b - y db / b
export const div: Binary = binary(
  "div",
  (a, b) => a / b,
  (g, y, _a, b) => [div(g, b), neg(div(mul(g, y), b))],
  {
    domain: [
      [-2, 2],
      [0.3, 3],
    ],
    expensive,
    onnx: "Div",
    tfjs: "div",
  },
);
// the larger one's derivative is 1, the other's 0; a tie gives half to each. A NaN wins.
export const maximum: Binary = binary(
  "maximum",
  Math.max,
  (g, _y, a, b) => shareOut(g, less(b, a), equal(a, b)),
  { i32: Math.max, onnx: "Max", tfjs: "maximum" },
);
// likewise
export const minimum: Binary = binary(
  "minimum",
  Math.min,
  (g, _y, a, b) => shareOut(g, less(a, b), equal(a, b)),
  { i32: Math.min, onnx: "Min", tfjs: "minimum" },
);
// d(a^b) = b a^(b-1) da + y log(a) db, without log 0 where a is 0
export const pow: Binary = binary(
  "pow",
  (a, b) => a ** b,
  (g, y, a, b) => [mul(g, mul(b, pow(a, sub(b, 1)))), mul(g, mul(y, log(where(equal(a, 0), 1, a))))],
  {
    domain: [
      [0.2, 3],
      [-2, 2],
    ],
    expensive,
    onnx: "Pow",
    tfjs: "pow",
  },
);
// 1 where a < b, else 0
export const less: Binary = binary(
  "less",
  (a, b) => truth(a < b),
  () => [null, null],
  { i32: (a, b) => truth(a < b), i32Yields: "f32" },
);
// 1 where a = b, else 0
export const equal: Binary = binary(
  "equal",
  (a, b) => truth(a === b),
  () => [null, null],
  { i32: (a, b) => truth(a === b), i32Yields: "f32" },
);

// a b + c, rounded once where the machine can. The compiler makes it of mul and add.
export const fma: Ternary = ternary(
  "fma",
  (a, b, c) => a * b + c,
  (g, _y, a, b) => [mul(g, b), mul(g, a), g],
);

// i32 to the nearest f32
export const toF32: Unary = unary("to_f32", Math.fround, () => [null], { takes: ["i32"] });
// f32 to i32, towards zero; the nearest i32 where it does not fit, and NaN gives 0
export const toI32: Unary = unary(
  "to_i32",
  (x) => Math.min(Math.max(Math.trunc(x), -(2 ** 31)), 2 ** 31 - 1) || 0,
  () => [null],
  { yields: "i32" },
);

/** a where the condition is not 0, else b. a and b have one dtype; a number takes that of the other. */
export const where: Ternary = Object.assign(
  (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor => {
    const known = typeof a === "number" && typeof b === "number" ? [condition, a, b] : [a, b];
    const branches = toTensors("where", known).slice(-2);
    const inputs = [...toTensors("where", [condition, branches[0]!]).slice(0, 1), ...branches];
    return inputs[0]!.graph.make(where.operation, inputs);
  },
  { operation: whereOperation() },
);

function whereOperation(): PointwiseOperation {
  const row = ternary(
    "where",
    (condition, a, b) => (condition !== 0 ? a : b),
    // the derivative follows the branch that was taken
    (g, _y, condition) => [null, where(condition, g, 0), where(condition, 0, g)],
    {
      domain: [
        [-2, 2],
        [-2, 2],
        [-2, 2],
      ],
    },
  ).operation;
  return {
    ...row,
    infer(inputs: readonly TensorType[]): TensorType {
      const [condition, a, b] = inputs;
      if (b!.dtype !== a!.dtype) throw dtypeError("where", a!.dtype, b!.dtype);
      const { shape } = row.infer([condition!, { ...a!, dtype: "f32" }, { ...b!, dtype: "f32" }], {});
      return { shape, dtype: a!.dtype };
    },
  };
}

function shareOut(g: Tensor, first: Tensor, tie: Tensor): readonly Tensor[] {
  const share = add(first, mul(0.5, tie));
  return [mul(g, share), mul(g, sub(1, share))];
}

/** `x` as another dtype; to i32 it is cut towards zero. */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  return dtype === "f32" ? toF32(x) : toI32(x);
}
