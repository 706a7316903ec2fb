/**
 * The gate against mutated files. The oracle: it accepts exactly what the plain gate accepts, with the same tensors, or throws a
 * CheckpointError; and it asks for no more bytes than the file has. Guided by what the gate says: an input that draws
 * words never heard before joins the files that are mutated, since every branch of the gate has words of its own.
 */
import type { ByteSource } from "../../src/checkpoint/byte-source.ts";
import { readHeader } from "../../src/checkpoint/safetensors.ts";
import { CheckpointError } from "../../src/errors.ts";
import { type Dice, dice } from "./dice.ts";
import { mutateFile } from "./mutate-file.ts";
import { type PlainTensor, plainGate } from "./plain-gate.ts";
import { validFile } from "./valid-file.ts";

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  /** The files to begin with. */
  readonly files: readonly Uint8Array[];
  /** Called with every input and whether the gate took it. */
  readonly onInput?: (input: Uint8Array, accepted: boolean) => void;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly accepted: number;
  /** Kinds of answers, and how often each was given. */
  readonly answers: ReadonlyMap<string, number>;
  /** Milliseconds of the slowest input. */
  readonly slowest: number;
  /** What should not have been, at most ten: the input in base64 and what is wrong. */
  readonly findings: readonly string[];
}

const MOST_FILES = 2000;
const MOST_FINDINGS = 10;

/** Runs it; stops early at ten findings. */
export async function fuzzSafetensors({ inputs, seed, files, onInput }: FuzzOptions): Promise<FuzzReport> {
  const random = dice(seed);
  const corpus = [...files];
  const answers = new Map<string, number>();
  const findings: string[] = [];
  let [accepted, slowest, done] = [0, 0, 0];
  for (; done < inputs && findings.length < MOST_FINDINGS; done++) {
    const input = mutate(corpus, random);
    const start = performance.now();
    const { answer, isAccepted, problem } = await ask(input);
    slowest = Math.max(slowest, performance.now() - start);
    if (problem) findings.push(`${Buffer.from(input).toString("base64")}: ${problem}`);
    if (isAccepted) accepted++;
    if (!answers.has(answer) && corpus.length < MOST_FILES) corpus.push(input);
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    onInput?.(input, isAccepted);
  }
  return { inputs: done, accepted, answers, slowest, findings };
}

/** A file of the corpus or a new one, changed once or, now and then, twice over; a new one at times not at all. */
function mutate(corpus: readonly Uint8Array[], random: Dice): Uint8Array {
  const isNew = random.below(3) === 0;
  const file = isNew ? validFile(random) : random.pick(corpus);
  if (isNew && random.below(4) === 0) return file;
  const input = mutateFile(file, random);
  return random.below(4) === 0 ? mutateFile(input, random) : input;
}

interface Answer {
  readonly answer: string;
  readonly isAccepted: boolean;
  readonly problem?: string | undefined;
}

async function ask(file: Uint8Array): Promise<Answer> {
  let tooMuch: string | undefined;
  const read: ByteSource["read"] = async (offset, into) => {
    if (offset + into.length > file.length) tooMuch = `asked for ${into.length} bytes at ${offset} of ${file.length}`;
    into.set(file.subarray(offset, offset + into.length));
  };
  const verdict = plainGate(file);
  const answer = await readHeader({ name: "m", size: file.length, read }).catch((error: unknown) => error);
  if (answer instanceof CheckpointError) {
    const disagrees = typeof verdict === "number" ? undefined : `refused against all six rules: ${answer.message}`;
    return { answer: wording(answer.message), isAccepted: false, problem: tooMuch ?? disagrees };
  }
  if (answer instanceof Error) return { answer: answer.name, isAccepted: false, problem: `${answer.stack}` };
  const { tensors } = answer as Awaited<ReturnType<typeof readHeader>>;
  if (typeof verdict === "number") return { answer: "", isAccepted: true, problem: `accepted against rule ${verdict}` };
  const same = describe(tensors) === describe(verdict);
  return {
    answer: `${tensors.size} tensors`,
    isAccepted: true,
    problem: tooMuch ?? (same ? undefined : "other tensors"),
  };
}

/** As text, by name: the order is no rule. */
function describe(tensors: ReadonlyMap<string, PlainTensor>): string {
  const entries = [...tensors].map(([name, { dtype, shape, begin, end }]) => [name, dtype, shape, begin, end]);
  return entries
    .map((tensor) => JSON.stringify(tensor))
    .sort()
    .join();
}

/** A message without what the file put into it. */
function wording(message: string): string {
  return message
    .replace(/(not valid JSON: ).*/, "$1...")
    .replace(/(key|the number) .*(?= twice, again at position| at position)/, "$1 _")
    .replace(/unknown dtype .*|"(?:[^"\\]|\\.)*"|got .*|data_offsets .*|\[[^\]]*\]/g, "_")
    .replace(/-?\d+/g, "0");
}
