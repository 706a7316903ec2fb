/** The page starts here: its service worker first, so that all that follows is isolated and kept for offline use. */
import { startServiceWorker } from "./state/isolation.ts";

await startServiceWorker();
await import("./main.tsx");
