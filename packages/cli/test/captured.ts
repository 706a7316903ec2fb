/** What a command run within this process prints on stdout. */
import { vi } from "vitest";

/** The text that `run` writes to stdout; one run at a time. */
export async function captured(run: () => Promise<unknown>): Promise<string> {
  let text = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((piece, ...rest: unknown[]) => {
    text += piece;
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  });
  try {
    await run();
  } finally {
    write.mockRestore();
  }
  return text;
}
