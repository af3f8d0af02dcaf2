// Functions over numbers: traced at the first call for each form and type of arguments, compiled, and run. The whole
// structural key is compared, never only a hash of it.

import { VerisimError } from "@verisim/core";
import { type Tensor, typeText } from "./graph/tensor.ts";
import { buildProgram, type Program, type ProgramOptions } from "./program.ts";
import { isTensorData, type TensorData, typeOfData } from "./tensor-data.ts";
import { leavesOf, type MapTree, mapTree } from "./tree.ts";

/** A compiled function: numbers in, numbers out, in the trees of the traced one. */
export interface Jitted<A extends readonly unknown[], R> {
  (...args: { [I in keyof A]: MapTree<A[I], Tensor, TensorData> }): Promise<MapTree<R, Tensor, TensorData>>;
  /** Frees all compiled programs. */
  free(): void;
}

/** Programs that one function keeps; beyond it the least recently used is freed. */
const mostPrograms = 16;

/**
 * Compiles a pure function of tensors, or of trees of them, at its first call; other shapes compile again.
 *
 * @throws VerisimError as {@link buildProgram}, from the first call with new shapes
 */
export function jit<A extends readonly never[] | readonly unknown[], R>(
  f: (...args: A) => R,
  options?: ProgramOptions,
): Jitted<A, R> {
  const programs = new Map<string, Program>();
  const call = async (...args: readonly unknown[]): Promise<unknown> => {
    const key = JSON.stringify(mapTree(args, isTensorData, (value) => typeText(typeOfData(value))));
    let program = programs.get(key);
    if (program === undefined) {
      if (leavesOf(args, isTensorData).length === 0)
        throw new VerisimError(
          "VERISIM_INPUT_MISMATCH",
          "[jit] Expected at least one array of numbers among the arguments",
        );
      const step = ({ inputs }: { inputs: unknown }): { outputs: { result: R } } => ({
        outputs: { result: f(...(inputs as unknown as A)) },
      });
      program = buildProgram(
        { state: {}, entries: { call: { inputs: args, step } } },
        options,
      ) as unknown as Program;
      const [oldest] = programs;
      if (oldest !== undefined && programs.size >= mostPrograms) {
        programs.delete(oldest[0]);
        oldest[1].free();
      }
    }
    programs.delete(key);
    programs.set(key, program);
    const { result } = (await program.call("call", args)) as { result: unknown };
    return result;
  };
  const free = (): void => {
    for (const program of programs.values()) program.free();
    programs.clear();
  };
  return Object.assign(call, { free }) as unknown as Jitted<A, R>;
}
