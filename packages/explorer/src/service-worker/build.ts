/** What the service worker knows of the build that it belongs to; the build writes it (vite/service-worker.ts). */

export interface Build {
  /** Differs if any file does. */
  readonly version: string;
  /** The page's Content-Security-Policy. */
  readonly policy: string;
  /** The page's files, by their paths from its folder. */
  readonly files: Readonly<Record<string, BuiltFile>>;
}

export interface BuiltFile {
  /** `sha256-` and the digest in base64, as in Subresource Integrity. */
  readonly integrity: string;
  /** Whether it is kept before the page uses it; a model is kept when the page has loaded it. */
  readonly isShell: boolean;
}

/** The folder of the models that come with the page. */
export const MODELS = "models/";
