/** A link to this very state, and files of its numbers. */
import { useSignal } from "@preact/signals";
import type { Exported } from "../../protocol/export.ts";
import { type Export, exportFile, exports } from "../../state/export.ts";
import { type Shared, share } from "../../state/share.ts";
import { strings } from "../../strings.ts";
import { ExportMenu } from "./export-menu.tsx";
import "./share.css";

const words = strings.shareAndExport;

interface Said {
  readonly text: string;
  readonly isProblem?: boolean;
  /** For copying by hand. */
  readonly link?: string;
}

export function ShareAndExport() {
  const said = useSignal<Said>({ text: "" });
  const onShare = async () => {
    said.value = describe(await share());
  };
  const onExport = async (what: Exported) => {
    try {
      const file = await exportFile(what);
      said.value = { text: file === undefined ? "" : words.exported(file) };
    } catch (problem) {
      said.value = { text: (problem as Error).message, isProblem: true };
    }
  };
  const { text, isProblem = false, link } = said.value;
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
