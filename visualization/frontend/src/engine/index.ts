/** The entry `engine`: the forward pass and the reader of its weights, without three.js and without a page. */
export { ContractError } from "../checks";
export { decodePixels, parseNetwork, parseSceneData } from "../contract";
export { readSafetensors } from "../safetensors";
export { computes, inputFromPixels, Network } from "./network";
