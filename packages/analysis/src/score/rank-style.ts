/**
 * How GLTR's classes are shown: a mark after the token, a style of underline, and colors whose order of brightness is
 * the same for every kind of color vision. Text has a contrast of at least 4.5:1 to its background (WCAG 2.2, 1.4.3).
 */
import type { RankClass } from "../detect/rank-class.ts";

/** How the tokens of a class of ranks are shown. */
export interface RankStyle {
  /** Shown after the token. */
  readonly mark: string;
  /** The meaning of the class. */
  readonly label: string;
  readonly background: string;
  readonly foreground: string;
  /** CSS text-decoration-style; undefined for none. */
  readonly underline: string | undefined;
}

/** How each class of ranks is shown. */
export const RANK_STYLES: Readonly<Record<RankClass, RankStyle>> = {
  top10: {
    mark: "",
    label: "in the top 10",
    background: "#ffffff",
    foreground: "#1a1a1a",
    underline: undefined,
  },
  top100: {
    mark: "¹",
    label: "in the top 100",
    background: "#cfe3f7",
    foreground: "#1a1a1a",
    underline: "dotted",
  },
  top1000: {
    mark: "²",
    label: "in the top 1000",
    background: "#f2b05c",
    foreground: "#1a1a1a",
    underline: "dashed",
  },
  rest: { mark: "³", label: "outside the top 1000", background: "#5a2a82", foreground: "#ffffff", underline: "solid" },
};

/** Shown after a token without a score. */
export const UNSCORED_MARK = "°";
