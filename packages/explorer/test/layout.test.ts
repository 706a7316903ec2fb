/** Where the cells of a heat map are. */
import { expect, test } from "vitest";
import { cellsInView, layoutOf, placeAt, scrolledTo } from "../src/components/heat-map/layout.ts";

const options = { rows: 8, columns: 100, labelWidth: 60, fontSize: 13, cellWidth: [5, 8], viewWidth: 500 } as const;
const layout = layoutOf(options); // 73 pixels of labels; cells of 65 x 26
const view = { x: 130, y: 0, width: 500, height: 234 };

test("cells share the width between their least and their most", () => {
  expect(layout).toEqual({ left: 73, top: 26, cellWidth: 65, cellHeight: 26, width: 6573, height: 234 });
  expect(layoutOf({ ...options, columns: 6 }).cellWidth).toBe(71); // (500 - 73) / 6
  expect(layoutOf({ ...options, columns: 2 }).cellWidth).toBe(104);
});

test("cells are at least 24 pixels, and labels take at most 40%", () => {
  const small = layoutOf({ ...options, fontSize: 8, cellWidth: [0, 1] });
  expect([small.cellWidth, small.cellHeight]).toEqual([24, 24]);
  expect(layoutOf({ ...options, labelWidth: 900 }).left).toBe(200);
});

test("a point is in the cell that is drawn there, or in none", () => {
  expect(placeAt(layout, view, 73, 26)).toEqual({ row: 0, column: 2 });
  expect(placeAt(layout, view, 73 + 64, 26 + 26)).toEqual({ row: 1, column: 2 });
  expect(placeAt(layout, view, 73 + 65, 233)).toEqual({ row: 7, column: 3 });
  expect(placeAt(layout, view, 72, 50)).toBeUndefined();
  expect(placeAt(layout, view, 100, 25)).toBeUndefined();
  expect(placeAt(layoutOf({ ...options, columns: 1 }), { ...view, x: 0 }, 300, 50)).toBeUndefined();
});

test("the cells in view are those that have a part in it", () => {
  expect(cellsInView(layout, view)).toEqual({ fromColumn: 2, toColumn: 9, fromRow: 0, toRow: 8 }); // (130 + 427) / 65 = 8.6
  expect(cellsInView(layout, { ...view, x: 6073 })).toMatchObject({ fromColumn: 93, toColumn: 100 });
  expect(cellsInView(layout, { ...view, y: 30, height: 100 })).toMatchObject({ fromRow: 1, toRow: 4 });
});

test("scrolling to a cell moves as little as possible", () => {
  expect(scrolledTo(layout, view, { row: 0, column: 4 })).toEqual({ scrollLeft: 130, scrollTop: 0 });
  expect(scrolledTo(layout, view, { row: 0, column: 1 })).toEqual({ scrollLeft: 65, scrollTop: 0 });
  expect(scrolledTo(layout, view, { row: 0, column: 9 })).toEqual({ scrollLeft: 223, scrollTop: 0 }); // 650 - 427
  expect(scrolledTo(layout, { ...view, height: 100 }, { row: 7, column: 4 })).toEqual({
    scrollLeft: 130,
    scrollTop: 134,
  });
});
