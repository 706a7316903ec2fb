/** The jobs of the backward module, as ../jobs.ts declares those of the forward one; kernels in ../assembly/backward. */
import type { JobTable } from "../jobs.ts";

export const JOBS = {
  packColumns: { packed: "pointer", x: "pointer", m: "int", n: "int", width: "int" },
  linearParameters: {
    dWeight: "pointer",
    dBias: "pointer",
    x: "pointer",
    dy: "pointer",
    m: "int",
    k: "int",
    n: "int",
    scratch: "pointer",
  },
} as const satisfies JobTable;
