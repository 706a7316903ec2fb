/**
 * How GLTR's classes are told apart: by a mark behind the token, by the kind of underline, and by colors that keep
 * their order of brightness for every kind of color vision. Text on each background has a contrast of 4.5:1 or more
 * (WCAG 2.2, 1.4.3).
 */
import type { RankClass } from "../detect/rank-class.ts";

export interface RankStyle {
  /** Stands behind the token. */
  readonly mark: string;
  /** What the class is, of a token. */
  readonly label: string;
  readonly background: string;
  readonly foreground: string;
  /** CSS text-decoration-style; undefined for none. */
  readonly underline: string | undefined;
}

export const RANK_STYLES: Readonly<Record<RankClass, RankStyle>> = {
  top10: {
    mark: "",
    label: "among the 10 likeliest",
    background: "#ffffff",
    foreground: "#1a1a1a",
    underline: undefined,
  },
  top100: {
    mark: "¹",
    label: "among the 100 likeliest",
    background: "#cfe3f7",
    foreground: "#1a1a1a",
    underline: "dotted",
  },
  top1000: {
    mark: "²",
    label: "among the 1000 likeliest",
    background: "#f2b05c",
    foreground: "#1a1a1a",
    underline: "dashed",
  },
  rest: { mark: "³", label: "rarer", background: "#5a2a82", foreground: "#ffffff", underline: "solid" },
};

/** Behind a token without a score. */
export const UNSCORED_MARK = "°";
