/** Writes the tokenizer of a text, and says how many seconds it took, for tools/reference/check_bpe.py. */
import { writeFileSync } from "node:fs";
import { fileSource } from "@tsgpt/gpt/node";
import { readText, splitDocuments, trainTokenizer } from "../../src/index.ts";

const [text = "", vocabSize, output = ""] = process.argv.slice(2);
const source = await fileSource(text);
const start = performance.now();
const documents = splitDocuments(await readText(source));
await source.close();
const { json } = await trainTokenizer(documents, { vocabSize: Number(vocabSize) });
process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1)}\n`);
writeFileSync(output, json);
