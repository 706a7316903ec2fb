/** Where Chromium is: Debian's, which .ci/run installs, or the one that TSGPT_CHROMIUM names. */
import { existsSync } from "node:fs";

export const executablePath = process.env["TSGPT_CHROMIUM"] ?? "/usr/bin/chromium";

export const hasChromium = existsSync(executablePath);
