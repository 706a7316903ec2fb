/** The files of packages/gpt/test. In a browser, tests are given fixture-files.browser.ts in its place. */
export { loadFixture, readBytes } from "../../gpt/test/fixture-files.ts";
