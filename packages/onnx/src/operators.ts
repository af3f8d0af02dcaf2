// Which operators ONNX's operator set 21 has and how many inputs and outputs each takes: the facts that the checker holds
// a node against. Operators on sequences, optionals and subgraphs are left out; we neither write nor accept them.

/** How many inputs and outputs an operator takes; Infinity where any number. */
export interface Arity {
  readonly inputs: readonly [least: number, most: number];
  readonly outputs: readonly [least: number, most: number];
}

/** The operator set of all files written here. */
export const opsetVersion = 21;
/** The version of the file format that belongs to it. */
export const irVersion = 10;

const byArity: Readonly<Record<string, string>> = {
  "0-0 1-1": "Constant RandomNormal RandomUniform",
  "1-1 1-1": `Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitwiseNot BlackmanWindow Cast Ceil
    Celu ConstantOfShape Cos Cosh DepthToSpace Det Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool
    GlobalMaxPool HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity IsInf IsNaN LRN LeakyRelu Log
    LogSoftmax LpNormalization LpPool MeanVarianceNormalization Mish Multinomial Neg NonZero Not RandomNormalLike
    RandomUniformLike Reciprocal Relu Round Selu Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign
    SpaceToDepth Sqrt Tan Tanh ThresholdedRelu Transpose`,
  "1-1 1-2": "MaxPool",
  "1-1 1-4": "Unique",
  "1-1 3-3": "DynamicQuantizeLinear",
  "1-2 1-1": `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Squeeze Trilu`,
  "1-2 1-n": "Split",
  "1-3 1-1": "Clip DFT",
  "1-3 1-2": "Dropout",
  "1-4 1-1": "Resize",
  "1-n 1-1": "Concat Einsum Max Mean Min Sum",
  "2-2 1-1": `Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumSum Div Equal
    Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual MatMul MaxRoiPool Mod Mul Or
    PRelu Pow Reshape ReverseSequence StringConcat Sub Tile Unsqueeze Xor`,
  "2-2 2-2": "TopK",
  "2-3 1-1": "Conv ConvTranspose DequantizeLinear Gemm MaxUnpool NegativeLogLikelihoodLoss QuantizeLinear",
  "2-3 1-2": "SoftmaxCrossEntropyLoss",
  "2-3 1-3": "LayerNormalization",
  "2-4 1-1": "ConvInteger MatMulInteger Pad STFT",
  "2-5 1-1": "NonMaxSuppression",
  "3-3 1-1": `Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign ScatterElements ScatterND Where`,
  "3-5 1-1": "DeformConv Slice",
  "3-6 0-2": "GRU RNN",
  "3-8 0-3": "LSTM",
  "5-5 1-1": "MelWeightMatrix",
  "5-5 1-3": "BatchNormalization",
  "8-8 1-1": "QLinearMatMul",
  "8-9 1-1": "QLinearConv",
};

function range(text: string): readonly [number, number] {
  const [least, most] = text.split("-");
  return [Number(least), most === "n" ? Number.POSITIVE_INFINITY : Number(most)];
}

/** Operators by name. */
export const operators: ReadonlyMap<string, Arity> = new Map(
  Object.entries(byArity).flatMap(([arity, names]) => {
    const [inputs, outputs] = arity.split(" ");
    const row: Arity = { inputs: range(inputs!), outputs: range(outputs!) };
    return names.split(/\s+/).map((name): [string, Arity] => [name, row]);
  }),
);
