// Runs compiled steps in float64 on one arena, as the native runtime does in float32: tests of the compiler compare it
// with the reference on the graph, so that a wrong view, a wrong order or a place given away too early shows as a number.

import type { CompiledEntry, CompiledProgram } from "../compile/compile.ts";
import { extent } from "../compile/emit.ts";
import { printStep } from "../compile/print-steps.ts";
import { type FusedStep, outputModes, type ProgramStep, readsOf, writesOf } from "../compile/steps.ts";
import type { View } from "../compile/view.ts";
import { pointwiseOperations } from "../ops/index.ts";
import type { ReferenceContext } from "../ops/operation.ts";
import { sizeOf } from "../shape.ts";

/** Memory of a program: one array per slot, and the arena. */
export interface StepMemory {
  readonly slots: readonly Float64Array[];
  readonly arena: Float64Array;
}

/** Memory whose arena is filled with NaN, so that what nobody wrote is seen. */
export function stepMemory(program: CompiledProgram, entry: CompiledEntry): StepMemory {
  return {
    slots: program.slots.map(({ size, data }) =>
      data === undefined ? new Float64Array(size) : Float64Array.from(data),
    ),
    arena: new Float64Array(entry.planned.plan.words).fill(Number.NaN),
  };
}

/** Runs all steps once and gives the outputs. */
export function runSteps(
  entry: CompiledEntry,
  memory: StepMemory,
  context: ReferenceContext = { key: [0, 0], step: 0, rowOffset: 0 },
): Float64Array[] {
  const { entry: lowered, plan } = entry.planned;
  const place = (view: View): Float64Array => {
    const { value } = view;
    return value.slot === undefined
      ? memory.arena.subarray(plan.offsets.get(value)! + view.offset)
      : memory.slots[value.slot]!.subarray(view.offset);
  };
  for (const step of lowered.steps) {
    checkOverlaps(step, (view) => (plan.offsets.get(view.value) ?? 0) + view.offset);
    runStep(step, place, context);
  }
  return lowered.outputs.map((view) => place(view).slice(0, sizeOf(view.shape)));
}

function runStep(step: ProgramStep, place: (view: View) => Float64Array, context: ReferenceContext): void {
  if (step.kind === "fused") {
    runFused(step, place);
    return;
  }
  const operands = step.operands.map(({ view }) => place(view));
  if (step.kernel === "gemm") {
    runProduct(operands, step.ints);
    return;
  }
  const { op, inputs, attributes } = step.node;
  const given = inputs.map(({ shape, dtype }, i) => ({
    shape,
    dtype,
    data: operands[i]!.subarray(0, sizeOf(shape)),
  }));
  const result = op.reference!(given, attributes, step.node, context);
  if (op.kind === "update") {
    const written = op.overwrites!(inputs, attributes);
    for (const [part, numbers] of (result as readonly Float64Array[]).entries())
      operands[written[part]!]!.set(numbers);
    return;
  }
  const out = operands.at(-1)!;
  const accumulates = op.accumulates === true && step.ints.at(-1) === 1;
  for (const [i, value] of (result as Float64Array).entries()) out[i] = accumulates ? out[i]! + value : value;
}

/** The law of programs: what is written lies apart from every other operand, or is exactly one that is read. */
function checkOverlaps(step: ProgramStep, start: (view: View) => number): void {
  const range = (view: View) => ({
    slot: view.value.slot,
    from: start(view),
    to: start(view) + extent(view),
  });
  const written = writesOf(step).map(range);
  const all = [...readsOf(step).map(range), ...written];
  for (const [i, a] of written.entries())
    for (const [j, b] of all.entries()) {
      if (j === i + all.length - written.length || a.slot !== b.slot || a.to <= b.from || b.to <= a.from)
        continue;
      if (a.from !== b.from || a.to !== b.to)
        throw new Error(`Operands ${i} and ${j} overlap in part:\n${printStep(step)}`);
    }
}

/** Every index of the space in order, with the positions of each view. */
function eachIndex(dims: readonly number[], visit: (index: readonly number[], at: number) => void): void {
  const index = dims.map(() => 0);
  for (let at = 0; at < sizeOf(dims); at++) {
    visit(index, at);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
}

const position = (index: readonly number[], strides: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);

function runFused(step: FusedStep, place: (view: View) => Float64Array): void {
  const inputs = step.inputs.map(place);
  const outputs = step.outputs.map(({ view }) => place(view));
  const columns = sizeOf(step.dims.slice(step.split));
  for (const [i, { mode, view }] of step.outputs.entries()) {
    const empty =
      mode === outputModes.maxColumns || mode === outputModes.maxRows ? Number.NEGATIVE_INFINITY : 0;
    if (mode !== outputModes.store) outputs[i]!.fill(empty, 0, sizeOf(view.shape));
  }
  const literals = step.constants.map((word) => ({
    f32: new Float32Array(Int32Array.of(word).buffer)[0]!,
    i32: word,
  }));
  eachIndex(step.dims, (index, at) => {
    const values = step.inputs.map((view, i) => inputs[i]![position(index, view.strides)]!);
    const inputCount = step.inputs.length;
    const get = (operand: number, dtype: "f32" | "i32"): number =>
      operand < inputCount
        ? values[operand]!
        : operand < inputCount + literals.length
          ? literals[operand - inputCount]![dtype]
          : values[operand - literals.length]!;
    for (const { name, operands } of step.ops) {
      const op = pointwiseOperations.get(name)!;
      values.push(op.point(...operands.map((operand, i) => get(operand, op.takes[i]!))));
    }
    for (const [i, { operand, mode, view }] of step.outputs.entries()) {
      const value = get(operand, view.value.dtype);
      const row = Math.floor(at / columns);
      const to =
        mode === outputModes.store
          ? position(index, view.strides)
          : mode === outputModes.sumColumns || mode === outputModes.maxColumns
            ? row
            : at % columns;
      const out = outputs[i]!;
      if (mode === outputModes.store) out[to] = value;
      else if (mode === outputModes.sumColumns || mode === outputModes.sumRows) out[to]! += value;
      else out[to] = Math.max(out[to]!, value);
    }
  });
}

function runProduct([a, b, c]: readonly Float64Array[], ints: readonly number[]): void {
  const [batch, m, n, k, aBatch, aRow, aCol, bBatch, bRow, bCol, cBatch, cRow, accumulate] = ints as number[];
  for (let z = 0; z < batch!; z++)
    for (let i = 0; i < m!; i++)
      for (let j = 0; j < n!; j++) {
        const to = z * cBatch! + i * cRow! + j;
        let sum = accumulate === 1 ? c![to]! : 0;
        for (let p = 0; p < k!; p++)
          sum += a![z * aBatch! + i * aRow! + p * aCol!]! * b![z * bBatch! + p * bRow! + j * bCol!]!;
        c![to] = sum;
      }
}
