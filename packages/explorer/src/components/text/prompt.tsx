/** The textbox of the prompt: what is typed becomes tokens at once. */
import { model } from "../../state/engine.ts";
import { prompt, restart } from "../../state/text.ts";
import { strings } from "../../strings.ts";

export function Prompt() {
  const edit = (value: string) => {
    prompt.value = value;
    if (model.value.phase === "ready") void restart();
  };
  return (
    <label class="field">
      {strings.prompt}
      <textarea
        rows={2}
        dir="auto"
        spellcheck={false}
        value={prompt.value}
        onInput={({ currentTarget }) => edit(currentTarget.value)}
      />
    </label>
  );
}
