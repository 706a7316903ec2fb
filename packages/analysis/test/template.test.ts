/** Prompt templates: where the front matter ends, what is refused, and where the input goes. */
import { renderTemplate, splitTemplate } from "@tsgpt/analysis";
import { describe, expect, test } from "vitest";

describe("a template", () => {
  test("is front matter between lines of dashes, and a body without the file's last newline", () => {
    expect(splitTemplate("---\na: 1\nb: 2\n---\nQ: {{input}}\n\nA:\n")).toEqual({
      frontMatter: "a: 1\nb: 2",
      body: "Q: {{input}}\n\nA:",
    });
  });

  test("has front matter only if it begins with it; dashes in the body are text", () => {
    const text = "a\n---\n{{input}}\n---";
    expect(splitTemplate(text)).toEqual({ frontMatter: undefined, body: text });
    expect(splitTemplate("---\n---\n---\n{{input}}").body).toBe("---\n{{input}}");
  });

  test("may have Windows's line ends", () => {
    expect(splitTemplate("---\r\na: 1\r\n---\r\n{{input}} \r\n")).toEqual({
      frontMatter: "a: 1",
      body: "{{input}} ",
    });
  });

  test.each([
    ["", /template: it is empty; write the prompt, with {{input}} in it/],
    [" \n", /it is empty/],
    ["---\na: 1\n---\n", /it is empty/],
    ["Q: {{inptu}}", /it has no {{input}}, which marks where the input goes/],
    ["---\na: {{input}}\n---\nQ:", /it has no {{input}}/],
    ["---\na: 1\nQ: {{input}}", /the front matter, after line 1, has no end; put a line --- after it/],
  ])("%j is refused", (text, message) => {
    expect(() => splitTemplate(text)).toThrow(message);
  });
});

test("the input stands for every {{input}}, as it is: neither its braces nor its dollars mean anything", () => {
  expect(renderTemplate("{{input}}|{{ input }}|{{input}}", "{{input}}$&$1")).toBe(
    "{{input}}$&$1|{{ input }}|{{input}}$&$1",
  );
});

test("what is filled in is text, and into text", () => {
  expect(() => renderTemplate("Q: {{input}}", undefined as never)).toThrow(
    "renderTemplate: input must be a string, got nothing",
  );
  expect(() => renderTemplate(splitTemplate("{{input}}") as never, "x")).toThrow(
    "renderTemplate: body must be a string, got an object",
  );
});

test("with lines that end in \\r\\n, the front matter has none of it, and the body has all", () => {
  expect(splitTemplate("---\r\nnormalize: prior\r\nchoices: [a, b]\r\n---\r\nReview:\r\n{{input}}\r\n")).toEqual({
    frontMatter: "normalize: prior\nchoices: [a, b]",
    body: "Review:\r\n{{input}}",
  });
});
