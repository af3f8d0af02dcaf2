#!/usr/bin/env node
// The launcher: as little as possible before the command runs. It keeps compiled code between runs and puts relative
// paths where the user stands, also when `npm run` has changed the folder.

import module from "node:module";

process.title = "verisim";
module.enableCompileCache?.();

// `npm run verisim` at the root of the repository runs in the root; INIT_CWD is the folder of the caller. Scripts of
// other packages keep npm's meaning: paths from their own root.
const { INIT_CWD, npm_lifecycle_event, npm_package_name } = process.env;
if (INIT_CWD && npm_lifecycle_event === "verisim" && npm_package_name === "verisim-monorepo")
  process.chdir(INIT_CWD);

const { main } = await import("verisim");
await main(process.argv.slice(2));
