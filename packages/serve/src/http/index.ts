/** The HTTP half of @tsgpt/serve. */
export { isLoopback } from "./access.ts";
export type { ResponseReport } from "./listen.ts";
export { type ServeOptions, type Server, serve } from "./serve.ts";
