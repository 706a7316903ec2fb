/** An option: its name, its controls, what it does, and why a value was refused. */
import type { ComponentChildren } from "preact";

export interface OptionRowProps {
  /** For the ids of what describes its controls. */
  readonly name: string;
  readonly label: string;
  /** What it does. */
  readonly help: string;
  readonly isSet: boolean;
  readonly problem: string | undefined;
  readonly children: ComponentChildren;
}

const helpId = (name: string): string => `option-${name}-help`;
const problemId = (name: string): string => `option-${name}-problem`;

/** The attributes of a control that its help and its problem describe. */
export function described(name: string, problem: string | undefined) {
  const ids = problem === undefined ? helpId(name) : `${problemId(name)} ${helpId(name)}`;
  return { "aria-describedby": ids, "aria-invalid": problem !== undefined };
}

export function OptionRow({ name, label, help, isSet, problem, children }: OptionRowProps) {
  return (
    <div class={isSet ? "option set" : "option"}>
      <span class="option-name" aria-hidden="true">
        {label}
      </span>
      {children}
      {problem !== undefined && (
        <p class="problem" id={problemId(name)}>
          {problem}
        </p>
      )}
      <p class="hint" id={helpId(name)}>
        {help}
      </p>
    </div>
  );
}
