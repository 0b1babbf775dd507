import { describe, expect, it } from "vitest";
import { cornerOf, parseThumbnails, type Thumbnails } from "../src/figure/thumbnails";

const given = { url: "data:image/png;base64,AAAA", side: 28, across: 3, count: 7 };

describe("the pictures of a figure's points", () => {
  it("are read from the layout, where there are any", () => {
    expect(parseThumbnails({})).toBeNull();
    expect(parseThumbnails({ meta: { palettes: {} } })).toBeNull();
    expect(parseThumbnails({ meta: { thumbnails: given } })).toEqual(given);
  });

  it("are refused in words", () => {
    const with_ = (fields: object) => () =>
      parseThumbnails({ meta: { thumbnails: { ...given, ...fields } } });
    expect(with_({ url: "https://example.org/a.png" })).toThrow(
      'thumbnails.url: expected a PNG as a data URL, received "https://example.org/a.png".',
    );
    expect(with_({ across: 0 })).toThrow(
      "thumbnails.across: expected a whole number of at least 1, received 0.",
    );
    expect(with_({ side: 2.5 })).toThrow("thumbnails.side: expected a whole number");
    expect(() => parseThumbnails({ meta: { thumbnails: [] } })).toThrow("thumbnails: expected an object");
  });

  it("lie in the sheet row by row, each once", () => {
    const thumbnails: Thumbnails = given;
    const corners = Array.from({ length: 7 }, (_, place) => cornerOf(thumbnails, [place, 1234]));
    expect(corners).toEqual([
      [0, 0],
      [28, 0],
      [56, 0],
      [0, 28],
      [28, 28],
      [56, 28],
      [0, 56],
    ]);
    expect(cornerOf(thumbnails, 4)).toEqual([28, 28]);
  });

  it.each([[[-1]], [[7]], [[0.5]], [["0"]], [[]], [undefined], [null]])(
    "a point with %j has none",
    (customdata) => {
      expect(cornerOf(given, customdata)).toBeNull();
    },
  );
});
