import { describe, expect, it } from "vitest";
import { readSafetensors } from "../src/safetensors";
import { f32, safetensorsFile, withHeader } from "./examples";

describe("reading", () => {
  it("reads float32 and the shape, and leaves metadata out", () => {
    const file = safetensorsFile({ a: f32([1.5, -2, 0.25], [3]), "b/kernel": f32([1, 2, 3, 4], [2, 2]) });
    const tensors = readSafetensors(file);
    expect([...tensors.keys()]).toEqual(["a", "b/kernel"]);
    expect([...tensors.get("a")!.values]).toEqual([1.5, -2, 0.25]);
    expect(tensors.get("b/kernel")!.shape).toEqual([2, 2]);
    expect(readSafetensors(withHeader('{"__metadata__":{"format":"np"}}')).size).toBe(0);
  });

  it("reads every kind of half-precision number", () => {
    // 1, −2, the largest, the smallest normal, the smallest subnormal, −0, infinity: from the standard's table.
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00];
    const bytes = new Uint8Array(Uint16Array.from(bits).buffer);
    const { values } = readSafetensors(safetensorsFile({ a: { dtype: "F16", shape: [7], bytes } })).get("a")!;
    expect([...values]).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, -0, Number.POSITIVE_INFINITY]);
  });
});

describe("a bad file is refused in words", () => {
  const tensor = (fields: object) => withHeader(JSON.stringify({ a: fields }), [0, 0, 0, 0]);
  const cases: [string, ArrayBuffer, string][] = [
    ["empty", new ArrayBuffer(0), "weights file: expected at least 8 bytes"],
    [
      "a header longer than the file",
      withHeader("{}", [], 1000),
      "weights file header: expected at most 2 bytes",
    ],
    [
      "a header of 2^63 bytes",
      withHeader("{}", [], 2 ** 63),
      "weights file header: expected at most 2 bytes",
    ],
    ["a header that is no JSON", withHeader("{]"), "weights file header: expected JSON"],
    ["a header that is a list", withHeader("[]"), "weights file header: expected an object"],
    [
      "another dtype",
      tensor({ dtype: "BF16", shape: [2], data_offsets: [0, 4] }),
      'tensor a dtype: expected F16 or F32, received "BF16".',
    ],
    [
      "data beyond the end",
      tensor({ dtype: "F32", shape: [2], data_offsets: [0, 8] }),
      "tensor a data_offsets: expected two offsets within 4 bytes, received [0,8].",
    ],
    [
      "offsets in the wrong order",
      tensor({ dtype: "F32", shape: [1], data_offsets: [4, 0] }),
      "tensor a data_offsets: expected two offsets",
    ],
    [
      "a shape that claims more than is there",
      tensor({ dtype: "F32", shape: [1e9, 1e9], data_offsets: [0, 4] }),
      "tensor a data: expected 4000000000000000000 bytes for its shape",
    ],
    [
      "a negative length",
      tensor({ dtype: "F32", shape: [-1], data_offsets: [0, 4] }),
      "tensor a shape: expected whole numbers of at least 0, received -1.",
    ],
  ];
  it.each(cases)("%s", (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(message);
  });
});
