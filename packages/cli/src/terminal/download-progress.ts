/**
 * The progress of a download, on stderr: first the size, then on a terminal a progress bar over all files, updated
 * ten times a second and cleared at the end. Without a terminal, in a log, a line every ten seconds. A wait replaces
 * the bar; a log has it if it is as long as that.
 */
import type { HubEvent } from "@tsgpt/hub";
import { formatBytes } from "./format-bytes.ts";
import { CLEAR_LINE, type ProgressTerminal } from "./progress-line.ts";

const INTERVAL = { terminal: 100, log: 10_000 }; // milliseconds
const WINDOW = 5000; // milliseconds over which the speed is measured
const BAR = 20; // characters

interface Sample {
  readonly time: number;
  readonly bytes: number;
}

/** Runs `task` with a listener that shows its events. */
export async function withDownloadProgress<Fetched>(
  task: (onEvent: (event: HubEvent) => void) => Promise<Fetched>,
  terminal: ProgressTerminal = process.stderr,
  now: () => number = () => performance.now(),
): Promise<Fetched> {
  const interval = terminal.isTTY ? INTERVAL.terminal : INTERVAL.log;
  const meter = createMeter(interval, now);
  let shown = false;
  const print = (line: string) => {
    terminal.write(`${shown ? CLEAR_LINE : ""}${line}\n`);
    shown = false;
  };
  const show = (text: string) => {
    if (!terminal.isTTY) return print(text);
    shown = true;
    terminal.write(CLEAR_LINE + text);
  };
  const onEvent = (event: HubEvent) => {
    if (event.kind === "progress") {
      const text = meter.read(event.bytes, event.totalBytes);
      if (text !== undefined) show(`${terminal.isTTY ? `${bar(event.bytes / event.totalBytes)} ` : ""}${text}`);
    } else if (event.kind === "retry") {
      if (terminal.isTTY || 1000 * event.seconds >= interval) show(describe(event));
    } else {
      if (event.kind === "start") meter.start(event.bytes);
      print(describe(event));
    }
  };
  try {
    return await task(onEvent);
  } finally {
    if (shown) terminal.write(CLEAR_LINE);
  }
}

/** Measures the speed; returns a text once per interval. */
function createMeter(interval: number, now: () => number) {
  const samples: Sample[] = [];
  let next = 0;
  const start = (bytes: number) => {
    samples.push({ time: now(), bytes });
    next = now() + interval;
  };
  const read = (bytes: number, totalBytes: number): string | undefined => {
    const time = now();
    if (time < next) return undefined;
    next = time + interval;
    if (bytes < (samples.at(-1)?.bytes ?? 0)) samples.length = 0; // the server made it restart
    samples.push({ time, bytes });
    while ((samples[0] as Sample).time < time - Math.max(WINDOW, interval)) samples.shift();
    return progressText(samples, totalBytes);
  };
  return { start, read };
}

function describe(event: Exclude<HubEvent, { kind: "progress" }>): string {
  switch (event.kind) {
    case "waiting":
      return "another process is downloading this model: waiting";
    case "retry":
      return `${event.reason}: retrying in ${duration(event.seconds)}`;
    case "start": {
      const { parameters, bytes, totalBytes } = event;
      const count =
        parameters === undefined || parameters < 1e6 ? parameters : `${(parameters / 1e6).toFixed(1)} million`;
      const what = count === undefined ? "" : `${count} parameters, `;
      const here = bytes > 0 ? `; resuming at ${formatBytes(bytes)}` : "";
      return `downloading ${what}${formatBytes(totalBytes)}${here}`;
    }
    default:
      return event satisfies never;
  }
}

/** `45 %, 248 MB of 551 MB, 12.3 MB/s, 25 s left` */
function progressText(samples: readonly Sample[], totalBytes: number): string {
  const [first, last] = [samples[0] as Sample, samples.at(-1) as Sample];
  const percent = Math.floor((100 * last.bytes) / totalBytes);
  const speed = (1000 * (last.bytes - first.bytes)) / (last.time - first.time);
  const rate = speed > 0 ? `, ${formatBytes(speed)}/s, ${duration((totalBytes - last.bytes) / speed)} left` : "";
  return `${percent} %, ${formatBytes(last.bytes)} of ${formatBytes(totalBytes)}${rate}`;
}

function bar(share: number): string {
  const full = Math.floor(BAR * share);
  return `[${"#".repeat(full)}${".".repeat(BAR - full)}]`;
}

/** `25 s`, `3 min 20 s`, `2 h 5 min` */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole} s`;
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
