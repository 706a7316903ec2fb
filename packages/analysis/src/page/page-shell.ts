/**
 * The frame of every page: one self-contained HTML file without scripts or requests; its Content Security Policy
 * forbids both.
 */
import { escapeMarkup } from "../score/visible-text.ts";

export interface PageParts {
  /** Text; the title of the document and its heading. */
  readonly title: string;
  /** CSS. */
  readonly style: string;
  /** Markup of what is below the heading: every text in it is already escaped. */
  readonly body: string;
}

/** The document. */
export function pageShell({ title, style, body }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeMarkup(title)}</title>
<style>
${style}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
${body}
</main>
</body>
</html>
`;
}
