/** The page, once its service worker is there (start.ts). */
import { render } from "preact";
import { App } from "./components/app.tsx";
import { followAddress } from "./state/address.ts";

render(<App />, document.getElementById("app") as HTMLElement);
await followAddress();
