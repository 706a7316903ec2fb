/** The page, once its service worker is there (start.ts). */
import { render } from "preact";
import { App } from "./components/app.tsx";
import { loadModel } from "./state/engine.ts";
import { restart } from "./state/text.ts";

render(<App />, document.getElementById("app") as HTMLElement);
await loadModel("models/fairytales/");
await restart();
