/** The worker's session: one at a time, none before a model is loaded. Another may wait to take its place. */
import { checkHasText, type Session } from "./session.ts";

export interface Workplace {
  /** @throws RangeError before a model is loaded */
  session(): Session;
  /** The session with a text. @throws RangeError before a text is opened */
  withText(): Session;
  /** The session if there is one. */
  current(): Session | undefined;
  /** Takes another session, or none, in place of the current one. */
  replace(session: Session | undefined): void;
  /** Takes a session at once if there is none, and otherwise with the next `useNext`. */
  prepare(session: Session): void;
  /** Takes the session that waits, if one does. */
  useNext(): void;
}

export function createWorkplace(): Workplace {
  let current: Session | undefined;
  let next: Session | undefined;
  const session = (): Session => {
    if (!current) throw new RangeError("there is no model yet; load one first");
    return current;
  };
  const replace = (other: Session | undefined): void => {
    current?.model.engine.dispose();
    current = other;
  };
  return {
    session,
    withText: () => {
      checkHasText(session());
      return session();
    },
    current: () => current,
    replace,
    prepare: (prepared) => {
      next?.model.engine.dispose();
      next = current && prepared;
      current ??= prepared;
    },
    useNext: () => {
      if (next) replace(next);
      next = undefined;
    },
  };
}
