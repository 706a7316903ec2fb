// @ts-check
/**
 * Compiles src/kernels/simd/assembly to WebAssembly, with relaxed multiply-add and without, into
 * src/kernels/simd/binary.ts. What calls the kernels is made first, from src/kernels/simd/jobs.ts, and written to
 * assembly/dispatch.ts to be read. Does nothing if the sources are those it was made from: the digest stands in the
 * file's first line.
 *
 * The two modules differ in few bytes, and are compressed as one: LZMA finds repetitions at any distance. They take 10 kB
 * of a bundle, after gzip, of what were 31 as base64 of each.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dispatchOf, readJobs } from "./kernel-dispatch.js";

const simd = new URL("./src/kernels/simd/", import.meta.url);
const assembly = new URL("assembly/", simd);
const target = new URL("binary.ts", simd);
const DISPATCH = "dispatch.ts";
const LZMA_PARAMETERS = 93; // lc = 3, lp = 0, pb = 2
const LZMA_HEADER_BYTES = 13;
const memory = "--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --memoryBase 49152";
const MEMORY_NAME = "memory"; // of the import; the kind and the flags of the memory follow
const flags = `-O3 --runtime stub --noAssert ${memory} --use abort=`.split(" ");

/** @param {string} name @param {URL} folder */
const textOf = (name, folder) => readFileSync(new URL(name, folder), "utf8");
const constants = textOf("constants.ts", simd);
const kernels = Object.fromEntries(
  readdirSync(assembly)
    .filter((name) => name.endsWith(".ts") && name !== DISPATCH)
    .map((name) => [name, textOf(name, assembly)]),
);
const dispatch = dispatchOf(
  await readJobs(textOf("jobs.ts", simd)),
  kernels,
  constant("FIRST_ARGUMENT"),
  constant("SLOT_COUNT"),
);
/** Paths from src/kernels/simd/. @type {Record<string, string>} */
const sources = { "constants.ts": constants, [`assembly/${DISPATCH}`]: dispatch };
for (const [name, text] of Object.entries(kernels)) sources[`assembly/${name}`] = text;

const digest = createHash("sha256")
  .update(JSON.stringify([sources, flags, textOf("build-kernels.js", new URL(".", import.meta.url))]))
  .digest("hex");
const head = `/** Made by build-kernels.js from assembly/, SHA-256 ${digest}. */\n`;

if (!existsSync(target) || !readFileSync(target, "utf8").startsWith(head)) {
  const relaxed = await compile("simd,threads,relaxed-simd");
  const plain = await compile("simd,threads");
  const packed = await pack(Buffer.concat([relaxed, plain]));
  writeFileSync(new URL(DISPATCH, assembly), dispatch);
  const sizes = `export const RELAXED_BYTES = ${relaxed.length};\nexport const PLAIN_BYTES = ${plain.length};\n`;
  const flag = `export const SHARED_FLAG = ${sharedFlag(relaxed, plain)};\n`;
  writeFileSync(
    target,
    `${head}${sizes}${flag}export const PACKED =\n  "${Buffer.from(packed).toString("base64")}";\n`,
  );
}

/** The stream that lzma.ts reads: without the header, whose first byte gives the parameters. @param {Uint8Array} bytes */
async function pack(bytes) {
  const { compress } = await import("lzma1");
  const file = compress(bytes, 9);
  if (file[0] !== LZMA_PARAMETERS)
    throw new Error(`LZMA has the parameters ${file[0]}, lzma.ts needs ${LZMA_PARAMETERS}`);
  return file.subarray(LZMA_HEADER_BYTES);
}

/**
 * The index, in each module, of the byte that says that the imported memory has a maximum (1), and is shared (2).
 * @param {Uint8Array[]} modules
 * @see https://webassembly.github.io/threads/core/binary/types.html#binary-limits
 */
function sharedFlag(...modules) {
  const [index = 0, ...others] = modules.map(
    (bytes) => Buffer.from(bytes).indexOf(MEMORY_NAME) + MEMORY_NAME.length + 1,
  );
  if (others.some((other) => other !== index) || modules.some((bytes) => bytes[index] !== 3)) {
    throw new Error("the kernels do not import a shared memory at the same place");
  }
  return index;
}

/** A number of constants.ts. @param {string} name */
function constant(name) {
  return Number(new RegExp(`^export const ${name} = (\\d+);`, "m").exec(constants)?.[1]);
}

/** @param {string} features */
async function compile(features) {
  const { main } = await import("assemblyscript/asc");
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await main(["assembly/index.ts", "-o", "kernels.wasm", ...flags, "--enable", features], {
    readFile: (name) => sources[name.replace(/^\.\//, "")] ?? null,
    writeFile: (name, contents) => {
      if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`the kernels do not compile\n${stderr.toString()}`);
  return binary;
}
