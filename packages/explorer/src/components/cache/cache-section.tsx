/** The KV cache, and a race with and without it. */
import { info } from "../../state/engine.ts";
import { tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";

export function CacheSection() {
  const config = info.value?.config;
  return (
    <Section name="cache" sentence={config && strings.cache.sentence(tokens.value.length, config.nPositions)}>
      {null}
    </Section>
  );
}
