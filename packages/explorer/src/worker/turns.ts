/** Turns: work on one session, one piece after another in the order of arrival. */

/** Runs `work` when all that came before has ended, and returns what it does. */
export type Turn = <Result>(work: () => Result | Promise<Result>) => Promise<Result>;

export function createTurns(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {}); // the caller's to handle
    return turn;
  };
}
