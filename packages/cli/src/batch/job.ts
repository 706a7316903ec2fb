/** What a worker thread is told: the model and the job, as plain data. */
import type { Recipe } from "@tsgpt/analysis";
import type { FoundModel } from "../model/find-model.ts";
import type { DetectionFlags } from "../options/detection.ts";
import type { EngineFlags } from "../options/engine.ts";
import type { GenerationFlags } from "../options/generation.ts";
import type { Settings } from "../prompt/settings.ts";

interface Reading {
  readonly bos: boolean;
  readonly recipe: Recipe;
}

export interface ScoreJob extends Reading {
  readonly name: "score";
  readonly top: number;
}

export interface DetectJob extends Reading {
  readonly name: "detect";
  readonly flags: DetectionFlags;
}

export interface GenerateJob {
  readonly name: "generate";
  readonly flags: GenerationFlags;
  readonly seed: number;
}

export interface PromptJob {
  readonly name: "prompt";
  readonly body: string;
  readonly settings: Settings;
}

export type Job = ScoreJob | DetectJob | GenerateJob | PromptJob;

/** The keys of an entry that come from its line, and are no answer. */
export const COPIED = ["input", "extra"];

export interface WorkerData {
  readonly job: Job;
  readonly found: FoundModel;
  readonly engine: EngineFlags;
}

/** Answers inputs: `done` gets the members of a JSON object, as text with its braces. */
export interface InputHandlers {
  done(index: number, json: string): void;
  failed(index: number, error: unknown): void;
}

export type AnswerInputs = (inputs: readonly string[], handlers: InputHandlers) => Promise<void>;
