// @ts-check
/**
 * Compiles src/kernels/simd/assembly to WebAssembly, with relaxed multiply-add and without, into src/kernels/simd/binary.ts.
 * Does nothing if the sources are those it was made from: the digest stands in the file's first line.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("./src/kernels/simd/assembly/", import.meta.url);
const target = new URL("./src/kernels/simd/binary.ts", import.meta.url);
const flags =
  "-O3 --runtime stub --noAssert --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --memoryBase 49152 --use abort=".split(
    " ",
  );

const sources = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);
const digest = createHash("sha256")
  .update(JSON.stringify([sources, flags]))
  .digest("hex");
const head = `/** Made by build-kernels.js from assembly/, SHA-256 ${digest}. */\n`;

if (!existsSync(target) || !readFileSync(target, "utf8").startsWith(head)) {
  const relaxed = await compile("simd,threads,relaxed-simd");
  const plain = await compile("simd,threads");
  const line = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) =>
    `export const ${name} =\n  "${Buffer.from(bytes).toString("base64")}";\n`;
  writeFileSync(target, `${head}${line("RELAXED", relaxed)}${line("PLAIN", plain)}`);
}

/** @param {string} features */
async function compile(features) {
  const { main } = await import("assemblyscript/asc");
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await main(["index.ts", "-o", "kernels.wasm", ...flags, "--enable", features], {
    readFile: (name) => sources[name.replace(/^\.\//, "")] ?? null,
    writeFile: (name, contents) => {
      if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the kernels do not compile\n${stderr.toString()}`);
  return binary;
}
