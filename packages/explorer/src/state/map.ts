/** What the layers would predict. */
import { live } from "./live.ts";
import { position } from "./selection.ts";
import { generated, promptTokens } from "./text.ts";

/** The logit lens at the selected position. */
export const lens = live("lens", () =>
  promptTokens.value.length === 0 || generated.value === undefined ? undefined : { position: position.value },
);
