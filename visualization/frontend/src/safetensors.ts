/** Reads a safetensors file: 8 bytes header length (little endian), a JSON header, then the tensors' bytes.
 *
 * Only what Strata writes is read (F16 and F32, made float32), but any file is survived: every offset is checked
 * before a byte is touched. Format: https://github.com/huggingface/safetensors#format
 */
import { asFields, asList, asText, ContractError } from "./checks";

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
export type Tensors = ReadonlyMap<string, Tensor>;

const prefixBytes = 8;
const largestHeader = 1 << 20; // bytes; a network of a hundred layers needs some 20 KB

export function readSafetensors(buffer: ArrayBuffer): Tensors {
  const header = readHeader(buffer);
  const data = new DataView(buffer, prefixBytes + header.length);
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(header.fields)) {
    if (name !== "__metadata__") tensors.set(name, readTensor(data, name, value));
  }
  return tensors;
}

function readHeader(buffer: ArrayBuffer): { length: number; fields: Readonly<Record<string, unknown>> } {
  if (buffer.byteLength < prefixBytes) {
    throw new ContractError("weights file", "at least 8 bytes", `${buffer.byteLength} bytes`);
  }
  // Read as two halves: a BigInt compares, but the upper half is only ever there in a hostile file.
  const view = new DataView(buffer);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const longest = Math.min(largestHeader, buffer.byteLength - prefixBytes);
  if (length > longest)
    throw new ContractError("weights file header", `at most ${longest} bytes`, `${length} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, prefixBytes, length)),
    );
  } catch {
    throw new ContractError("weights file header", "JSON", "something else");
  }
  return { length, fields: asFields(parsed, "weights file header") };
}

function readTensor(data: DataView, name: string, value: unknown): Tensor {
  const what = `tensor ${name}`;
  const fields = asFields(value, what);
  const dtype = asText(fields.dtype, `${what} dtype`);
  const width = dtype === "F32" ? 4 : dtype === "F16" ? 2 : 0; // bytes a value
  if (width === 0) throw new ContractError(`${what} dtype`, "F16 or F32", dtype);
  const shape = asList(fields.shape, `${what} shape`).map((length) => asLength(length, `${what} shape`));
  const [begin, end] = asList(fields.data_offsets, `${what} data_offsets`).map((offset) =>
    asLength(offset, `${what} data_offsets`),
  );
  const count = shape.reduce((product, length) => product * length, 1);
  if (end === undefined || end > data.byteLength || begin > end) {
    throw new ContractError(
      `${what} data_offsets`,
      `two offsets within ${data.byteLength} bytes`,
      fields.data_offsets,
    );
  }
  if (end - begin !== count * width) {
    throw new ContractError(`${what} data`, `${count * width} bytes for its shape`, `${end - begin} bytes`);
  }
  return { shape, values: width === 4 ? readF32(data, begin, count) : readF16(data, begin, count) };
}

function asLength(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ContractError(what, "whole numbers of at least 0", value);
  }
  return value as number;
}

function readF32(data: DataView, begin: number, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = data.getFloat32(begin + 4 * index, true);
  return values;
}

function readF16(data: DataView, begin: number, count: number): Float32Array {
  const table = halfTable();
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = table[data.getUint16(begin + 2 * index, true)];
  return values;
}

let halves: Float32Array | undefined;

/** All 65,536 half-precision numbers: a look-up is ten times quicker than taking the bits apart (225,034 weights). */
function halfTable(): Float32Array {
  if (halves) return halves;
  halves = new Float32Array(1 << 16);
  for (let bits = 0; bits < halves.length; bits++) halves[bits] = halfToNumber(bits);
  return halves;
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits with bias 15, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24; // subnormal
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
