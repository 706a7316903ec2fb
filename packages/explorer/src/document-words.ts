/** The words of index.html, for its build, which loads none of the engine's packages; all others are in strings.ts. */
export const documentWords = {
  title: "Inside a GPT",
  noScript: "This page runs a language model in your browser, which needs JavaScript.",
} as const;
