/** The tour's step, at the foot of the page: a few words and a formula with this text's numbers. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { closeDrawer } from "../../state/drawer.ts";
import {
  canGoOn,
  drawn,
  endTour,
  nextStep,
  place,
  previousStep,
  tourIndex,
  tourProblem,
  tourStep,
} from "../../state/tour.ts";
import { TOUR_STEPS, type TourStep } from "../../state/tour-steps.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { StepContent } from "./step-content.tsx";
import "./tour.css";

export function Tour() {
  const step = tourStep.value;
  const panel = useRef<HTMLElement>(null);
  // Before the next key: later, it would take the focus from a button that the reader has reached meanwhile.
  useLayoutEffect(() => panel.current?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true }), [step]);
  useEffect(() => step && scrollWhileOpen(panel.current, TARGETS[step], PARTS[step]), [step]);
  if (!step || !place.value) return null;
  const isLast = step === TOUR_STEPS.at(-1);
  return (
    <aside
      ref={panel}
      class="tour"
      aria-label={strings.tour.heading}
      onKeyDown={({ key }) => key === "Escape" && endTour()}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="tour-body" aria-label={strings.tour.stepLabel} tabIndex={0}>
        <h2 tabIndex={-1}>{strings.tour.step(tourIndex.value + 1, TOUR_STEPS.length, strings.tour.titles[step])}</h2>
        <StepContent step={step} place={place.value} />
        {tourProblem.value !== undefined && (
          <p class="problem" role="alert">
            {tourProblem.value}
          </p>
        )}
      </section>
      <div class="tour-buttons">
        <ActionButton isAvailable={tourIndex.value > 0} action={previousStep}>
          {strings.tour.previous}
        </ActionButton>
        <ActionButton isAvailable={canGoOn.value} action={goOn}>
          {isLast ? strings.tour.end : step === "draw" && !drawn.value ? strings.tour.reveal : strings.tour.next}
        </ActionButton>
        {!isLast && (
          <button type="button" onClick={endTour}>
            {strings.tour.leave}
          </button>
        )}
      </div>
    </aside>
  );
}

/** The drawer of a narrow window covers the panel. */
function goOn(): void {
  closeDrawer();
  void nextStep();
}

/**
 * Scrolls to what a step is about, above the panel, which covers the foot of the window; again when that grows, as a
 * section does that has just been opened.
 */
function scrollWhileOpen(panel: HTMLElement | null, selector: string, part: string | undefined): () => void {
  const target = document.querySelector(selector);
  const root = document.documentElement;
  root.style.scrollPaddingBottom = `${(panel?.offsetHeight ?? 0) + 8}px`;
  const isSection = selector.startsWith("[");
  const scroll = () => {
    const shown = part === undefined ? null : document.querySelector(part); // once its section has computed it
    if (shown) shown.scrollIntoView({ block: "start", behavior: behavior() });
    else target?.scrollIntoView({ block: isSection ? "start" : "nearest", behavior: behavior() });
  };
  scroll();
  const observer = new ResizeObserver(scroll);
  if (target && isSection) observer.observe(target);
  const settle = () => observer.disconnect();
  for (const event of READER) addEventListener(event, settle, { once: true });
  return () => {
    settle();
    root.style.scrollPaddingBottom = "";
    for (const event of READER) removeEventListener(event, settle);
  };
}

/** What the reader does that must not be scrolled away. */
const READER = ["wheel", "pointerdown", "keydown", "touchmove"] as const;

/** What of the page a step is about. */
const TARGETS: Readonly<Record<TourStep, string>> = {
  ids: ".tokens",
  embedding: ".tokens",
  norm: `[aria-label="${strings.block.heading}"]`,
  score: `[aria-label="${strings.block.heading}"]`,
  softmax: `[aria-label="${strings.block.heading}"]`,
  values: `[aria-label="${strings.block.heading}"]`,
  mlp: `[aria-label="${strings.block.heading}"]`,
  blocks: `[aria-label="${strings.map.heading}"]`,
  logit: ".likeliest",
  draw: `[aria-label="${strings.nextToken.heading}"]`,
  append: `[aria-label="${strings.map.heading}"]`,
};

/** What of the block a step is about. */
const PARTS: Partial<Record<TourStep, string>> = {
  norm: '[data-tensor$="ln1.hook_normalized"]',
  score: '[data-tensor$="hook_attn_scores"]',
  softmax: '[data-tensor$="hook_pattern"]',
  values: '[data-tensor$="hook_resid_mid"]',
  mlp: '[data-tensor$="hook_resid_post"]',
};

const behavior = (): ScrollBehavior => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
