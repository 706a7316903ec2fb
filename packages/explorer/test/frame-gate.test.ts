import { expect, test } from "vitest";
import { frameGate } from "../src/worker/frame-gate.ts";

test("the gate opens at once, and then at most once in a sixtieth of a second", () => {
  const times = [0, 5, 16, 17, 18, 40];
  const opens = frameGate(() => times.shift() as number);
  expect([0, 5, 16, 17, 18, 40].map(() => opens())).toEqual([true, false, false, true, false, true]);
});
