// Runs one command and turns its end into an exit code: 0 done, 1 failed, 2 wrong usage, 3 a gate not met.

import { VerisimError } from "@verisim/core";
import { type Command, CommanderError } from "commander";
import { ChecksFailed } from "./checks.ts";
import { gateCode, usageCodes } from "./exit-codes.ts";
import { buildProgram } from "./program.ts";

/** Runs the command line and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`verisim models | head`) is no failure.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const abort = abortOnSignals();
  const failed: { command?: Command } = {};
  const program = buildProgram(abort.signal, (command) => {
    failed.command = command;
  });
  let exitCode = 0;
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    exitCode = report(error, failed.command ?? program);
  }
  // Threads of the addon and of the file readers would hold the process back; everything is written by now.
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit(exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write("", () => resolve());
  });
}

/** The first signal asks the work to stop and clean up; the second ends the process at once. */
function abortOnSignals(): AbortController {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) {
        process.removeAllListeners(signal);
        process.kill(process.pid, signal);
        return;
      }
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[KStopping; once more to stop at once.\n");
      abort.abort(new Error(`received ${signal}`));
    });
  }
  return abort;
}

/** Prints what went wrong and says which exit code it is. */
function report(error: unknown, command: Command): number {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // No command at all: the help has been printed.
    if (error.code === "commander.help") return 2;
    const message = error.message.replace(/^error: /, "");
    const [first, hint] = [message.split("\n")[0]!, message.split("\n")[1]];
    const sentence = `${first[0]!.toUpperCase()}${first.slice(1)}${first.endsWith(".") ? "" : "."}`;
    // commander's own hint is "(Did you mean --rows?)".
    const details = hint ? { hint: hint.replace(/^\((.*)\)$/, "$1") } : {};
    return report(new VerisimError("VERISIM_USAGE", sentence, details), command);
  }
  const errors = error instanceof ChecksFailed ? error.errors : [error];
  const coded = errors.filter((one) => VerisimError.isInstance(one));
  for (const one of coded) process.stderr.write(`${one.format()}\n`);
  const [unexpected] = errors.filter((one) => !VerisimError.isInstance(one));
  if (unexpected !== undefined) {
    process.stderr.write(`${unexpectedText(unexpected)}\n`);
    return 1;
  }
  if (coded.some((one) => usageCodes.has(one.code))) {
    process.stderr.write(`\nUsage: ${usageOf(command)}\n`);
    process.stderr.write(
      `${command.parent ? `${fullName(command)} --help` : "verisim --help"} explains it.\n`,
    );
    return 2;
  }
  return coded.some((one) => one.code === gateCode) ? 3 : 1;
}

function fullName(command: Command): string {
  return command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
}

function usageOf(command: Command): string {
  return `${fullName(command)} ${command.usage()}`;
}

function unexpectedText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.startsWith("internal:") ? message : `internal: ${message}`;
  const stack = process.env.VERISIM_DEBUG && error instanceof Error ? `\n${error.stack}` : "";
  return (
    `${text}${stack}\n  This is a mistake in Verisim, not in your data. Please report it with the command` +
    `${stack ? " and the lines above." : ", its version, and what it prints with VERISIM_DEBUG=1 set."}`
  );
}
