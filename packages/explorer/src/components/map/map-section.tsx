/** The map: what each layer would predict at each position. */

import { lens } from "../../state/map.ts";
import { layer } from "../../state/selection.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";

export function MapSection() {
  const best = lens.value.value?.[layer.value + 1]?.likeliest[0];
  return (
    <Section name="map" sentence={best && strings.map.sentence(layer.value, best)}>
      {lens.error.value}
    </Section>
  );
}
