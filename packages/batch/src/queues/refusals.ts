/** Errors of a Redis that answers, but refuses commands: it is full, cannot save, is a replica, or lacks rights. */

export interface Refusals {
  /** Takes an error of a command; one of the connection is none. */
  take(error: Error): void;
  /** Takes that a command was done. */
  done(): void;
  isRefusing(): boolean;
  /** What it has refused with, for longer than the patience; undefined otherwise. */
  lasting(): string | undefined;
}

interface Refusal {
  readonly since: number;
  readonly last: number;
  readonly message: string;
}

/** Refusals that follow each other are one; `onFirst` gets the message of its first. */
export function countRefusals(
  patience: number,
  onFirst: (message: string) => void,
  now: () => number = () => performance.now(),
): Refusals {
  let refusal: Refusal | undefined;
  return {
    take: (error) => {
      const message = messageOf(error);
      if (message === undefined) return;
      const isSame = refusal !== undefined && now() - refusal.last < patience / 2;
      refusal = { since: isSame && refusal ? refusal.since : now(), last: now(), message };
      if (!isSame) onFirst(message);
    },
    done: () => {
      refusal = undefined;
    },
    isRefusing: () => refusal !== undefined,
    lasting: () => (refusal && refusal.last - refusal.since >= patience ? refusal.message : undefined),
  };
}

/** What a Redis that is restarted or replaced says, once a command. */
const PASSING = /^(NOSCRIPT|UNBLOCKED)/;

/** The message of a refusal; that of a transaction is the first of its commands. */
function messageOf(error: Error): string | undefined {
  const [first = error] = (error as { readonly previousErrors?: readonly Error[] }).previousErrors ?? [];
  return error.name === "ReplyError" && !PASSING.test(first.message) ? first.message : undefined;
}
