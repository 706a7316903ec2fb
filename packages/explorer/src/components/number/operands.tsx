/** The operands of a number as a table, the largest contribution first; every number in it can be opened. */
import { useSignal } from "@preact/signals";
import type { Factor, Operand } from "@tsgpt/analysis";
import { Fragment } from "preact";
import { formatFour, formatInteger } from "../../format.ts";
import { strings } from "../../strings.ts";
import { MoreButton } from "../more-button.tsx";
import { useRoving } from "../roving.ts";
import { NumberButton } from "./number-button.tsx";
import { byContribution } from "./operands-csv.ts";

const AT_FIRST = 20;

export function Operands({ operands }: { readonly operands: readonly Operand[] }) {
  const shown = useSignal(AT_FIRST);
  const roving = useRoving<HTMLTableElement>();
  const sorted = byContribution(operands);
  const rest = sorted.length - shown.value;
  return (
    <>
      <table class="operands" {...roving}>
        <caption>{strings.number.operands(operands.length)}</caption>
        <thead>
          <tr>
            <th scope="col">{strings.number.contribution}</th>
            <th scope="col">{strings.number.factors}</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, shown.value).map((operand, i) => (
            <OperandRow key={i} {...operand} />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <MoreButton action={() => (shown.value *= 8)}>{strings.number.more(formatInteger(rest))}</MoreButton>
      )}
    </>
  );
}

function OperandRow({ contribution, factors }: Operand) {
  return (
    <tr>
      <td>
        <data value={contribution}>{formatFour(contribution)}</data>
      </td>
      <td>
        {factors.map((factor, i) => (
          <span key={i} class="factor">
            {i > 0 && " × "}
            <FactorOf {...factor} />
          </span>
        ))}
      </td>
    </tr>
  );
}

function FactorOf({ value, from, as }: Factor) {
  if (!from) return formatFour(value);
  return (
    <>
      {as && `${strings.number.derived[as]} `}
      <NumberButton {...from} value={value} isInDrawer />{" "}
      <code>{breakable(strings.number.name(from.tensor, from.index))}</code>
    </>
  );
}

/** May break after the dots and underscores of its name. */
function breakable(name: string) {
  return name.split(/(?<=[._])/).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
