/** All that an async generator yields, and what it returns. */
export async function collect<T, R>(run: AsyncGenerator<T, R>): Promise<{ yielded: T[]; returned: R }> {
  const yielded: T[] = [];
  for (;;) {
    const step = await run.next();
    if (step.done) return { yielded, returned: step.value };
    yielded.push(step.value);
  }
}
