/** The map: what each layer would predict at each position. */
import { info } from "../../state/engine.ts";
import { lens, rowOf } from "../../state/map.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";
import { LensMap } from "./lens-map.tsx";

export function MapSection() {
  const cell = lens.value.value;
  const layers = info.value?.config.nLayer;
  const sentence = cell && layers !== undefined && strings.map.sentence(rowOf(cell), layers, cell);
  return (
    <Section name="map" sentence={sentence}>
      <LensMap />
      {lens.error.value && <p class="problem">{lens.error.value}</p>}
    </Section>
  );
}
