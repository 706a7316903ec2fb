/** What is going on, how far it is, and a button to end it. The numbers are no live region: they would chatter. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { activity, cancel } from "../../state/model.ts";
import { strings } from "../../strings.ts";

export function Progress() {
  const doing = activity.value;
  if (!doing) return null;
  const progress = doing.kind === "load" ? doing.progress : undefined;
  const text = doing.kind === "inspect" ? strings.model.lookingUp : progress && strings.model.progress(progress);
  return (
    <div class="loading">
      <label class="field">
        {text ?? strings.model.starting}
        <progress {...(progress && { max: progress.total || 1, value: progress.loaded })} />
      </label>
      <CancelButton />
    </div>
  );
}

/** It goes when the work has ended; the keyboard's focus then is the panel's. */
function CancelButton() {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const { current } = button;
    return () => {
      if (document.activeElement === current) current?.closest<HTMLElement>("[tabindex]")?.focus();
    };
  }, []);
  return (
    <button ref={button} type="button" onClick={cancel}>
      {strings.model.cancel}
    </button>
  );
}
