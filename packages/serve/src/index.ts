/** @tsgpt/serve: a model for many people at once. */
export * from "./scheduler/index.ts";
