/** Handlers of the requests of the next token's distribution. */
import type { NextTokenRequests } from "../../protocol/next-token.ts";
import { describeChain, describeSummary } from "../chain-view.ts";
import { describeCurve } from "../curve.ts";
import { describeDistribution } from "../distribution.ts";
import type { Section } from "../handler.ts";

export const nextTokenHandlers: Section<NextTokenRequests> = ({ withText }) => ({
  distribution: (_, { turn }) => turn(() => describeDistribution(withText())),
  summary: (_, { turn }) => turn(() => describeSummary(withText())),
  curve: (_, { turn }) => turn(() => describeCurve(withText())),
  chain: ({ cutTokens }, { turn }) => turn(() => describeChain(withText(), cutTokens)),
});
