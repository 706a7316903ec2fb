/** Handlers of the requests of the next token's distribution. */
import type { NextTokenRequests } from "../../protocol/next-token.ts";
import { describeDistribution } from "../distribution.ts";
import type { Section } from "../handler.ts";

export const nextTokenHandlers: Section<NextTokenRequests> = ({ withText }) => ({
  distribution: (_, { turn }) => turn(() => describeDistribution(withText())),
});
