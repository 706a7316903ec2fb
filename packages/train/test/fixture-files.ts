/** The bytes of a fixture, in Node and, where gpt's other half takes this file's place, in browsers. */
export { readBytes } from "../../gpt/test/fixture-files.ts";
