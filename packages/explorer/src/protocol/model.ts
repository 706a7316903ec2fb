/** Requests of the model: what there is, loading one, and the models that are kept in the browser's storage. */
import type { GPT2Config, MemoryByDtype } from "@tsgpt/gpt";
import type { ChainFlags } from "@tsgpt/sampling";
import type { WeightDtype } from "@tsgpt/tensor";

export interface HubRevision {
  readonly revision: string;
  readonly commit: string;
}

/** The model that is loaded, and what it runs on. */
export interface ModelInfo {
  readonly name: string;
  /** Whether it came from a URL, as the bundled ones do. */
  readonly isFromUrl: boolean;
  /** Of a model of the hub, also of a kept one: what was asked for, and which commit that was. */
  readonly hub: HubRevision | undefined;
  readonly config: GPT2Config;
  /** How its matrices are stored in memory. */
  readonly dtype: WeightDtype;
  readonly weightBytes: number;
  readonly kernels: string;
  readonly threads: number;
  /** How it draws by default in every dialect: of a bundled model, what its generation config says. */
  readonly drawDefaults: ChainFlags;
  /** What is worth knowing, such as why the engine is slower than it could be, as sentences; often none. */
  readonly notes: readonly string[];
}

/** A file of a folder that was picked or dropped: its path begins with the folder's name. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

/** Where a model is. */
export type ModelPlace =
  /** The URL of a folder. */
  | { readonly url: string }
  /** The files of a folder, kept in the browser's storage or not. */
  | { readonly files: readonly PickedFile[]; readonly keep?: boolean }
  /** An id of the hub, and a branch, a tag or a commit. */
  | { readonly hub: string; readonly revision: string }
  /** The key of a kept model. */
  | { readonly kept: string };

/** What the page keeps of a model besides its engine, at the full context with everything open. Bytes. */
export interface PageMemory {
  /** The residual streams of the text. */
  readonly residuals: number;
  /** An opened block's activations. */
  readonly block: number;
  /** The page's elements, messages, and what is no longer used but not collected yet. */
  readonly other: number;
  readonly total: number;
}

/** What a model is, before its weights are read. Sizes are in bytes. */
export interface ModelOffer {
  readonly name: string;
  readonly config: GPT2Config;
  readonly parameters: number;
  /** Numbers by the dtype of the file. */
  readonly stored: Readonly<Record<string, number>>;
  /** Of the weights in the file. */
  readonly bytes: number;
  /** What has to be downloaded, and how much of it is there from an interrupted download; only of the hub. */
  readonly download: { readonly total: number; readonly there: number } | undefined;
  /** At the full context. */
  readonly memory: MemoryByDtype;
  readonly page: PageMemory;
  /** What the engine can have. */
  readonly availableBytes: number;
  /** The dtypes in which it can be loaded, because it fits; the most precise first. */
  readonly fitting: readonly WeightDtype[];
  /** The dtype that is used unless another is chosen; undefined if none fits. */
  readonly dtype: WeightDtype | undefined;
}

export interface LoadProgress {
  /** Receiving files, reading weights into memory, or copying a folder's files into the browser's storage. */
  readonly stage: "download" | "load" | "keep";
  /** Bytes. */
  readonly loaded: number;
  readonly total: number;
  /** Why it waits before it tries again. */
  readonly retry?: string | undefined;
  /** Whether the model before has left the memory, because there was no room for both. */
  readonly isAlone?: boolean | undefined;
}

/** A model in the browser's storage. */
export interface KeptModel {
  readonly key: string;
  /** Its id on the hub, or the name of its folder. */
  readonly name: string;
  /** Undefined for one that was a folder, as is the commit. */
  readonly revision: string | undefined;
  readonly commit: string | undefined;
  /** Bytes of all its files, and of those that are there. */
  readonly bytes: number;
  readonly there: number;
  /** Whether it can be loaded without the hub. */
  readonly isComplete: boolean;
  /** Milliseconds since 1970. */
  readonly time: number;
}

export interface KeptModels {
  readonly models: readonly KeptModel[];
  /** Why none can be kept. */
  readonly problem: string | undefined;
}

export interface ModelRequests {
  /** What a model is; its weights are not read. */
  inspect: { asks: ModelPlace; reports: never; gives: ModelOffer };
  /**
   * Loads a model. The first is used at once; another is used from the next `open` on, until when the one before
   * answers. One that fails to load changes nothing, unless there was no room for both.
   */
  load: {
    asks: ModelPlace & { readonly dtype?: WeightDtype | undefined };
    reports: LoadProgress;
    gives: ModelInfo;
  };
  /** The models that are kept in the browser's storage, the last one first. */
  keptModels: { asks: object; reports: never; gives: KeptModels };
  /** Deletes a kept model. */
  deleteModel: { asks: { readonly key: string }; reports: never; gives: undefined };
}
