/** The colors of a scale, and the values at its ends. */
import type { Scale } from "./heat-map-data.ts";

export function Legend({ scale: { least, most, stops, format, note } }: { readonly scale: Scale }) {
  const colors = stops.map((name) => `var(--${name})`).join(", ");
  return (
    <span class="heat-legend">
      {format(least)}
      <span class="heat-ramp" style={{ backgroundImage: `linear-gradient(to right, ${colors})` }} />
      {format(most)}
      {note !== undefined && <span class="heat-note">{note}</span>}
    </span>
  );
}
