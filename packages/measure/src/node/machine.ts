/** The machine of a measurement. */
import { availableParallelism, cpus } from "node:os";

/** The machine that a measurement was made on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
}

/** This machine. */
export function machine(): Machine {
  const cpu = cpus()[0]?.model.trim() ?? "unknown";
  return { cpu, cores: availableParallelism(), node: process.version, platform: `${process.platform}-${process.arch}` };
}

/** `Xeon, 2 cores, Node v20.20.2, linux-x64` */
export function describeMachine({ cpu, cores, node, platform }: Machine): string {
  return `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, Node ${node}, ${platform}`;
}
