/**
 * What a test file that runs in a browser gets when it imports "vitest": vitest's own runner and assertions, without the half of
 * it that needs Node. vitest's browser mode would not do: it runs tests on the page's main thread, where no engine may wait.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  type MatchersObject,
  setState,
} from "@vitest/expect";

export { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "@vitest/runner";

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** What JestExtend has added to chai, which knows nothing of it. */
const extensible = chai.expect as typeof chai.expect & { extend(expect: object, matchers: MatchersObject): void };

const assertion = (value: unknown, message?: string) => chai.expect(value, message);

export const expect = Object.assign(assertion, chai.expect, Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT), {
  extend: (matchers: MatchersObject) => extensible.extend(expect, matchers),
});
setState({ assertionCalls: 0 }, expect);
