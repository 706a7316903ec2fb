/** A model's files, read by a function. */
import { describeValue } from "@tsgpt/numeric";
import { blobFile, memoryFile } from "./blob-file.ts";
import { responseFile } from "./http-response.ts";
import type { ModelFile, ModelFiles } from "./model-files.ts";

/** A file's contents. */
export type FileContents = Uint8Array | ArrayBuffer | Blob | Response;

/**
 * Gives the file of that name, such as "config.json"; undefined, or a Response with status 404, if there is none.
 * `signal` is the one that loadModel was given.
 */
export type ReadFile = (
  name: string,
  signal: AbortSignal | undefined,
) => FileContents | undefined | null | Promise<FileContents | undefined | null>;

export function functionFiles(read: ReadFile): ModelFiles {
  const answers = new Map<string, string>();
  return {
    name: "model",
    place: "the function's files",
    open: async (name, options) => {
      options.signal?.throwIfAborted();
      const contents = await unlessAborted(Promise.resolve(read(name, options.signal)), options.signal);
      if (!(contents instanceof Response)) return contents ? fileOf(name, contents) : undefined;
      return responseFile(name, contents, options, (reason) => answers.set(name, reason));
    },
    missing: async (name) => `: ${answers.get(name) ?? "the function returned nothing"}`,
  };
}

function fileOf(name: string, contents: Exclude<FileContents, Response>): ModelFile {
  if (contents instanceof Uint8Array) return memoryFile(name, contents);
  if (contents instanceof ArrayBuffer) return memoryFile(name, new Uint8Array(contents));
  if (contents instanceof Blob) return blobFile(name, contents);
  const kinds = "a Uint8Array, an ArrayBuffer, a Blob, a Response, or undefined for no file";
  throw new TypeError(`loadModel: the function must give ${kinds}; for ${name} it gave ${describeValue(contents)}`);
}

/** The promise's result, or the signal's reason as soon as it aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
