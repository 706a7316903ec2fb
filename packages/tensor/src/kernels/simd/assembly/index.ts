/** The module: kernels of AssemblyScript, compiled once with relaxed multiply-add and once without. */
export { embedding, widen } from "./pack";
export { run, runAlone, stop, work } from "./pool";
export { add } from "./rows";
