/** @tsgpt/analysis: what the numbers say about a text. */
export { type Colour, type DetectOptions, detectWatermark, type WatermarkEvidence } from "./watermark.ts";
