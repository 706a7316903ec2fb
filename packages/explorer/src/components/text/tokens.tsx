/**
 * The text as chips: the prompt's tokens, then the generated ones. One tab stop: arrows, Home and End move among them,
 * Enter opens one, Escape closes it. A chip that has not changed is not drawn again: in a run, only the new ones are.
 */
import { signal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { chosenPosition, position } from "../../state/selection.ts";
import { computedFrom, promptTokens, tokens } from "../../state/text.ts";
import { closeToken, isTokenOpen, toggleToken } from "../../state/token.ts";
import { strings } from "../../strings.ts";
import { Chip, type ChipProps } from "./chip.tsx";
import { moved } from "./chip-keys.ts";

/** The position that the Tab key comes to. */
const tabStop = signal(0);

export function Tokens() {
  const list = useRef<HTMLUListElement>(null);
  const drawn = useRef<readonly VNode<ChipProps>[]>([]);
  drawn.current = tokens.value.map((_, at) => chip(propsOf(at), drawn.current[at]));
  const onScroll = useFollowing(list, tokens.value.length);
  return (
    <section>
      <div class="heading">
        <h2 id="tokens">{strings.tokens}</h2>
        <p class="hint">{summary()}</p>
      </div>
      <ul
        class="tokens"
        aria-labelledby="tokens"
        ref={list}
        onClick={onClick}
        onKeyDown={onKeyDown}
        onScroll={onScroll}
      >
        {drawn.current}
      </ul>
    </section>
  );
}

/** How many were computed, and how many not. The numbers of a text that is being opened come later than its tokens. */
function summary(): string {
  const { length } = tokens.value;
  return length === 0 ? "" : strings.text.computed(length, Math.min(computedFrom.value, length));
}

/** The element that was drawn before, which is then passed over, unless something has changed. */
function chip(props: ChipProps, before: VNode<ChipProps> | undefined): VNode<ChipProps> {
  const keys = Object.keys(props) as (keyof ChipProps)[];
  return before && keys.every((key) => props[key] === before.props[key]) ? before : <Chip key={props.at} {...props} />;
}

function propsOf(at: number): ChipProps {
  const { id, text } = tokens.value[at] as (typeof tokens.value)[number];
  const isChosen = chosenPosition.value !== undefined && position.value === at;
  return {
    at,
    id,
    text,
    isGenerated: at >= promptTokens.value.length,
    isComputed: at >= computedFrom.value,
    isChosen,
    isOpen: isChosen && isTokenOpen.value,
    isTabStop: at === Math.min(tabStop.value, tokens.value.length - 1),
  };
}

function onClick({ target }: Event): void {
  const at = positionOf(target);
  if (at === undefined) return;
  tabStop.value = at;
  toggleToken(at);
}

function onKeyDown(event: KeyboardEvent): void {
  const { key, target, currentTarget } = event;
  const at = positionOf(target);
  if (at === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  if (key === "Escape") closeToken();
  const items = (currentTarget as HTMLElement).children as HTMLCollectionOf<HTMLElement>;
  const to = moved(key, at, items.length, (index) => {
    const { offsetTop: top, offsetLeft: left, offsetWidth: width } = items[index] as HTMLElement;
    return { top, left, width };
  });
  if (to === undefined) return;
  event.preventDefault();
  tabStop.value = to;
  items[to]?.querySelector("button")?.focus();
}

function positionOf(target: EventTarget | null): number | undefined {
  const at = (target as Element).closest<HTMLElement>("[data-position]")?.dataset["position"];
  return at === undefined ? undefined : Number(at);
}

/** Keeps the end of the text in view, if it is and the focus is elsewhere. Returns what to do on scrolling. */
function useFollowing(list: RefObject<HTMLElement | null>, length: number): () => void {
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = list.current as HTMLElement;
    if (isAtEnd.current && !element.contains(document.activeElement)) element.scrollTop = element.scrollHeight;
  }, [length]);
  return () => {
    const { scrollHeight, scrollTop, clientHeight } = list.current as HTMLElement;
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < CLOSE;
  };
}

const CLOSE = 8; // pixels
