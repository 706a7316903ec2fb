import { expect, test } from "vitest";
import { inLineOrder } from "../src/terminal/in-line-order.ts";

test("results are given out in the order of their lines, each as soon as all before it are there", () => {
  const given: string[] = [];
  const order = inLineOrder((index, result) => given.push(`${index} ${result}`));
  order.done(1, "b");
  expect(given).toEqual([]);
  order.done(0, "a");
  expect(given).toEqual(["0 a", "1 b"]);
  order.done(5, "f");
  order.done(3, "");
  order.flush();
  expect(given).toEqual(["0 a", "1 b", "3 ", "5 f"]);
});
