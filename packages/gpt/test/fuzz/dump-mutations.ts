/**
 * For tools/reference/record_mutations.py: the first mutations of each file that its reader takes, each text once, as lines {"name", "index", "text"}.
 * tsx --conditions=@tsgpt/source packages/gpt/test/fuzz/dump-mutations.ts 2600 > mutations.jsonl
 */
import { mutationReaders } from "./mutation-readers.ts";
import { mutatedFiles, mutation } from "./mutations.ts";

const count = Number(process.argv[2]);
if (!Number.isSafeInteger(count)) throw new Error("give the number of mutations of each file");
for (const file of mutatedFiles) {
  const seen = new Set<string>();
  for (let [index, taken] = [0, 0]; taken < count; index++) {
    const text = mutation(file, index);
    if (seen.has(text)) continue;
    seen.add(text);
    try {
      await mutationReaders[file.name].read(text);
    } catch {
      continue;
    }
    taken++;
    process.stdout.write(`${JSON.stringify({ name: file.name, index, text })}\n`);
  }
}
