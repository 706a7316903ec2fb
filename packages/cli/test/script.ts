/** Whether there is a `script` that gives a process a terminal, util-linux's; others take other arguments. */
import { spawnSync } from "node:child_process";

export const hasScript = String(spawnSync("script", ["--version"]).stdout).includes("util-linux");
