/** The models in the browser's storage: load one again, without a network, or delete it. */
import { useEffect, useRef } from "preact/hooks";
import type { KeptModel } from "../../protocol/model.ts";
import { deleteKept, isIdle, kept, loadKept, refreshKept, storage } from "../../state/model.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";

const { model } = strings;

export function KeptModels() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => void refreshKept(), []);
  const list = kept.value;
  const remove = async (key: string) => {
    heading.current?.focus(); // the button goes
    await deleteKept(key);
  };
  return (
    <section>
      <h3 id="kept-models" ref={heading} tabIndex={-1}>
        {model.kept}
      </h3>
      {list?.problem !== undefined && <p class="hint">{list.problem}</p>}
      {list?.models.length === 0 && <p class="hint">{model.noneKept}</p>}
      <ul class="kept" aria-labelledby="kept-models">
        {list?.models.map((one) => (
          <li key={one.key}>
            <Kept kept={one} remove={() => void remove(one.key)} />
          </li>
        ))}
      </ul>
      {storage.value && (
        <p class="hint">{model.storage(storage.value.usage, storage.value.quota, storage.value.isPersistent)}</p>
      )}
    </section>
  );
}

function Kept({ kept: one, remove }: { readonly kept: KeptModel; readonly remove: () => void }) {
  const { name, revision } = one;
  return (
    <>
      <p>
        <strong>{name}</strong>
        {model.notMain(revision)} <span class="hint">{model.keptAt(one)}</span>
      </p>
      <ActionButton isAvailable={isIdle.value} aria-label={model.loadKept(name)} action={() => void loadKept(one)}>
        {model.load}
      </ActionButton>
      <ActionButton isAvailable={isIdle.value} aria-label={model.deleteKept(name)} action={remove}>
        {model.delete}
      </ActionButton>
    </>
  );
}
