/** The drawer of a number: its shape, its nine digits, its formula, and the numbers that went into it. */
import type { OpenedNumber } from "@tsgpt/analysis";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatNine } from "../../format.ts";
import { canReturn, closeDrawer, returnToNumber, shownName, shownNumber } from "../../state/drawer.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { Formula } from "./formula.tsx";
import "./number.css";
import { NumberExport } from "./number-export.tsx";
import { Operands } from "./operands.tsx";

export function NumberDrawer() {
  const name = shownName.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), [name]); // before the next key
  if (!name) return null;
  const number = shownNumber.value.value;
  const isCurrent = number?.name.tensor === name.tensor && number.name.index.join() === name.index.join();
  return (
    <aside
      class="drawer"
      aria-label={strings.number.heading}
      onKeyDown={({ key }) => key === "Escape" && closeDrawer()}
    >
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {strings.number.name(name.tensor, name.index)}
        </h2>
        <ActionButton isAvailable={canReturn.value} action={returnToNumber}>
          {strings.number.back}
        </ActionButton>
        <button type="button" onClick={closeDrawer}>
          {strings.number.close}
        </button>
      </header>
      {shownNumber.error.value !== undefined && <p class="problem">{shownNumber.error.value}</p>}
      {isCurrent && <Contents {...number} />}
    </aside>
  );
}

function Contents(number: OpenedNumber) {
  const { shape, value, formula, operands, name } = number;
  return (
    <>
      <p class="value">
        <data value={value}>{formatNine(value)}</data>
      </p>
      <p>{strings.number.shape(shape)}</p>
      <p>{strings.number.explanations[formula]}</p>
      <Formula name={formula} />
      <NumberExport number={number} />
      {operands.length > 0 && <Operands key={`${name.tensor} ${name.index}`} operands={operands} />}
    </>
  );
}
