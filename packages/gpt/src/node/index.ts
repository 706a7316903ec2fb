/** What needs Node: models and checkpoints in folders, and files of tensors. */
export { type FileSource, fileSource } from "./file-source.ts";
export { type LoadModelOptions, loadConfig, loadFolderTokenizer, loadModel } from "./load-model.ts";
export { describeMachine, type Machine, machine } from "./machine.ts";
export { type OpenCheckpoint, openCheckpoint } from "./open-checkpoint.ts";
export { idleBytes, peakBytes } from "./process-memory.ts";
export { type RandomModelOptions, writeRandomModel } from "./write-random-model.ts";
export { writeSafetensorsFile } from "./write-safetensors-file.ts";
