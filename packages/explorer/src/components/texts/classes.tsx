/** What the marks of the tokens mean: GLTR's classes of ranks. */
import { RANK_CLASSES, RANK_STYLES, UNSCORED_MARK } from "@tsgpt/analysis";
import { Fragment } from "preact";
import { strings } from "../../strings.ts";

export function Classes({ isMarked }: { readonly isMarked: boolean }) {
  return (
    <p class="classes">
      {strings.texts.classes}{" "}
      {RANK_CLASSES.map((name) => (
        <Fragment key={name}>
          <span class={`rank ${name}`}>
            {RANK_STYLES[name].label}
            {RANK_STYLES[name].mark}
          </span>{" "}
        </Fragment>
      ))}
      <span>
        {strings.texts.unscored}
        {UNSCORED_MARK}
      </span>
      {isMarked && (
        <>
          {" "}
          {strings.texts.colors} <span class="green">{strings.texts.green}</span>{" "}
          <span class="red">{strings.texts.red}</span>
        </>
      )}
    </p>
  );
}
