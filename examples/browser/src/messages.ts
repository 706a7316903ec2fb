/** What the page and its worker send to one another. */

export type ToWorker =
  | {
      readonly type: "load";
      /** The URL of a model's folder, or the files of one. */
      readonly source: string | readonly File[];
    }
  | { readonly type: "generate"; readonly prompt: string; readonly seed: number; readonly maxTokens: number }
  /** Ends the load or the generation in progress. */
  | { readonly type: "stop" };

export type FromWorker =
  | { readonly type: "progress"; readonly loaded: number; readonly total: number }
  | { readonly type: "ready"; readonly name: string; readonly kernels: string; readonly threads: number }
  | { readonly type: "note"; readonly note: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "done"; readonly tokens: number; readonly seconds: number; readonly stopped: boolean }
  | { readonly type: "error"; readonly message: string };
