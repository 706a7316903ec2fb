// @ts-check
/**
 * Compiles src/kernels/simd/assembly to WebAssembly, with relaxed SIMD, into src/kernels/simd/binary.ts. What calls the kernels is made first, from src/kernels/simd/jobs.ts, and written to
 * assembly/dispatch.ts to be read. Does nothing if the sources are those it was made from: the digest stands in the
 * file's first line.
 *
 * The module is compressed as LZMA, and takes 9 kB of a bundle, after gzip.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dispatchOf, readJobs } from "./kernel-dispatch.js";
import { withRoom } from "./relaxed-room.js";

const here = new URL(".", import.meta.url);
const simd = new URL("src/kernels/simd/", here);
const assembly = new URL("assembly/", simd);
const target = new URL("binary.ts", simd);
const DISPATCH = "dispatch.ts";
const LZMA_PARAMETERS = 93; // lc = 3, lp = 0, pb = 2
const LZMA_HEADER_BYTES = 13;
const memory = "--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --memoryBase 49152";
const MEMORY_NAME = "memory"; // of the import; the kind and the flags of the memory follow
const features = "--enable simd,threads,relaxed-simd";
const flags = `-O3 --runtime stub --noAssert ${memory} ${features} --use abort=`.split(" ");

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
  .update(JSON.stringify([sources, flags, textOf("build-kernels.js", here), textOf("relaxed-room.js", here)]))
  .digest("hex");
const head = `/** Made by build-kernels.js from assembly/, SHA-256 ${digest}. */\n`;

if (!existsSync(target) || !readFileSync(target, "utf8").startsWith(head)) {
  const module = await compile();
  const packed = await pack(module);
  writeFileSync(new URL(DISPATCH, assembly), dispatch);
  const numbers = `export const MODULE_BYTES = ${module.length};\nexport const SHARED_FLAG = ${sharedFlag(module)};\n`;
  const text = `export const PACKED =\n  "${Buffer.from(packed).toString("base64")}";\n`;
  writeFileSync(target, head + numbers + text);
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

async function compile() {
  const { main } = await import("assemblyscript/asc");
  /** @type {Record<string, string | Uint8Array>} */
  const written = {};
  const names = ["-o", "kernels.wasm", "-t", "kernels.wat"];
  const { error, stderr } = await main(["assembly/index.ts", ...names, ...flags], {
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
