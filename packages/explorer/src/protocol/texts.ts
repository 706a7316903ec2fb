/** Requests of whole texts, which are judged rather than continued. */
import type { ClassCounts, Color, Detection, TokenScore, Totals, WatermarkEvidence } from "@tsgpt/analysis";
import type { WatermarkKey } from "@tsgpt/sampling";

/** A token of a text that was scored. */
export interface JudgedToken extends TokenScore {
  readonly text: string;
  /** Under the watermark's key, where it counts. */
  readonly color: Color | undefined;
}

/** A text, and what the model and the statistics say of it. */
export interface Judged {
  readonly tokens: readonly JudgedToken[];
  readonly totals: Totals;
  readonly detection: Detection;
  readonly classes: ClassCounts;
  readonly watermark: Omit<WatermarkEvidence, "colors"> | undefined;
}

export interface TextsRequests {
  /** Judges a text; with a key, also for its watermark. Reports the tokens done, and their total. */
  judge: {
    asks: { readonly text: string; readonly watermark: WatermarkKey | undefined };
    reports: { readonly done: number; readonly total: number };
    gives: Judged;
  };
  /** The scores of a text as `tsgpt score --json` prints them. */
  scores: { asks: { readonly text: string }; reports: never; gives: { readonly json: string } };
}
