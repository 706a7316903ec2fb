/** A section of the page: a region that is collapsed at first, with one sentence about this text beside its name. */
import type { ComponentChildren } from "preact";
import { openSections, type SectionName, setOpen } from "../state/sections.ts";
import { strings } from "../strings.ts";

export interface SectionProps {
  readonly name: SectionName;
  /** What a reader would see inside, in one live sentence. */
  readonly sentence: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Its content exists only while it is open. */
export function Section({ name, sentence, children }: SectionProps) {
  const isOpen = openSections.value.has(name);
  const { heading } = strings[name];
  return (
    <section aria-label={heading}>
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(name, currentTarget.open)}>
        <summary>
          <h2>{heading}</h2> <span class="sentence">{sentence}</span>
        </summary>
        {isOpen && children}
      </details>
    </section>
  );
}
