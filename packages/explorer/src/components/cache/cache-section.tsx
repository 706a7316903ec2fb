/** The KV cache, and a race with and without it. */
import { cache } from "../../state/cache.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";
import "./cache.css";
import { Contents } from "./contents.tsx";
import { Race } from "./race.tsx";

export function CacheSection() {
  const contents = cache.value.value;
  return (
    <Section name="cache" sentence={contents && strings.cache.sentence(contents)}>
      {cache.error.value && <p class="problem">{cache.error.value}</p>}
      {contents && <Contents contents={contents} />}
      <Race />
    </Section>
  );
}
