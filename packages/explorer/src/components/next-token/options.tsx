/** Every option of the sampling, as the steps declare them, in the groups of the command line's help. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
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
  const open = useSignal<ReadonlySet<Group>>(new Set(["shaping"]));
  const resets = useSignal(0); // what was typed and refused goes too
  const reset = () => {
    resets.value++;
    void resetSampling();
  };
  return (
    <fieldset class="sampling" aria-label={strings.nextToken.sampling}>
      <div key={resets.value}>
        <div class="option-grid">
          <DialectOption />
          <GreedyOption />
        </div>
        {(Object.keys(GROUPS) as Group[]).map((group) => (
          <OptionGroup key={group} group={group} open={open} />
        ))}
      </div>
      <button type="button" onClick={reset}>
        {strings.nextToken.reset}
      </button>
    </fieldset>
  );
}

interface OptionGroupProps {
  readonly group: Group;
  /** The groups that are open; a reset leaves them so. */
  readonly open: Signal<ReadonlySet<Group>>;
}

/** It says how many of its options are set; they exist only while it is open. */
function OptionGroup({ group, open }: OptionGroupProps) {
  const isOpen = open.value.has(group);
  const toggle = (opens: boolean) => {
    if (opens === open.peek().has(group)) return;
    open.value = new Set(opens ? [...open.peek(), group] : [...open.peek()].filter((each) => each !== group));
  };
  const flags = STEP_FLAGS.filter(({ kind }) => (GROUPS[group] as readonly string[]).includes(kind));
  const set = useComputed(() => flags.filter(({ name }) => sampling.value[name] !== undefined).length);
  return (
    <details open={isOpen} class="option-group" onToggle={({ currentTarget }) => toggle(currentTarget.open)}>
      <summary>
        {strings.nextToken.groups[group]}{" "}
        <span class="hint">{set.value > 0 && strings.nextToken.optionsSet(set.value)}</span>
      </summary>
      {isOpen && (
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
