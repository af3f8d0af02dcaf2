// Loads and runs programs that are right, nearly right, and nonsense on the sanitized addon. Whatever happens must be a
// result or a coded error: a sanitizer report, a crash, another error, or a run that does not stop on request fails.
//   node native/tensor/test/fuzz-program.mjs [--seconds 60] [--seed 1]

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string", default: "1" } },
});

/** Programs that take more than this are loaded, but not run: the memory would be real. */
const mostWords = 1 << 22;
/** A run is stopped after this long, and must then end within `patienceMs`. */
const runMs = 300;
const patienceMs = 20_000;

/** xorshift32: the same programs for the same seed. */
let state = Number(options.seed) >>> 0 || 1;
function below(bound) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % bound;
}
const pick = (list) => list[below(list.length)];

const extremes = [
  0,
  1,
  -1,
  2,
  3,
  4,
  7,
  15,
  16,
  17,
  63,
  64,
  100,
  1000,
  65_536,
  2 ** 24,
  2 ** 30,
  2 ** 31 - 1,
  -(2 ** 31),
];

/** One change of the words: a number, a stretch that is lost, doubled, or comes from another program. */
function mutate(words, corpus) {
  const at = below(words.length);
  const change = below(12);
  if (change < 5) return words.with(at, pick(extremes));
  if (change < 8) return words.with(at, words[at] + pick([-1, 1, -2, 2, 16, -16]));
  if (change === 8) return words.with(at, words[below(words.length)]);
  const count = Math.min(words.length - at, 1 + below(8));
  if (change === 9) return Int32Array.of(...words.subarray(0, at), ...words.subarray(at + count));
  if (change === 10) return Int32Array.of(...words.subarray(0, at + count), ...words.subarray(at));
  const other = pick(corpus);
  const from = below(other.length);
  const copy = words.slice();
  copy.set(other.subarray(from, Math.min(other.length, from + count, from + words.length - at)), at);
  return copy;
}

function fill(array) {
  const float = array instanceof Float32Array;
  const odd = float ? [Number.NaN, Infinity, -Infinity, 1e-40, -0] : extremes;
  for (let i = 0; i < array.length; i++)
    array[i] = below(16) === 0 ? pick(odd) : float ? below(2000) / 500 - 2 : below(60) - 4;
  return array;
}

const arrayOf = ({ dtype, words, length = words }) =>
  new (dtype === "i32" ? Int32Array : Float32Array)(length);

const codes =
  /^VERISIM_(NATIVE_ARGUMENT|ABORTED|OUT_OF_MEMORY|PROGRAM_INVALID|PROGRAM_BUSY|PROGRAM_FREED|DEVICE_UNAVAILABLE)$/;

const nonsense = () =>
  pick([undefined, null, -1, 0.5, Number.NaN, 2 ** 31, "cpu", [], {}, new Float32Array(3), () => 0]);

async function runEntry(addon, program, entry, { outputs }) {
  const steps = pick([0, 1, 1, 2, 5]);
  const arrays = outputs.map((output) => arrayOf({ ...output, length: output.length * steps }));
  const abort = addon.createAbort();
  const high = [2 ** 32 - 1, 0, 7];
  const call = [
    entry,
    steps,
    pick(high),
    pick(high),
    pick([0, 2 ** 53 - 1]),
    pick([0, 2 ** 53 - 1]),
    arrays,
    1 + below(3),
    abort,
  ];
  if (below(20) === 0) call[below(call.length)] = nonsense();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      addon.abort(abort);
      timer = setTimeout(() => reject(new Error("a run did not stop on request")), patienceMs);
    }, runMs);
  });
  try {
    const running = addon.runProgram(program, ...call);
    if (below(40) === 0)
      for (const meddle of [() => addon.freeProgram(program), () => addon.runProgram(program, ...call)])
        try {
          const result = meddle();
          if (result) await result;
        } catch (error) {
          check(error);
        }
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Anything but a coded error of ours ends the fuzzing. */
function check(error) {
  if (!codes.test(error?.code)) throw error;
  return error.code;
}

async function tryProgram(addon, words) {
  const program = addon.createProgram(words, below(200) === 0 ? nonsense() : "cpu");
  const { slots, entries, arenaWords } = addon.programInfo(program);
  if (slots.reduce((sum, slot) => sum + slot.words, arenaWords) <= mostWords) {
    for (const [slot, info] of slots.entries()) addon.writeSlot(program, slot, fill(arrayOf(info)), 0);
    for (const [entry, info] of entries.entries()) await runEntry(addon, program, entry, info);
    for (const [slot, info] of slots.entries()) addon.readSlot(program, slot, arrayOf(info), 0);
  }
  if (below(4)) addon.freeProgram(program);
}

async function fuzz() {
  const addon = createRequire(import.meta.url)(process.env.VERISIM_ADDON);
  const { compiledSeeds, programMaker } = await import("./program-seeds.mjs");
  const names = { kernels: addon.kernelNames(), pointwise: addon.pointwiseNames() };
  const seeds = compiledSeeds(names);
  const makeProgram = programMaker(below, names);
  const count = { programs: 0, results: 0 };
  const errors = new Map();
  const attempt = async (words, valid) => {
    count.programs++;
    try {
      await tryProgram(addon, words);
      count.results++;
    } catch (error) {
      try {
        const code = check(error);
        errors.set(code, (errors.get(code) ?? 0) + 1);
        if (valid && code === "VERISIM_PROGRAM_INVALID") throw error;
      } catch (finding) {
        const file = join(tmpdir(), "verisim-fuzz-program.json");
        writeFileSync(file, JSON.stringify([...words]));
        process.stderr.write(
          `${valid ? "a valid program" : "a program"} (${file}): ${finding?.stack ?? finding}\n`,
        );
        process.exit(1);
      }
    }
  };
  for (const words of seeds) await attempt(words, true);
  const end = Date.now() + Number(options.seconds) * 1000;
  while (Date.now() < end) {
    const made = makeProgram();
    await attempt(made, true);
    let words = seeds.length > 0 && below(2) ? pick(seeds) : made;
    for (let tries = 1 + below(6); tries > 0; tries--) {
      words = mutate(words, seeds.length > 0 ? seeds : [made]);
      if (words.length === 0) break;
      await attempt(words, false);
      if (below(3) === 0) words = pick(seeds.length > 0 ? seeds : [made]);
    }
  }
  process.stderr.write(
    `fuzz-program: ${count.programs} programs, ${seeds.length} of them compiled; ${count.results} ran; ${[...errors].map(([code, times]) => `${times} ${code}`).join(", ")}\n`,
  );
  process.exit(0);
}

if (process.env.VERISIM_ADDON) await fuzz();
else {
  const { runSanitized } = await import("./sanitizer.mjs");
  runSanitized("fuzz-program", "address", [
    "--conditions=verisim-source",
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
}
