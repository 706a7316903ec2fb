/** The tour's step, at the foot of the page: a few words and a formula with this text's numbers. */
import { useEffect, useRef } from "preact/hooks";
import { endTour, nextStep, place, previousStep, TOUR_STEPS, tourIndex, tourStep } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { StepContent } from "./step-content.tsx";
import "./tour.css";

export function Tour() {
  const step = tourStep.value;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    if (step) document.querySelector(TARGETS[step])?.scrollIntoView({ block: "nearest", behavior: behavior() });
  }, [step]);
  if (!step || !place.value) return null;
  const isLast = step === TOUR_STEPS.at(-1);
  return (
    <aside class="tour" aria-label={strings.tour.heading} onKeyDown={({ key }) => key === "Escape" && endTour()}>
      <h2 ref={heading} tabIndex={-1}>
        {strings.tour.step(tourIndex.value + 1, TOUR_STEPS.length, strings.tour.titles[step])}
      </h2>
      <StepContent step={step} place={place.value} />
      <div class="tour-buttons">
        <ActionButton isAvailable={tourIndex.value > 0} action={previousStep}>
          {strings.tour.previous}
        </ActionButton>
        <button type="button" onClick={() => void nextStep()}>
          {isLast ? strings.tour.end : step === "draw" ? strings.tour.reveal : strings.tour.next}
        </button>
        {!isLast && (
          <button type="button" onClick={endTour}>
            {strings.tour.leave}
          </button>
        )}
      </div>
    </aside>
  );
}

/** What of the page a step is about. */
const TARGETS: Readonly<Record<(typeof TOUR_STEPS)[number], string>> = {
  ids: ".tokens",
  embedding: ".tokens",
  norm: ".tokens",
  score: ".tokens",
  softmax: ".tokens",
  values: ".tokens",
  mlp: ".tokens",
  blocks: `[aria-label="${strings.map.heading}"]`,
  logit: ".likeliest",
  draw: ".likeliest",
  append: `[aria-label="${strings.map.heading}"]`,
};

const behavior = (): ScrollBehavior => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
