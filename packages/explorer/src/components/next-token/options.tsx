/** Every option of the sampling, as the steps declare them, in the groups of the command line's help. */
import { useComputed, useSignal } from "@preact/signals";
import { type Dialect, dialects, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import type { NumberOption as NumberName, WordOption as WordName } from "../../state/option-defaults.ts";
import { resetSampling, sampling } from "../../state/sampling.ts";
import { strings } from "../../strings.ts";
import { NumberOption } from "./number-option.tsx";
import { described, OptionRow } from "./option-row.tsx";
import { TextOption } from "./text-option.tsx";
import { useOption } from "./use-option.ts";
import { WordOption } from "./word-option.tsx";

const GROUPS = {
  shaping: ["shape", "truncation"],
  penalties: ["penalty"],
  constraints: ["constraint"],
} as const satisfies Readonly<Record<string, readonly StepFlag["kind"][]>>;

type Group = keyof typeof GROUPS;

export function Options() {
  return (
    <fieldset class="sampling" aria-label={strings.nextToken.sampling}>
      <div class="option-grid">
        <DialectOption />
        <GreedyOption />
      </div>
      {(Object.keys(GROUPS) as Group[]).map((group) => (
        <OptionGroup key={group} group={group} />
      ))}
      <button type="button" onClick={() => void resetSampling()}>
        {strings.nextToken.reset}
      </button>
    </fieldset>
  );
}

/** It says how many of its options are set; they exist only while it is open. */
function OptionGroup({ group }: { readonly group: Group }) {
  const isOpen = useSignal(group === "shaping");
  const flags = STEP_FLAGS.filter(({ kind }) => (GROUPS[group] as readonly string[]).includes(kind));
  const set = useComputed(() => flags.filter(({ name }) => sampling.value[name] !== undefined).length);
  return (
    <details
      open={isOpen.value}
      class="option-group"
      onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}
    >
      <summary>
        {strings.nextToken.groups[group]}{" "}
        <span class="hint">{set.value > 0 && strings.nextToken.optionsSet(set.value)}</span>
      </summary>
      {isOpen.value && (
        <div class="option-grid">
          {flags.map((flag) => (
            <FlagOption key={flag.name} flag={flag} />
          ))}
        </div>
      )}
    </details>
  );
}

function FlagOption({ flag: { name, takes } }: { readonly flag: StepFlag }) {
  switch (takes.kind) {
    case "integer":
    case "number":
      return <NumberOption name={name as NumberName} />;
    case "word":
      return <WordOption name={name as WordName} words={takes.words} />;
    default:
      return <TextOption name={name} kind={takes.kind} />;
  }
}

function DialectOption() {
  const { value, problem, set } = useOption("dialect");
  const [label, help] = strings.nextToken.dialect;
  return (
    <OptionRow name="dialect" label={label} help={help} isSet={false} problem={problem.value}>
      <select
        aria-label={label}
        value={value}
        {...described("dialect", problem.value)}
        onChange={({ currentTarget }) => void set(currentTarget.value as Dialect)}
      >
        {dialects.map((dialect) => (
          <option key={dialect} value={dialect}>
            {dialect}
          </option>
        ))}
      </select>
    </OptionRow>
  );
}

function GreedyOption() {
  const { value: isGreedy = false, problem, set } = useOption("greedy");
  const [label, help] = strings.nextToken.greedy;
  return (
    <OptionRow name="greedy" label={label} help={help} isSet={isGreedy} problem={problem.value}>
      <input
        type="checkbox"
        aria-label={label}
        checked={isGreedy}
        {...described("greedy", problem.value)}
        onChange={({ currentTarget }) => void set(currentTarget.checked || undefined)}
      />
    </OptionRow>
  );
}
