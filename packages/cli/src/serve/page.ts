/** The explorer's page, which tsgpt's repository alone has: the package that is installed is without it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const EXPLORER = fileURLToPath(new URL("../../../explorer", import.meta.url));

const NOT_BUILT =
  "The server is running; the explorer's page is not built here: run <code>npx -y pnpm@12 explore --build</code> in " +
  "tsgpt's repository and start the server again.";
const NOT_INCLUDED =
  "The server is running; the explorer's page is no part of the installed package: tsgpt's repository has it.";

/** The folder of the built page, or what is said in its place, as HTML. */
export interface ExplorerPage {
  readonly page?: string;
  readonly withoutPage?: string;
}

/** The page of the explorer in `folder`. Beside an installed tsgpt that name is a package of somebody else's. */
export function explorerPage(folder = EXPLORER): ExplorerPage {
  if (packageName(folder) !== "@tsgpt/explorer") return { withoutPage: NOT_INCLUDED };
  const page = join(folder, "dist");
  return existsSync(join(page, "index.html")) ? { page } : { withoutPage: NOT_BUILT };
}

function packageName(folder: string): unknown {
  const file = join(folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).name : undefined;
}
