/** The distribution of the next token, the options of the sampling, what its chain does, and what will be drawn. */
import { chain, curve, nextTokenSentence } from "../../state/next-token.ts";
import { Section } from "../section.tsx";
import { ChainList } from "./chain-list.tsx";
import { CurveChart } from "./curve-chart.tsx";
import { DrawView } from "./draw-view.tsx";
import { Options } from "./options.tsx";
import { TopTokens } from "./top-tokens.tsx";
import "./next-token.css";

export function NextTokenSection() {
  return (
    <Section name="nextToken" sentence={nextTokenSentence.value}>
      {CONTENT}
    </Section>
  );
}

function Distribution() {
  const shown = curve.value.value;
  return (
    <>
      {curve.error.value && <p class="problem">{curve.error.value}</p>}
      {shown && <CurveChart curve={shown} />}
      {shown && <TopTokens tokens={shown.top} />}
    </>
  );
}

function Chain() {
  const problem = chain.error.value; // of these options: what is known is that of others
  const shown = problem === undefined ? chain.value.value : undefined;
  return (
    <div>
      {problem !== undefined && <p class="problem">{problem}</p>}
      {shown && <ChainList steps={shown.steps} />}
      {shown && <DrawView draw={shown.draw} />}
    </div>
  );
}

/** The same nodes each time, so that another sentence draws nothing again. */
const CONTENT = (
  <>
    <Distribution />
    <div class="sampling-columns">
      <Options />
      <Chain />
    </div>
  </>
);
