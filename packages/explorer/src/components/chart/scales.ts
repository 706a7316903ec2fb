/** The scales of a chart: from numbers to CSS pixels, linear or logarithmic, and where their ticks are. */
import { extent } from "d3-array";
import { scaleLinear, scaleLog } from "d3-scale";

export interface Axis {
  readonly title: string;
  readonly scale: "linear" | "log";
  readonly format: (value: number) => string;
  /** Default: of the numbers; a linear one has 0 in it. */
  readonly domain?: readonly [number, number] | undefined;
}

export interface Scale {
  /** A logarithmic scale has numbers below its domain at its start, so that 0 has a place. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

/** A scale to the pixels from `start` to `end`; `values` give the domain where the axis does not. */
export function scaleOf({ scale, domain }: Axis, values: Iterable<number>, start: number, end: number): Scale {
  const [low, high] = domain ?? domainOf(scale, values);
  const space = Math.abs(end - start);
  if (scale === "log") {
    const log = scaleLog([low, high], [start, end]).clamp(true);
    return { at: (value) => log(Math.max(value, low)), ticks: powersOfTen(low, high, space) };
  }
  const linear = scaleLinear([low, high], [start, end]);
  return { at: linear, ticks: linear.ticks(Math.max(2, Math.floor(space / 70))) };
}

function domainOf(scale: Axis["scale"], values: Iterable<number>): [number, number] {
  const [low = 0, high = 1] = extent(scale === "log" ? positive(values) : values);
  if (scale === "log") return [low || 1, high > low ? high : (low || 1) * 10];
  const start = Math.min(0, low);
  return [start, high > start ? high : start + 1];
}

function* positive(values: Iterable<number>): Generator<number> {
  for (const value of values) if (value > 0) yield value;
}

/** As many as have room: every second, third, ... power where there are more. */
function powersOfTen(low: number, high: number, space: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const count = Math.floor(Math.log10(high) + 1e-9) - first + 1;
  const every = Math.max(1, Math.ceil(count / Math.max(2, space / 36)));
  const powers = Array.from({ length: Math.max(0, count) }, (_, i) => first + i);
  return powers.filter((power) => power % every === 0).map((power) => 10 ** power);
}
