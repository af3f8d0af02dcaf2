// Loaded before a program (`node --import`): when it ends, what it took is written to the file VERISIM_USAGE names.

import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMegabytes: maxRSS / 1024 };
  writeFileSync(process.env.VERISIM_USAGE, JSON.stringify(usage));
});
