/** What the marks of the tokens mean: GLTR's classes of ranks. */
import { RANK_CLASSES, RANK_STYLES, UNSCORED_MARK } from "@tsgpt/analysis";
import { strings } from "../../strings.ts";

export function Classes() {
  return (
    <p class="classes">
      {strings.texts.classes}{" "}
      {RANK_CLASSES.map((name) => (
        <>
          <span key={name} class={`rank ${name}`}>
            {RANK_STYLES[name].label}
            {RANK_STYLES[name].mark}
          </span>{" "}
        </>
      ))}
      <span>
        {strings.texts.unscored}
        {UNSCORED_MARK}
      </span>
    </p>
  );
}
