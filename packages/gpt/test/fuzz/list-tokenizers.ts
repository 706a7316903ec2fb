/**
 * Prints mutated tokenizers that ours reads, one JSON object a line, for tools/reference/judge_tokenizers.py:
 * `tsx --conditions=@tsgpt/source packages/gpt/test/fuzz/list-tokenizers.ts COUNT [SEED]`, COUNT of each kind.
 */
import { mutationKinds, mutations, TEXTS } from "./tokenizer-mutations.ts";

const [count, seed] = [Number(process.argv[2] ?? 2000), Number(process.argv[3] ?? 1)];
for (const kind of mutationKinds) {
  let left = count;
  for (const { files, ids } of mutations(kind, seed)) {
    if (left === 0) break;
    if (!ids) continue;
    process.stdout.write(`${JSON.stringify({ kind: kind.name, seed, files, texts: TEXTS, ids })}\n`);
    left--;
  }
}
