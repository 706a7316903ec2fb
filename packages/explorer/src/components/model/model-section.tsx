/** The model that runs, and others to take its place. */
import { info } from "../../state/engine.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";

export function ModelSection() {
  return (
    <Section name="model" sentence={info.value && strings.runsOn(info.value)}>
      {null}
    </Section>
  );
}
