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
  readonly text: string;
  readonly tokens: readonly JudgedToken[];
  readonly totals: Totals;
  readonly detection: Detection;
  readonly classes: ClassCounts;
  readonly watermark: Omit<WatermarkEvidence, "colors"> | undefined;
}

export interface TextsRequests {
  /** Judges a text, by default the page's own; with a key, also for its watermark. Reports tokens done and in total. */
  judge: {
    asks: { readonly text: string | undefined; readonly watermark: WatermarkKey | undefined };
    reports: { readonly done: number; readonly total: number };
    gives: Judged;
  };
  /** Generates tokens after the prompt with a watermark; the text stays as it is. Reports how many there are. */
  writeMarked: {
    asks: { readonly seed: number; readonly tokens: number; readonly watermark: WatermarkKey };
    reports: number;
    gives: { readonly text: string };
  };
}
