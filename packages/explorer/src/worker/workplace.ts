/** The worker's session: one at a time, none before a model is loaded. */
import { checkHasText, type Session } from "./session.ts";

export interface Workplace {
  /** @throws RangeError before a model is loaded */
  session(): Session;
  /** The session with a text. @throws RangeError before a text is opened */
  withText(): Session;
  /** Takes another session, or none. */
  replace(session: Session | undefined): void;
}

export function createWorkplace(): Workplace {
  let current: Session | undefined;
  const session = (): Session => {
    if (!current) throw new RangeError("there is no model yet; load one first");
    return current;
  };
  return {
    session,
    withText: () => {
      checkHasText(session());
      return session();
    },
    replace: (next) => {
      current?.model.engine.dispose();
      current = next;
    },
  };
}
