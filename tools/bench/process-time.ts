// The seconds from the start of a process to its end.

import { spawn } from "node:child_process";

/** @throws Error with what it printed when the process fails */
export function timeProcess(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, [...args], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000);
      else reject(new Error(`${command} ${args.join(" ")} ended with ${code}.\n${errors.slice(-4000)}`));
    });
  });
}
