/** The loops of convolution and dense layers in WebAssembly, four numbers at a time (SIMD).
 *
 * The module is put together here, instruction by instruction, since it is one nest of loops: a compiler for it would be
 * a larger thing to install and to trust. Instructions: https://webassembly.github.io/spec/core/binary/instructions.html
 */

/** For each position: result = bias + Σ over its stretches, and over the listed inputs in each, of input · weights.
 *
 * Computes as many outputs of each position as the function is wide. Arguments are addresses or lengths in bytes:
 * result: of the first position, and each `step` after the one before. bias: of these outputs. table, end: the stretches,
 * three int32 each: the address of the int32 that says which input is the first, that of the one that says which is no
 * longer in it, and the address of the weights. reach: the length of one position's stretches in the table. values,
 * offsets: float32 and int32 of each listed input, its value and where its weights begin after those of the stretch.
 * block: where these outputs begin in a row of weights.
 */
export type SumStretches = (
  result: number,
  bias: number,
  table: number,
  end: number,
  reach: number,
  values: number,
  offsets: number,
  block: number,
  step: number,
) => void;

/** How many outputs the functions take at a time, the widest first: eight vectors still fit the processor's registers. */
export const widths = [32, 16, 4] as const;
const lanes = 4; // float32 in a vector

const i32 = 0x7f;
const v128 = 0x7b;
const parameters = 9;
const [result, bias, table, end, reach, values, offsets, block, step] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const [next, from, count, weights, at, valueAt, offsetAt] = [9, 10, 11, 12, 13, 14, 15]; // int32
const [value, sums] = [16, 17]; // vectors; of the sums there are as many as the width needs

/** An unsigned number as LEB128: seven bits a byte, the lowest first. */
function unsigned(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...unsigned(number >>> 7)];
}

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const constant = (number: number) => [0x41, number]; // below 64
const add = [0x6a];
const subtract = [0x6b];
const shiftLeft = [0x74];
const notEqual = [0x47];
const isZero = [0x45];
const load = (offset = 0) => [0x28, 2, offset];
const advance = (local: number, by: number[]) => [...get(local), ...by, ...add, ...set(local)];
const simd = (opcode: number, ...rest: number[]) => [0xfd, ...unsigned(opcode), ...rest];
const loadVector = (offset: number) => simd(0, 2, ...unsigned(offset));
const loadSplat = simd(9, 2, 0); // one float32 into all four lanes
const storeVector = (offset: number) => simd(11, 2, ...unsigned(offset));
const zeroVector = simd(12, ...Array<number>(16).fill(0));
const addVectors = simd(0xe4);
const multiplyVectors = simd(0xe6);

/** `instructions` again and again, for as long as the last of them leaves something that is not 0. */
const loop = (...instructions: number[][]) => [0x03, 0x40, ...instructions.flat(), 0x0d, 0, 0x0b];
const unless = (condition: number[], ...instructions: number[][]) => [
  ...[0x02, 0x40, ...condition, 0x0d, 0],
  ...[...instructions.flat(), 0x0b],
];

function body(width: number): number[] {
  const vectors = Array.from({ length: width / lanes }, (_, index) => index);
  const each = (instructions: (vector: number) => number[]) => vectors.flatMap(instructions);
  const store = (vector: number, what: number[]) => [...get(result), ...what, ...storeVector(16 * vector)];
  const instructions = loop(
    each((vector) => store(vector, [...get(bias), ...loadVector(16 * vector)])),
    [...get(table), ...get(reach), ...add, ...set(next)],
    loop(
      [...get(table), ...load(), ...load(), ...set(from)],
      [...get(table), ...load(4), ...load(), ...get(from), ...subtract, ...set(count)],
      unless(
        [...get(count), ...isZero],
        [...get(table), ...load(8), ...get(block), ...add, ...set(weights)],
        [...get(values), ...get(from), ...constant(2), ...shiftLeft, ...add, ...set(valueAt)],
        [...get(offsets), ...get(from), ...constant(2), ...shiftLeft, ...add, ...set(offsetAt)],
        each((vector) => [...zeroVector, ...set(sums + vector)]),
        sumStretch(vectors),
        each((vector) =>
          store(vector, [...get(result), ...loadVector(16 * vector), ...get(sums + vector), ...addVectors]),
        ),
      ),
      advance(table, constant(12)),
      [...get(table), ...get(next), ...notEqual],
    ),
    advance(result, get(step)),
    [...get(table), ...get(end), ...notEqual],
  );
  const locals = [2, ...unsigned(value - parameters), i32, ...unsigned(1 + vectors.length), v128];
  return withLength([...locals, ...instructions, 0x0b]);
}

/** Add the products of `count` inputs, at least one, to the sums. */
function sumStretch(vectors: number[]): number[] {
  return loop(
    [...get(weights), ...get(offsetAt), ...load(), ...add, ...set(at)],
    [...get(valueAt), ...loadSplat, ...set(value)],
    vectors.flatMap((vector) => [
      ...[...get(sums + vector), ...get(value), ...get(at), ...loadVector(16 * vector)],
      ...[...multiplyVectors, ...addVectors, ...set(sums + vector)],
    ]),
    advance(valueAt, constant(4)),
    advance(offsetAt, constant(4)),
    [...get(count), ...constant(1), ...subtract, 0x22, count],
  );
}

function withLength(content: number[]): number[] {
  return [...unsigned(content.length), ...content];
}

function section(id: number, entries: number[][]): number[] {
  return [id, ...withLength([...unsigned(entries.length), ...entries.flat()])];
}

function text(word: string): number[] {
  return withLength([...word].map((letter) => letter.charCodeAt(0)));
}

/** The whole module: it imports a memory and exports a function for each of the widths. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [[0x60, parameters, ...Array<number>(parameters).fill(i32), 0]]),
    ...section(2, [[...text("page"), ...text("memory"), 2, 0, 0]]),
    ...section(
      3,
      widths.map(() => [0]),
    ),
    ...section(
      7,
      widths.map((width, index) => [...text(`sum${width}`), 0, index]),
    ),
    ...section(10, widths.map(body)),
  ]);
}

let compiled: WebAssembly.Module | null | undefined;

function compiledModule(): WebAssembly.Module | null {
  if (compiled === undefined) {
    const bytes = moduleBytes();
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return compiled;
}

/** Whether the browser has WebAssembly SIMD (Safari has it from 16.4 on). */
export function hasSimd(): boolean {
  return compiledModule() !== null;
}

/** The functions of all widths on this memory; null without SIMD. */
export function functionsOn(memory: WebAssembly.Memory): SumStretches[] | null {
  const module = compiledModule();
  if (!module) return null;
  const { exports } = new WebAssembly.Instance(module, { page: { memory } });
  return widths.map((width) => exports[`sum${width}`] as SumStretches);
}
