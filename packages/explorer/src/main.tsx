/** The page starts here. */
import { render } from "preact";
import { App } from "./components/app.tsx";
import { followAddress } from "./state/address.ts";

render(<App />, document.getElementById("app") as HTMLElement);
await followAddress();
