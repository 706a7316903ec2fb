/** Begins the tour, from the first screen. */
import { beginTour, canBegin } from "../../state/tour.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";

export function TourButton() {
  return (
    <p class="tour-begin">
      <ActionButton isAvailable={canBegin.value} action={() => void beginTour()}>
        {strings.tour.begin}
      </ActionButton>
    </p>
  );
}
