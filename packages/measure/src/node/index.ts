/** For Node: the machine that is measured, and the memory of the process. */
export { describeMachine, type Machine, machine } from "./machine.ts";
export { idleBytes, peakBytes } from "./process-memory.ts";
