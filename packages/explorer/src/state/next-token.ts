/** The distribution of the next token. */
import { live } from "./live.ts";
import { sampling } from "./sampling.ts";
import { generated, promptTokens } from "./text.ts";

export const distribution = live("distribution", () =>
  promptTokens.value.length === 0 || generated.value === undefined || sampling.value === undefined ? undefined : {},
);
