// @ts-check
/**
 * The dispatch of the module: assembly/dispatch.ts is made from the table of jobs in src/kernels/simd/jobs.ts. It calls
 * the kernel of a job with the job's arguments, read from their slots, and with the range of outputs.
 */

/** @typedef {Record<string, Record<string, string>>} Table by job: the kind of each argument */

const TYPES = /** @type {Record<string, string>} */ ({ pointer: "usize", int: "i32", float: "f32" });
const RANGE = ["begin: i32", "end: i32"];
const COLUMNS = 120;
const THREAD = "thread: i32";

/**
 * The object literal JOBS of jobs.ts: Node 20 cannot import TypeScript.
 * @param {string} text
 * @returns {Promise<Table>}
 */
export async function readJobs(text) {
  const literal = /export const JOBS = (\{[\s\S]*?\n\}) as const/.exec(text)?.[1];
  if (literal === undefined) throw new Error("jobs.ts: no `export const JOBS = { ... } as const`");
  return (await import(`data:text/javascript,export default ${encodeURIComponent(literal)}`)).default;
}

/**
 * The text of assembly/dispatch.ts.
 * @param {Table} jobs
 * @param {Record<string, string>} sources of assembly/, by file name
 * @param {number} firstArgument the slot of a job's first argument
 * @param {number} slots how many there are
 * @param {{ first?: number, otherwise?: string | undefined, slots?: string }} options the number of the first job; the
 * file and function that run a job of another module; the file that reads the slots
 */
export function dispatchOf(jobs, sources, firstArgument, slots, options = {}) {
  const { first = 0, otherwise, slots: slotsFile = "./slots" } = options;
  const entries = Object.entries(jobs).map(([name, kinds]) => entryOf(name, kinds, sources, firstArgument, slots));
  const imports = entries.map(({ name, file }) => `import { ${name} } from "./${file.replace(/\.ts$/, "")}";`);
  const calls = entries.map(({ name, values }, job) => {
    const [before, after] = [`  ${job === 0 ? "" : "else "}if (job == ${first + job}) ${name}(`, ");"];
    const line = before + values.join(", ") + after;
    if (line.length <= COLUMNS) return line;
    const half = Math.ceil(values.length / 2);
    const [front, back] = [values.slice(0, half), values.slice(half)].map((part) => `    ${part.join(", ")},`);
    return `${before}\n${front}\n${back}\n  ${after}`;
  });
  return `/** Made by build-kernels.js from ../jobs.ts. */
${imports.join("\n")}
${otherwise === undefined ? "" : `import { ${otherwise} } from "./${otherwise}";\n`}import { float, int, pointer } from "${slotsFile}";

/** Outputs [begin, end) of a job. */
export function runJob(job: i32, begin: i32, end: i32, thread: i32): void {
${calls.join("\n")}
  else ${otherwise === undefined ? "unreachable()" : `${otherwise}(job, begin, end, thread)`};
}
`;
}

/**
 * A job's kernel, the file that has it, and what it is called with.
 * @param {string} name
 * @param {Record<string, string>} kinds
 * @param {Record<string, string>} sources
 * @param {number} firstArgument
 * @param {number} slots
 */
function entryOf(name, kinds, sources, firstArgument, slots) {
  const kernels = Object.entries(sources).flatMap(([file, text]) => {
    const parameters = new RegExp(`^export function ${name}\\(([^)]*)\\): void`, "m").exec(text)?.[1];
    return parameters === undefined
      ? []
      : [
          {
            file,
            parameters: parameters
              .split(",")
              .map((part) => part.trim())
              .filter(Boolean),
          },
        ];
  });
  const [kernel, other] = kernels;
  if (!kernel || other) {
    throw new Error(`job ${name}: ${kernels.length} files in assembly/ export a function of that name, must be 1`);
  }
  const wanted = [...Object.entries(kinds).map(([argument, kind]) => `${argument}: ${TYPES[kind]}`), ...RANGE];
  const hasThread = kernel.parameters.at(-1) === THREAD;
  if (kernel.parameters.join() !== [...wanted, ...(hasThread ? [THREAD] : [])].join()) {
    const asked = `jobs.ts asks for (${wanted.join(", ")}), with or without ${THREAD}`;
    throw new Error(`job ${name}: ${asked}; assembly/${kernel.file} has (${kernel.parameters.join(", ")})`);
  }
  if (firstArgument + Object.keys(kinds).length > slots) {
    throw new Error(`job ${name}: ${Object.keys(kinds).length} arguments, at most ${slots - firstArgument} fit`);
  }
  const values = Object.values(kinds).map((kind, i) => `${kind}(${firstArgument + i})`);
  return { name, file: kernel.file, values: [...values, "begin", "end", ...(hasThread ? ["thread"] : [])] };
}
