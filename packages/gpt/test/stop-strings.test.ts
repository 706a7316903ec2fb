import fc from "fast-check";
import { expect, test } from "vitest";
import { stopStrings } from "../src/decode/stop-strings.ts";

test("text that may begin a stop string is held back until it is known", () => {
  const stops = stopStrings(["END"]);
  expect(stops.push("the E")).toEqual({ text: "the ", stopped: false });
  expect(stops.push("N")).toEqual({ text: "", stopped: false });
  expect(stops.push("ough")).toEqual({ text: "ENough", stopped: false });
});

test("a stop string across pieces ends the text before it", () => {
  const stops = stopStrings(["\n\n"]);
  stops.push("one");
  expect(stops.push(" two\n")).toEqual({ text: " two", stopped: false });
  expect(stops.push("\nthree")).toEqual({ text: "", stopped: true });
});

test("of several stop strings the earliest counts", () => {
  expect(stopStrings(["c", "b"]).push("abcd")).toEqual({ text: "a", stopped: true });
});

test("what is held at the end is given back", () => {
  const stops = stopStrings(["abc"]);
  stops.push("xab");
  expect(stops.end()).toBe("ab");
});

test("an empty stop string is refused", () => {
  expect(() => stopStrings([""])).toThrow("a stop string must not be empty");
});

test("however the text is cut, what comes out is the text before the first stop string", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 30 });
  const stop = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(text), stop, (pieces, wanted) => {
      const whole = pieces.join("");
      const at = whole.indexOf(wanted);
      const stops = stopStrings([wanted]);
      let out = "";
      let stopped = false;
      for (const piece of pieces) {
        if (stopped) break;
        const result = stops.push(piece);
        out += result.text;
        stopped = result.stopped;
      }
      if (!stopped) out += stops.end();
      expect(out).toBe(at < 0 ? whole : whole.slice(0, at));
      expect(stopped).toBe(at >= 0);
    }),
  );
});
