/** A link to this very state, and files of its numbers. */
import { useSignal } from "@preact/signals";
import type { Exported } from "../../protocol/export.ts";
import { type Export, exportFile, exports } from "../../state/export.ts";
import { linkedState, type Shared, share } from "../../state/share.ts";
import { strings } from "../../strings.ts";
import { ExportMenu } from "./export-menu.tsx";
import "./share.css";

const words = strings.shareAndExport;

interface Said {
  readonly text: string;
  readonly isProblem?: boolean;
  /** For copying by hand. */
  readonly link?: string;
  /** The state of the page of which alone it is true. */
  readonly of?: unknown;
}

const NOTHING: Said = { text: "" };

export function ShareAndExport() {
  const said = useSignal(NOTHING);
  const onShare = async () => {
    const shared = await share();
    said.value = { ...describe(shared), of: linkedState.peek() };
  };
  const onExport = async (what: Exported) => {
    try {
      const file = await exportFile(what);
      said.value = file === undefined ? NOTHING : { text: words.exported(file) };
    } catch (problem) {
      said.value = { text: (problem as Error).message, isProblem: true, of: linkedState.peek() };
    }
  };
  const state = linkedState.value;
  const isTrue = said.value.of === undefined || said.value.of === state;
  const { text, isProblem = false, link } = isTrue ? said.value : NOTHING;
  return (
    <section aria-label={words.heading} class="share">
      <button type="button" onClick={() => void onShare()}>
        {words.share}
      </button>
      <ExportMenu onExport={(what) => void onExport(what)} />
      <p aria-live="polite" class={isProblem ? "problem" : "hint"}>
        {text}
      </p>
      {link !== undefined && <LinkField link={link} />}
      {exports.value.map((one, i) => (
        <Progress key={i} {...one} />
      ))}
    </section>
  );
}

function describe(shared: Shared): Said {
  switch (shared.outcome) {
    case "copied":
      return { text: words.copied };
    case "link":
      return { text: words.notCopied, link: shared.link };
    case "failed":
      return { text: shared.reason, isProblem: true };
  }
}

function LinkField({ link }: { readonly link: string }) {
  return (
    <input
      type="text"
      class="link"
      aria-label={words.link}
      readOnly
      value={link}
      ref={(field) => field?.select()}
      onFocus={({ currentTarget }) => currentTarget.select()}
    />
  );
}

function Progress({ what, done, cancel }: Export) {
  return (
    <div class="exporting">
      <label class="field">
        {words.exporting(words.exports[what])}
        <progress value={done} />
      </label>
      <button type="button" onClick={cancel}>
        {words.cancel}
      </button>
    </div>
  );
}
