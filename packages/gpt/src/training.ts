/** @tsgpt/gpt/training: what a backward pass, or a look inside, needs of the forward pass, apart from its users. */
export { type LeafFacts, mapParameters } from "./checkpoint/map-parameters.ts";
export { type ExpectedTensor, expectedTensors } from "./checkpoint/names.ts";
export {
  type BlockTree,
  listTree,
  mapTree,
  type ParameterPair,
  type ParameterTree,
} from "./checkpoint/parameter-tree.ts";
export { activate } from "./config/activation.ts";
export { forwardBlockInPlace } from "./model.ts";
export { attentionScale } from "./pass/attend.ts";
