/** The sampling chain: what each step keeps and cuts. */

import type { StepSpec } from "@tsgpt/sampling";
import type { ComponentChildren } from "preact";
import { formatEntropy, formatInteger, formatShare } from "../../format.ts";
import type { StepView } from "../../protocol/next-token.ts";
import { strings } from "../../strings.ts";
import { CutTokens } from "./cut-tokens.tsx";
import { temperatureFormula } from "./formulas.tsx";

const FORMULAS: Partial<Record<StepSpec["type"], ComponentChildren>> = { temperature: temperatureFormula };

export function ChainList({ steps }: { readonly steps: readonly StepView[] }) {
  const words = strings.nextToken.chain;
  return (
    <section>
      <h3 id="sampling-chain">{words.heading}</h3>
      {steps.length === 0 && <p>{words.empty}</p>}
      <ol class="chain" aria-labelledby="sampling-chain">
        {steps.map((view) => (
          <li key={view.step.type} data-type={view.step.type}>
            <Step view={view} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Step({ view }: { readonly view: StepView }) {
  const { step, kept, cut, mass, entropy } = view;
  const words = strings.nextToken.chain;
  return (
    <>
      <h4>
        {step.type} <span class="parameters">{parametersOf(step)}</span>
      </h4>
      <p class="hint">
        {words.steps[step.type]} {FORMULAS[step.type]}
      </p>
      <dl>
        <Quantity name={words.kept} value={kept} text={formatInteger(kept)} />
        <Quantity name={words.cut} value={cut} text={formatInteger(cut)} />
        <Quantity name={words.mass} value={mass} text={formatShare(mass)} />
        <Quantity name={words.entropy} value={entropy} text={words.bits(formatEntropy(entropy))} />
      </dl>
      {view.uniform !== undefined && <p class="hint">{words.chance(formatShare(view.uniform))}</p>}
      {view.mu !== undefined && <p class="hint">{words.bound(formatEntropy(view.mu))}</p>}
      {cut > 0 && <CutTokens type={step.type} count={cut} tokens={view.cutTokens} />}
    </>
  );
}

function Quantity({ name, value, text }: { readonly name: string; readonly value: number; readonly text: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <data value={value}>{text}</data>
      </dd>
    </div>
  );
}

/** `p 0.9`, or the number alone for a parameter with the step's name; of lists and biases, how many. */
function parametersOf({ type, ...parameters }: StepSpec): string {
  const shown = Object.entries(parameters).map(([name, value]) => {
    const size = typeof value === "object" ? Object.keys(value).length : undefined;
    const title = name === type ? "" : name;
    return size === undefined ? `${title} ${value}` : strings.nextToken.chain.several(name, size);
  });
  return shown.join(", ");
}
