/** What needs Node: models and checkpoints in folders, and files of tensors. */

export type { ConvertOptions } from "../checkpoint/convert.ts";
export { configJson } from "../config/config-json.ts";
export type { LoadModelOptions } from "../files/load-files.ts";
export type { ModelFile } from "../files/model-files.ts";
export { convertModel } from "./convert-model.ts";
export { fileSource } from "./file-source.ts";
export { type FolderInfo, inspectFolder, parameterNames } from "./inspect-folder.ts";
export { loadFolderTokenizer, loadModel } from "./load-model.ts";
export { writeNewFolder } from "./new-folder.ts";
export { readText } from "./read-text.ts";
export { type RandomModelOptions, writeRandomModel } from "./write-random-model.ts";
export { writeSafetensorsFile } from "./write-safetensors-file.ts";
