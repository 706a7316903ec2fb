// @ts-check
/**
 * Compiles src/kernels/simd/assembly to WebAssembly, with relaxed SIMD, into src/kernels/simd/binary.ts, and
 * assembly/backward, which only training loads, into backward/binary.ts. What calls the kernels is made first, from
 * jobs.ts, and written to dispatch.ts to be read. Does nothing if the sources are those it was made from: the digest
 * stands in the file's first line.
 *
 * A module is compressed as LZMA. The first takes 9 kB of a bundle, after gzip.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dispatchOf, readJobs } from "./kernel-dispatch.js";
import { withRoom } from "./relaxed-room.js";

const simd = new URL("src/kernels/simd/", import.meta.url);
const LZMA_PARAMETERS = 93; // lc = 3, lp = 0, pb = 2
const LZMA_HEADER_BYTES = 13;
const memory = "--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536";
const MEMORY_NAME = "memory"; // of the import; the kind and the flags of the memory follow
const features = "--enable simd,threads,relaxed-simd";
const flags = `-O3 --runtime stub --noAssert ${memory} ${features} --use abort=`.split(" ");

/** @param {string} path from src/kernels/simd/ */
const textOf = (path) => readFileSync(new URL(path, simd), "utf8");
const constants = textOf("constants.ts");
const forwardKernels = kernelsIn("assembly/");
const backwardKernels = kernelsIn("assembly/backward/");

/** @typedef {Record<string, string>} Sources by path from src/kernels/simd/ */

const recipe = ["build-kernels.js", "relaxed-room.js"].map((name) => textOf(`../../../${name}`));

await build("", forwardKernels, {}, { first: 0, memoryBase: 49_152, otherwise: "more" });
await build("backward/", backwardKernels, forwardKernels, {
  first: constant("FIRST_BACKWARD_JOB"),
  memoryBase: 57_344,
  otherwise: undefined,
});

/**
 * Makes one module: the dispatch of its jobs, and binary.ts.
 * @param {string} folder "" or "backward/", of jobs.ts and binary.ts, and within assembly/ of the kernels
 * @param {Sources} kernels
 * @param {Sources} others that kernels may import
 * @param {{ first: number, memoryBase: number, otherwise: string | undefined }} options number of the first job, where
 * the module's constants lie, and the function that runs a job of another module
 */
async function build(folder, kernels, others, { first, memoryBase, otherwise }) {
  const target = new URL(`${folder}binary.ts`, simd);
  const path = `assembly/${folder}dispatch.ts`;
  const names = Object.fromEntries(Object.entries(kernels).map(([name, text]) => [name.slice(path.length - 11), text]));
  const jobs = await readJobs(textOf(`${folder}jobs.ts`));
  const dispatch = dispatchOf(jobs, names, constant("FIRST_ARGUMENT"), constant("SLOT_COUNT"), {
    first,
    otherwise,
    slots: folder ? "../slots" : "./slots",
  });
  const sources = { "constants.ts": constants, ...others, ...kernels, [path]: dispatch };
  const itsFlags = [...flags, "--memoryBase", `${memoryBase}`];
  const digest = createHash("sha256")
    .update(JSON.stringify([sources, itsFlags, recipe]))
    .digest("hex");
  const head = `/** Made by build-kernels.js from assembly/${folder}, SHA-256 ${digest}. */\n`;
  if (existsSync(target) && readFileSync(target, "utf8").startsWith(head)) return;
  const module = await compile(`assembly/${folder}index.ts`, sources, itsFlags);
  const packed = await pack(module);
  writeFileSync(new URL(path, simd), dispatch);
  const numbers = `export const MODULE_BYTES = ${module.length};\nexport const SHARED_FLAG = ${sharedFlag(module)};\n`;
  const text = `export const PACKED =\n  "${Buffer.from(packed).toString("base64")}";\n`;
  writeFileSync(target, head + numbers + text);
}

/** @param {string} folder from src/kernels/simd/ @returns {Sources} */
function kernelsIn(folder) {
  const names = readdirSync(new URL(folder, simd)).filter((name) => name.endsWith(".ts") && name !== "dispatch.ts");
  return Object.fromEntries(names.map((name) => [folder + name, textOf(folder + name)]));
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
 * The index of the byte that says that the imported memory has a maximum (1), and is shared (2).
 * @param {Buffer} module
 * @see https://webassembly.github.io/threads/core/binary/types.html#binary-limits
 */
function sharedFlag(module) {
  const index = module.indexOf(MEMORY_NAME) + MEMORY_NAME.length + 1;
  if (module[index] !== 3) throw new Error("the kernels do not import a shared memory");
  return index;
}

/** A number of constants.ts. @param {string} name */
function constant(name) {
  return Number(new RegExp(`^export const ${name} = (\\d+);`, "m").exec(constants)?.[1]);
}

/** @param {string} entry @param {Sources} sources @param {readonly string[]} flags */
async function compile(entry, sources, flags) {
  const { main } = await import("assemblyscript/asc");
  /** @type {Record<string, string | Uint8Array>} */
  const written = {};
  const names = ["-o", "kernels.wasm", "-t", "kernels.wat"];
  const { error, stderr } = await main([entry, ...names, ...flags], {
    readFile: (name) => sources[name.replace(/^\.\//, "")] ?? null,
    writeFile: (name, contents) => {
      written[name] = contents;
    },
    listFiles: () => [],
  });
  const { "kernels.wasm": binary, "kernels.wat": text } = written;
  if (error || typeof binary !== "object" || typeof text !== "string") {
    throw new Error(`the kernels do not compile\n${stderr.toString()}`);
  }
  return withRoom(binary, text.split("f32x4.relaxed_madd").length - 1);
}
