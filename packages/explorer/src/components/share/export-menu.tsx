/**
 * A button with a menu of files. Arrows, Home, End and first letters move in it; Escape, Tab and a click elsewhere
 * close it.
 */
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { EXPORTS, type Exported } from "../../protocol/export.ts";
import { strings } from "../../strings.ts";

const words = strings.shareAndExport;

export function ExportMenu({ onExport }: { readonly onExport: (what: Exported) => void }) {
  const isOpen = useSignal(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
    button.current?.focus();
  };
  const choose = (what: Exported) => {
    close();
    onExport(what);
  };
  const onFocusOut = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (!(currentTarget as Element).contains(relatedTarget as Node | null)) isOpen.value = false;
  };
  return (
    <div class="export" onFocusOut={onFocusOut}>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-controls={isOpen.value ? id : undefined}
        onClick={() => (isOpen.value = !isOpen.value)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          isOpen.value = true;
        }}
      >
        {words.export}
      </button>
      {isOpen.value && <Menu id={id} choose={choose} close={close} />}
    </div>
  );
}

interface MenuProps {
  readonly id: string;
  readonly choose: (what: Exported) => void;
  readonly close: () => void;
}

function Menu({ id, choose, close }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    menu.current?.scrollIntoView({ block: "nearest" });
    itemsOf(menu.current)[0]?.focus({ preventScroll: true });
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    else if (!moveTo(itemsOf(menu.current), event)) return;
    event.preventDefault();
  };
  return (
    <div ref={menu} id={id} role="menu" aria-label={words.export} tabIndex={-1} onKeyDown={onKeyDown}>
      {EXPORTS.map((what) => (
        <button key={what} type="button" role="menuitem" tabIndex={-1} onClick={() => choose(what)}>
          {words.exports[what]}
        </button>
      ))}
    </div>
  );
}

const itemsOf = (menu: HTMLElement | null) => [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];

/** Moves the focus as a key asks; false for another key. */
function moveTo(items: readonly HTMLElement[], { key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return false;
  const at = items.indexOf(document.activeElement as HTMLElement);
  const places: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  const place = places[key] ?? items.findIndex(({ textContent }) => startsWith(textContent, key));
  if (places[key] === undefined && place < 0) return false;
  items.at(place % items.length)?.focus();
  return true;
}

const startsWith = (text: string | null, key: string): boolean =>
  key.length === 1 && key !== " " && (text ?? "").toLowerCase().startsWith(key.toLowerCase());
