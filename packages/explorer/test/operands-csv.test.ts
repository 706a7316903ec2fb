/** Operands as CSV: the largest contribution first, every factor with its name. */
import { expect, test } from "vitest";
import { operandsCsv } from "../src/components/number/operands-csv.ts";

test("a line for each operand, with as many factors as the longest", () => {
  const x = { value: 2, from: { tensor: "blocks.0.hook_resid_mid", index: [3, 7] } };
  const scale = { value: 0.5, from: { tensor: "ln.hook_scale", index: [3, 0] }, as: "reciprocal" } as const;
  expect(
    operandsCsv([
      { contribution: 1, factors: [x, scale] },
      { contribution: -4, factors: [{ value: -4 }] },
    ]),
  ).toBe(
    "contribution,factor 1,name 1,as 1,factor 2,name 2,as 2\n" +
      "-4,-4,,,,,\n" +
      '1,2,"blocks.0.hook_resid_mid[3, 7]",,0.5,"ln.hook_scale[3, 0]",reciprocal\n',
  );
});
