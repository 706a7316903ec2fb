/** What the worker does for each request: the handlers of all sections. */
import type { Requests } from "../protocol.ts";
import type { HandlersOf } from "./handler.ts";
import { cacheHandlers } from "./handlers/cache.ts";
import { exportHandlers } from "./handlers/export.ts";
import { insideHandlers } from "./handlers/inside.ts";
import { interventionHandlers } from "./handlers/interventions.ts";
import { mapHandlers } from "./handlers/map.ts";
import { modelHandlers } from "./handlers/model.ts";
import { nextTokenHandlers } from "./handlers/next-token.ts";
import { textHandlers } from "./handlers/text.ts";
import { textsHandlers } from "./handlers/texts.ts";
import { createWorkplace } from "./workplace.ts";

export type Handlers = HandlersOf<Requests>;

/** The handlers of a worker, which has one session at a time. */
export function createHandlers(): Handlers {
  const workplace = createWorkplace();
  return {
    ...modelHandlers(workplace),
    ...textHandlers(workplace),
    ...mapHandlers(workplace),
    ...nextTokenHandlers(workplace),
    ...insideHandlers(workplace),
    ...interventionHandlers(workplace),
    ...textsHandlers(workplace),
    ...cacheHandlers(workplace),
    ...exportHandlers(workplace),
  };
}
