/** The opened token: its bytes, as numbers and as text, and the merges that made it. */

import type { TokenDetails as Details } from "../../protocol/text.ts";
import { position } from "../../state/selection.ts";
import { tokens } from "../../state/text.ts";
import { closeToken, isTokenOpen, tokenDetails } from "../../state/token.ts";
import { strings } from "../../strings.ts";
import { hex, utf8 } from "./bytes.ts";
import { Merges } from "./merges.tsx";
import "./token-details.css";
import { TokenText } from "./token-text.tsx";

export function TokenDetails() {
  const token = tokens.value[position.value];
  if (!isTokenOpen.value || !token) return null;
  const details = tokenDetails.value.value;
  return (
    <section class="token-details" aria-label={strings.text.opened}>
      <div class="heading">
        <h3>
          <span class="symbol">
            <TokenText text={token.text} />
          </span>{" "}
          {strings.text.place(token.id, position.value)}
        </h3>
        <button type="button" onClick={close}>
          {strings.text.close}
        </button>
      </div>
      {details?.id === token.id ? <Insides {...details} /> : tokenDetails.error.value}
    </section>
  );
}

/** The focus returns to the chip. */
function close(): void {
  const chip = document.querySelector<HTMLElement>(`.tokens [data-position="${position.peek()}"]`);
  closeToken();
  chip?.focus();
}

function Insides({ bytes, steps }: Details) {
  if (bytes.length === 0) return <p>{strings.text.noBytes}</p>;
  const text = utf8(bytes);
  return (
    <>
      <dl>
        <dt>{strings.text.bytes}</dt>
        <dd class="hex">{hex(bytes)}</dd>
        <dt>{strings.text.asText}</dt>
        <dd>{text === undefined ? strings.text.partOfCharacter : <TokenText text={text} />}</dd>
      </dl>
      {steps && steps.length > 1 ? (
        <Merges bytes={bytes} steps={steps} />
      ) : (
        <p>{steps ? strings.text.oneByte : strings.text.noMerges}</p>
      )}
    </>
  );
}
