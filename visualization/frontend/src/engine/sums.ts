/** What convolution and dense layers share: the inputs that are not zero, each times its row of a kernel, summed.
 *
 * After ReLU, and on a blank background, most inputs are zero. The others are listed once for the whole input; what an
 * output sees is then some stretches of that list.
 */
import { functionsOn, type SumStretches, widths } from "./simd";

/** Which inputs each position of the output sees, and with which rows of the kernel. */
export interface Reach {
  /** The input is cut into cells of this many values, of which a stretch has any number, side by side. */
  readonly cellLength: number;
  /** Within so many cells the rows of the kernel go on; with the next cell they start again. */
  readonly cellsInRow: number;
  readonly positions: number;
  /** For each position the same number of stretches, three numbers each: its first cell, the cell after its last, and
   * the row of the kernel from which on the values count that lie in the same row of cells. That row may be negative,
   * where the first cells of the row are not in the stretch. */
  readonly stretches: Int32Array;
}

/** Sums of one layer; `output` is [positions, outputs], flat, and a buffer of the memory that the sums are of. */
export interface Sums {
  run(input: Float32Array, output: Float32Array): void;
}

/** The buffers of one network. They lie in one WebAssembly memory, so that nothing is copied to where it is summed. */
export class Memory {
  private readonly memory: WebAssembly.Memory;
  private readonly functions: readonly SumStretches[] | null;
  private next = 0; // bytes

  /** `lengths`: of all buffers to come, in numbers. All at once: growing would detach those that are there. */
  constructor(lengths: readonly number[]) {
    const bytes = lengths.reduce((sum, length) => sum + bytesOf(length), 0);
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    this.functions = functionsOn(this.memory);
  }

  floats(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.take(length), length);
  }

  integers(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.take(length), length);
  }

  /** `kernel` is [inputs, outputs], flat; `bias` is [outputs]; `inputs` is how many values the input has. */
  sums(kernel: Float32Array, bias: Float32Array, inputs: number, reach: Reach): Sums {
    if (!this.functions) return new ScalarSums(kernel, bias, inputs, reach);
    return new VectorSums(this, this.functions, kernel, bias, inputs, reach);
  }

  private take(length: number): number {
    const start = this.next;
    this.next += bytesOf(length);
    return start;
  }
}

/** The lengths of the buffers that `sums` takes. */
export function buffersOfSums(kernelInputs: number, outputs: number, inputs: number, reach: Reach): number[] {
  const cells = Math.ceil(inputs / reach.cellLength);
  return [
    ...[kernelInputs * padded(outputs), padded(outputs)],
    ...[inputs, inputs, cells + 1, reach.stretches.length],
  ];
}

const pageBytes = 1 << 16; // of WebAssembly

/** Whole vectors, and one more: the last sums of a layer may end within a vector, which is written as a whole. */
function bytesOf(length: number): number {
  return 16 * (Math.ceil(length / 4) + 1);
}

function padded(outputs: number): number {
  return Math.ceil(outputs / 4) * 4;
}

/** The inputs that are not zero, in order. */
interface Listed {
  readonly values: Float32Array | Float64Array;
  /** Of each, where its row of the kernel begins, after that of the first value in its row of cells. */
  readonly offsets: Int32Array;
  /** Of each cell, which entry is its first; at the end, how many entries there are. */
  readonly starts: Int32Array;
}

/** `stride`: from one row of the kernel to the next, in the unit of the offsets. */
function list(input: Float32Array, reach: Reach, stride: number, listed: Listed): void {
  const { values, offsets, starts } = listed;
  const { cellLength, cellsInRow } = reach;
  let count = 0;
  for (let cell = 0, index = 0; cell < starts.length - 1; cell++) {
    starts[cell] = count;
    let offset = (cell % cellsInRow) * cellLength * stride;
    for (const end = Math.min(index + cellLength, input.length); index < end; index++) {
      const value = input[index];
      if (value !== 0) {
        values[count] = value;
        offsets[count++] = offset;
      }
      offset += stride;
    }
  }
  starts[starts.length - 1] = count;
}

/** Some neighbouring outputs, and what sums them; `start` is in bytes. */
interface Block {
  readonly sum: SumStretches;
  readonly start: number;
}

/** The last outputs first: what they write past a position's outputs, the first outputs of the next position replace. */
function blocksOf(outputs: number, functions: readonly SumStretches[]): Block[] {
  const blocks: Block[] = [];
  let output = 0;
  for (const [index, sum] of functions.entries()) {
    for (; output + widths[index] <= outputs; output += widths[index])
      blocks.push({ sum, start: 4 * output });
  }
  return blocks.reverse();
}

/** In float32, four outputs at a time. */
class VectorSums implements Sums {
  private readonly weights: Float32Array;
  private readonly bias: Float32Array;
  private readonly listed: Listed;
  private readonly table: Int32Array;
  private readonly blocks: readonly Block[];
  private readonly step: number; // bytes from one position's outputs to the next

  constructor(
    memory: Memory,
    functions: readonly SumStretches[],
    kernel: Float32Array,
    bias: Float32Array,
    inputs: number,
    private readonly reach: Reach,
  ) {
    const outputs = bias.length;
    const rows = kernel.length / outputs;
    this.step = 4 * outputs;
    this.weights = memory.floats(rows * padded(outputs));
    for (let row = 0; row < rows; row++) {
      this.weights.set(kernel.subarray(row * outputs, (row + 1) * outputs), row * padded(outputs));
    }
    this.blocks = blocksOf(padded(outputs), functions);
    this.bias = memory.floats(padded(outputs));
    this.bias.set(bias);
    const starts = memory.integers(Math.ceil(inputs / reach.cellLength) + 1);
    this.listed = { values: memory.floats(inputs), offsets: memory.integers(inputs), starts };
    const stretch = [
      (cell: number) => starts.byteOffset + 4 * cell,
      (cell: number) => starts.byteOffset + 4 * cell,
      (row: number) => this.weights.byteOffset + row * this.stride,
    ];
    this.table = memory.integers(reach.stretches.length);
    this.table.set(reach.stretches.map((number, index) => stretch[index % 3](number)));
  }

  /** Bytes of a row of the kernel. */
  private get stride(): number {
    return 4 * this.bias.length;
  }

  run(input: Float32Array, output: Float32Array): void {
    const { blocks, bias, table, listed, reach, step } = this;
    list(input, reach, this.stride, listed);
    for (const { sum, start } of blocks) {
      sum(
        output.byteOffset + start,
        bias.byteOffset + start,
        table.byteOffset,
        table.byteOffset + table.byteLength,
        table.byteLength / reach.positions,
        listed.values.byteOffset,
        listed.offsets.byteOffset,
        start,
        step,
      );
    }
  }
}

/** In double precision, without WebAssembly: JavaScript's numbers are doubles anyway. */
export class ScalarSums implements Sums {
  private readonly kernel: Float64Array;
  private readonly listed: Listed;
  private readonly sums: Float64Array;

  constructor(
    kernel: Float32Array,
    private readonly bias: Float32Array,
    inputs: number,
    private readonly reach: Reach,
  ) {
    this.kernel = Float64Array.from(kernel);
    this.sums = new Float64Array(bias.length);
    this.listed = {
      values: new Float64Array(inputs),
      offsets: new Int32Array(inputs),
      starts: new Int32Array(Math.ceil(inputs / reach.cellLength) + 1),
    };
  }

  run(input: Float32Array, output: Float32Array): void {
    const { sums, bias, listed, reach } = this;
    list(input, reach, bias.length, listed);
    const { stretches, positions } = reach;
    for (let position = 0, at = 0; position < positions; position++) {
      sums.set(bias);
      for (; at < ((position + 1) * stretches.length) / positions; at += 3) {
        this.add(listed.starts[stretches[at]], listed.starts[stretches[at + 1]], stretches[at + 2]);
      }
      output.set(sums, position * sums.length);
    }
  }

  private add(from: number, to: number, row: number): void {
    const { sums, kernel, listed } = this;
    for (let index = from; index < to; index++) {
      const value = listed.values[index];
      const at = listed.offsets[index] + row * sums.length;
      for (let o = 0; o < sums.length; o++) sums[o] += value * kernel[at + o];
    }
  }
}
