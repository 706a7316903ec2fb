/** @tsgpt/serve: a model for many people at once. */
export * from "./http/index.ts";
export * from "./scheduler/index.ts";
