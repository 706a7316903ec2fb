/** The distribution of the next token, and how one is drawn from it. */
import { distribution } from "../../state/next-token.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";

export function NextTokenSection() {
  const chain = distribution.value.value?.chain;
  return (
    <Section name="nextToken" sentence={chain && strings.nextToken.sentence(chain.at(-1)?.kept)}>
      {distribution.error.value}
    </Section>
  );
}
