// Texts of compiled entries: the steps with their views, the places in the arena, and the counts that goldens hold.

import type { PlannedEntry } from "./emit.ts";
import { type FusedStep, type LoweredEntry, outputModes, type ProgramStep } from "./steps.ts";
import { isDense, type View } from "./view.ts";

const modeNames = Object.keys(outputModes);

function valueText(view: View): string {
  const { value } = view;
  return value.slot === undefined ? `v${value.id}` : `slot${value.slot}`;
}

function viewText(view: View): string {
  const place = view.offset === 0 ? "" : `+${view.offset}`;
  const strides = isDense(view) ? "" : `:${view.strides.join(",")}`;
  return `${valueText(view)}${place}[${view.shape.join(", ")}]${strides}`;
}

function fusedText(step: FusedStep): string {
  const inputs = step.inputs.length;
  const constants = step.constants.length;
  const name = (operand: number): string =>
    operand < inputs
      ? `i${operand}`
      : operand < inputs + constants
        ? `c${operand - inputs}`
        : `t${operand - inputs - constants}`;
  const lines = [
    `fused [${step.dims.join(", ")}] split ${step.split}`,
    ...step.inputs.map((view, i) => `  i${i} = ${viewText(view)}`),
    ...step.constants.map((word, i) => `  c${i} = ${new Float32Array(Int32Array.of(word).buffer)[0]}`),
    ...step.ops.map((op, i) => `  t${i} = ${op.name}(${op.operands.map(name).join(", ")})`),
    ...step.outputs.map(
      ({ operand, mode, view }) => `  ${viewText(view)} <- ${modeNames[mode]} ${name(operand)}`,
    ),
  ];
  return lines.join("\n");
}

/** One step as text. */
export function printStep(step: ProgramStep): string {
  if (step.kind === "fused") return fusedText(step);
  const operands = step.operands.map(({ view, written }) => `${written ? "=> " : ""}${viewText(view)}`);
  const floats = step.floats.length > 0 ? ` floats ${step.floats.join(" ")}` : "";
  return `${step.kernel} ${operands.join(", ")} ints ${step.ints.join(" ")}${floats}`;
}

/** All steps of an entry. */
export function printSteps(entry: LoweredEntry): string {
  return `entry ${entry.name}\n${entry.steps.map((step, i) => `${i}: ${printStep(step)}`).join("\n")}\n`;
}

/** What a plan costs, counted without a clock: goldens hold it. */
export interface PlanSummary {
  /** Instructions of a step. */
  readonly kernels: number;
  readonly fused: number;
  readonly products: number;
  /** Multiply-adds of the products, times two. */
  readonly productOperations: number;
  /** Pointwise ops inside fused steps. */
  readonly pointwise: number;
  readonly arenaBytes: number;
  /** What the arena would be if no place were used twice. */
  readonly arenaBytesWithoutReuse: number;
}

export function summarize({ entry, plan }: PlannedEntry): PlanSummary {
  const fused = entry.steps.filter((step) => step.kind === "fused");
  const products = entry.steps.filter((step) => step.kind === "call" && step.kernel === "gemm");
  return {
    kernels: entry.steps.length,
    fused: fused.length,
    products: products.length,
    productOperations: products.reduce(
      (sum, step) => sum + 2 * product((step as { ints: readonly number[] }).ints.slice(0, 4)),
      0,
    ),
    pointwise: fused.reduce((sum, step) => sum + step.ops.length, 0),
    arenaBytes: plan.words * 4,
    arenaBytesWithoutReuse: plan.wordsWithoutReuse * 4,
  };
}

const product = (numbers: readonly number[]): number => numbers.reduce((a, b) => a * b, 1);

/** Where every value lies and for how long, and the totals. */
export function printPlan(planned: PlannedEntry): string {
  const lines = [...planned.plan.offsets].map(
    ([value, offset]) => `  v${value.id} at ${offset * 4}, ${value.size * 4} bytes`,
  );
  const totals = Object.entries(summarize(planned)).map(([name, count]) => `  ${name} ${count}`);
  return `plan ${planned.entry.name}\n${lines.join("\n")}\n${totals.join("\n")}\n`;
}

/** Longest line of a table of times: an update names all parameters. */
const lineLength = 110;

/** Where an entry's time goes: by kernel, then its steps, the longest first, down to a hundredth of the whole. */
export function printTimes(entry: LoweredEntry, nanoseconds: readonly number[], steps: number): string {
  const total = nanoseconds.reduce((a, b) => a + b, 0);
  const row = (time: number, what: string): string => {
    const share = ((100 * time) / total).toFixed(1).padStart(5);
    return `  ${(time / steps / 1000).toFixed(1).padStart(8)} us ${share} %  ${what}`.slice(0, lineLength);
  };
  const kernels = new Map<string, number>();
  for (const [i, step] of entry.steps.entries()) {
    const name = step.kind === "fused" ? "fused" : step.kernel;
    kernels.set(name, (kernels.get(name) ?? 0) + nanoseconds[i]!);
  }
  const ranked = <T>(times: Iterable<readonly [T, number]>): (readonly [T, number])[] =>
    [...times].filter(([, time]) => time * 100 >= total).sort((a, b) => b[1] - a[1]);
  const lines = [
    ...ranked(kernels).map(([name, time]) => row(time, name)),
    ...ranked(nanoseconds.entries()).map(([i, time]) =>
      row(time, `${i}: ${printStep(entry.steps[i]!).split("\n")[0]}`),
    ),
  ];
  return `run ${entry.name}: ${(total / steps / 1000).toFixed(1)} us a step over ${steps} steps\n${lines.join("\n")}\n`;
}
