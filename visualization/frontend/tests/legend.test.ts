/** What the legend says of the ends of its colours. */
import { expect, it } from "vitest";
import { spanInWords } from "../src/scene/legend";

it("names whose maximum full colour is, from the smallest to the largest", () => {
  expect(spanInWords("layer", [0.7991, 7.694])).toBe("layer max, 0.799–7.69");
  expect(spanInWords("map", [0.0885, 2.21])).toBe("map max, 0.0885–2.21");
  expect(spanInWords("network", [7.694, 7.694])).toBe("max, 7.69");
  expect(spanInWords("map", null)).toBe("max");
});
