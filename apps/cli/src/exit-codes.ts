// Which errors end the process with which code.

/** Codes of errors in what was typed, whatever the files hold: exit code 2. */
export const usageCodes: ReadonlySet<string> = new Set([
  "VERISIM_USAGE",
  "VERISIM_OPTION_VALUE",
  "VERISIM_UNKNOWN_OPTION",
  "VERISIM_UNKNOWN_MODEL",
  "VERISIM_UNKNOWN_FIGURE",
  "VERISIM_GATE_SYNTAX",
  "VERISIM_CONDITION_SYNTAX",
  "VERISIM_COUNTS_SYNTAX",
]);

/** The error by which `check` says that a gate is not met: exit code 3. */
export const gateCode = "VERISIM_GATE_NOT_MET";
