import { describe, expect, test } from "vitest";
import { assemble, type Instruction, type Place, product, type Source } from "../../fixtures/assembler.ts";
import { NativeProgram } from "./native-program.ts";

const slot = (space: number, length: number): Place => ({ space, length });

describe("words that are no program are refused", () => {
  const good: Source = {
    slots: [{ words: 16 }, { words: 16 }, { dtype: "i32", words: 16 }],
    arena: 32,
    entries: [{ instructions: [] }],
  };
  const operands = (a: Place, b: Place, c: Place): Instruction => product([2, 2, 2], [a, b, c]);
  const withInstruction = (instruction: Instruction): Int32Array =>
    assemble({ ...good, entries: [{ instructions: [instruction] }] });
  const valid = operands(slot(0, 4), slot(1, 4), { length: 4 });
  const changed = (index: number, value: number): Int32Array => withInstruction(valid).with(index, value);
  // Words: 0 magic, 1 to 3 counts, 4 to 9 slots, 10 and 11 the entry, 12 to 15 the instruction, 16 the first operand.
  const cases: [string, Int32Array, RegExp][] = [
    ["no words", new Int32Array(0), /words end/],
    ["another magic word", changed(0, 1), /magic/],
    ["a negative count of slots", changed(1, -1), /number of slots from 0/],
    ["more slots than words", changed(1, 2 ** 31 - 1), /number of slots to fit/],
    ["a negative arena", changed(2, -5), /size of the arena/],
    ["more entries than words", changed(3, 1 << 30), /number of entries to fit/],
    ["fewer entries than there are", changed(3, 0), /after the last entry/],
    ["a dtype that is not there", changed(4, 2), /dtype 0 or 1 for slot 0/],
    ["a negative slot", changed(5, -1), /slot's words/],
    ["more instructions than words", changed(10, 1 << 20), /number of instructions to fit/],
    ["more outputs than words", changed(11, 100), /number of outputs to fit/],
    ["a kernel that is not there", changed(12, 10_000), /kernels but received 10000/],
    ["a negative kernel", changed(12, -1), /a kernel from 0/],
    ["more operands than words", changed(13, 2 ** 31 - 1), /number of operands to fit/],
    ["more ints than words", changed(14, 2 ** 30), /number of ints to fit/],
    ["more floats than words", changed(15, 2 ** 30), /number of floats to fit/],
    ["a slot that is not there", changed(16, 3), /received space 3/],
    ["a space below the arena", changed(16, -2), /received space -2/],
    ["a negative offset", changed(17, -4), /offset from 0/],
    ["an operand past the end of its slot", changed(17, 13), /inside the 16 words of slot 0/],
    ["an offset and length that overflow", changed(17, 2 ** 31 - 1), /inside the 16 words/],
    ["a negative length", changed(18, -1), /length from 0/],
    ["an operand past the end of the arena", changed(26, 2 ** 31 - 1), /words of the arena/],
    ["flags that mean nothing", changed(19, 4), /flags/],
    ["an operand of another dtype than its slot", changed(19, 1), /dtype of slot 0/],
    ["an input marked as written", changed(19, 2), /\[gemm\].*only read/],
    ["words cut off", withInstruction(valid).slice(0, -1), /words end/],
    ["words left over", Int32Array.of(...withInstruction(valid), 0), /after the last entry/],
    ["an instruction that its kernel refuses", withInstruction({ ...valid, ints: [1, 3, 2, 2] }), /\[gemm\]/],
    [
      "a product larger than its operands",
      withInstruction(product([2, 2, 5], [slot(0, 4), slot(1, 4), { length: 4 }])),
      /\[gemm\] Expected a longer operand/,
    ],
    [
      "a result that overlaps an input in part",
      withInstruction(operands({ length: 4 }, slot(1, 4), { offset: 2, length: 4 })),
      /overlap/,
    ],
    [
      "a result inside an input",
      withInstruction(operands(slot(0, 16), slot(1, 4), { ...slot(0, 4), offset: 8 })),
      /overlap/,
    ],
    [
      "a result that is its own input, where the kernel cannot",
      withInstruction(operands(slot(0, 4), slot(1, 4), slot(0, 4))),
      /no other operand/,
    ],
    [
      "an output marked as written",
      assemble({ ...good, entries: [{ outputs: [{ length: 4, written: true }], instructions: [] }] }),
      /flags/,
    ],
    [
      "an output outside the arena",
      assemble({ ...good, entries: [{ outputs: [{ offset: 31, length: 2 }], instructions: [] }] }),
      /words of the arena/,
    ],
  ];

  test.each(cases)("%s", (_, words, message) => {
    let error: unknown;
    try {
      NativeProgram.create(words);
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ name: "VerisimError", code: "VERISIM_PROGRAM_INVALID" });
    expect((error as Error).message).toMatch(message);
  });

  test("every program that was refused differs in one thing from one that is not", () => {
    NativeProgram.create(withInstruction(valid)).free();
    // Operands that are read may overlap as they like.
    NativeProgram.create(
      withInstruction(operands(slot(0, 4), { ...slot(0, 5), offset: 2 }, { length: 4 })),
    ).free();
  });
});
