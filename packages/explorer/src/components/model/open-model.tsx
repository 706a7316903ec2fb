/** Where another model may come from: the page, a folder, the hub. Each is inspected first. */
import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { hubId, inspectBundled, inspectFiles, inspectHub, isIdle, revision } from "../../state/model.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { pickedFiles } from "./picked-files.ts";

const { model } = strings;

export function OpenModel() {
  const isAvailable = isIdle.value;
  const submit = (event: Event) => {
    event.preventDefault();
    if (isAvailable && hubId.value.trim() !== "") void inspectHub();
  };
  return (
    <div>
      <p class="hint">{model.explanation}</p>
      <form class="hub" onSubmit={submit}>
        <TextField name={model.hubId} value={hubId} example={model.hubExample} />
        <TextField name={model.revision} value={revision} example={model.revisionExample} />
        <button type="submit" aria-disabled={!isAvailable || hubId.value.trim() === ""}>
          {model.lookUp}
        </button>
      </form>
      <div class="places">
        <FolderButton isAvailable={isAvailable} />
        <ActionButton isAvailable={isAvailable} action={() => void inspectBundled()}>
          {model.bundled}
        </ActionButton>
      </div>
      <p class="hint">{model.folderHint}</p>
    </div>
  );
}

interface TextFieldProps {
  readonly name: string;
  readonly value: Signal<string>;
  readonly example: string;
}

function TextField({ name, value, example }: TextFieldProps) {
  return (
    <label class="field">
      {name}
      <input
        type="text"
        value={value.value}
        placeholder={example}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onInput={({ currentTarget }) => (value.value = currentTarget.value)}
      />
    </label>
  );
}

/** A button, because the browser's own control for a folder cannot be named. */
function FolderButton({ isAvailable }: { readonly isAvailable: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const take = (picker: HTMLInputElement) => {
    const files = pickedFiles(picker.files ?? []);
    picker.value = ""; // so that the same folder can be picked again
    if (files.length > 0) void inspectFiles(files);
  };
  return (
    <>
      <ActionButton isAvailable={isAvailable} action={() => input.current?.click()}>
        {model.folder}
      </ActionButton>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={model.folder}
        {...{ webkitdirectory: true }}
        onChange={({ currentTarget }) => take(currentTarget)}
      />
    </>
  );
}
