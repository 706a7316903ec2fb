/** The model in a link. The one place that knows how a name becomes a model: today the bundled ones. */
import { strings } from "../strings.ts";
import { info, loadModel } from "./engine.ts";

/** The bundled models; their folders are models/<name>/. */
const BUNDLED: readonly string[] = ["fairytales"];
const FIRST = "fairytales";

/** How a link names the model that is loaded; undefined if it cannot, as for a folder from disk. */
export function linkedModel(): string | undefined {
  const { name = "", isFromUrl = false } = info.value ?? {}; // a folder from disk may have the name of a bundled one
  return isFromUrl && BUNDLED.includes(name) ? name : undefined;
}

/** Loads the model of a link, the first one for none, unless it is loaded. What is wrong with the name, if anything. */
export async function loadLinked(name: string = FIRST): Promise<string | undefined> {
  const isKnown = BUNDLED.includes(name);
  const wanted = isKnown ? name : FIRST;
  if (linkedModel() !== wanted) await loadModel(`models/${wanted}/`);
  return isKnown ? undefined : strings.link.wrong("model", strings.link.rules.model(BUNDLED), JSON.stringify(name));
}
