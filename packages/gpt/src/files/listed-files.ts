/**
 * A model's files in a list, as `<input type="file" webkitdirectory>` or a drop gives them. Paths may begin with folders;
 * the model is in the folder of the config.json that is nearest to the top.
 */
import { FILE_NAMES } from "../config/file-names.ts";
import { CheckpointError, ConfigError, quote } from "../errors.ts";
import { blobFile } from "./blob-file.ts";
import { listNames, type ModelFiles } from "./model-files.ts";

/** A browser's File, or any Blob with a name; the name may be a path. */
export interface NamedBlob extends Blob {
  readonly name: string;
  /** The path from the folder that was picked, its name included; "" if a folder was not picked. */
  readonly webkitRelativePath?: string | undefined;
}

/** @throws CheckpointError or ConfigError if it is unclear which files are the model's */
export function listedFiles(list: Iterable<NamedBlob>): ModelFiles {
  const blobs = byPath(list);
  const folder = modelFolder([...blobs.keys()]);
  const names = [...blobs.keys()].filter((path) => folderOf(path) === folder).map(nameOf);
  return {
    name: nameOf(folder.slice(0, -1)) || "model",
    place: folder === "" ? "the list of files" : folder,
    open: async (name) => {
      const blob = blobs.get(folder + name);
      return blob && blobFile(name, blob);
    },
    missing: async (_, link) => listNames(link, names),
  };
}

function byPath(list: Iterable<NamedBlob>): Map<string, NamedBlob> {
  const blobs = new Map<string, NamedBlob>();
  for (const blob of list) {
    if (!(blob instanceof Blob) || typeof blob.name !== "string") {
      throw new TypeError("loadModel: each element of a list must be a File; new File([bytes], name) makes one");
    }
    const path = blob.webkitRelativePath || blob.name;
    if (blobs.has(path)) throw new CheckpointError(path, "is in the list twice; give the files of one model");
    blobs.set(path, blob);
  }
  return blobs;
}

/** `gpt2/` of gpt2/config.json and gpt2/onnx/config.json; "" where paths have no folder. */
function modelFolder(paths: readonly string[]): string {
  const depth = (path: string) => path.split("/").length;
  const configs = paths.filter((path) => nameOf(path) === FILE_NAMES.config).sort((a, b) => depth(a) - depth(b));
  const [first, second] = configs;
  if (first === undefined) return folderOf(paths[0] ?? "");
  if (second === undefined || depth(second) > depth(first)) return folderOf(first);
  throw new ConfigError(FILE_NAMES.config, `is there as ${quote(first)} and ${quote(second)}; give one model's files`);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
