import { expect, it } from "vitest";
import { Press } from "../src/scene/press";

function pressed(places: readonly (readonly [number, number])[]): Press {
  const press = new Press();
  press.begin(...places[0]);
  for (const place of places.slice(1)) press.moveTo(...place);
  return press;
}

it("a press that hardly moves is a click, one that strays is none even where it comes back", () => {
  expect(pressed([[100, 50]]).isClick).toBe(true);
  expect(
    pressed([
      [100, 50],
      [103, 54],
    ]).isClick,
  ).toBe(true);
  expect(
    pressed([
      [100, 50],
      [104, 54],
    ]).isClick,
  ).toBe(false);
  expect(
    pressed([
      [100, 50],
      [160, 70],
      [100, 50],
    ]).isClick,
  ).toBe(false);
});

it("each press begins anew", () => {
  const press = pressed([
    [0, 0],
    [90, 0],
  ]);
  press.begin(90, 0);
  expect(press.isClick).toBe(true);
});
