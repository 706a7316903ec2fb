/** What needs Node: models and checkpoints in folders, and files of tensors. */
export type { ConvertOptions } from "../checkpoint/convert.ts";
export { convertModel } from "./convert-model.ts";
export { type FileSource, fileSource } from "./file-source.ts";
export { type FolderInfo, inspectFolder } from "./inspect-folder.ts";
export { type LoadModelOptions, loadFolderTokenizer, loadModel } from "./load-model.ts";
export { LARGEST_INDEX } from "./open-checkpoint.ts";
export { readText } from "./read-text.ts";
export { type RandomModelOptions, writeRandomModel } from "./write-random-model.ts";
export { writeSafetensorsFile } from "./write-safetensors-file.ts";
