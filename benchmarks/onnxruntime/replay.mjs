// The same inputs through the page's engine and through onnxruntime-web, one pass at a time, in one page.
import { Network, parseNetwork, readSafetensors } from "./engine.js";
import * as ort from "./ort.wasm.min.mjs";

const warmUp = 200; // passes: until the browser has compiled what it will compile

const bytes = async (name) => (await fetch(name)).arrayBuffer();

/** Milliseconds of each pass of `run`, by a clock of 5 µs where the page is cross-origin isolated. */
async function time(run, inputs) {
  for (let pass = 0; pass < warmUp; pass++) await run(inputs[pass % inputs.length]);
  const times = [];
  for (const input of inputs) {
    const start = performance.now();
    await run(input);
    times.push(performance.now() - start);
  }
  return times;
}

async function session(file) {
  const made = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  return (input) => made.run({ input: new ort.Tensor("float32", input, [1, 1, 28, 28]) });
}

/** What one pass of each takes, and the probabilities that both give for every input. */
export async function compare(threads, rounds) {
  ort.env.wasm.numThreads = threads;
  const spec = parseNetwork(await (await fetch("network.json")).json());
  const network = new Network(spec, readSafetensors(await bytes("weights")));
  const values = new Float32Array(await bytes("inputs"));
  const length = network.activations("input").length;
  const count = values.length / length;
  const inputs = Array.from({ length: count }, (_, index) => values.subarray(index * length, (index + 1) * length));
  const engine = (input) => network.run(input);
  const last = await session("last.onnx");
  const every = await session("every.onnx");
  const answers = [];
  for (const input of inputs) {
    engine(input);
    const [output] = Object.values(await last(input));
    answers.push([[...network.probabilities], [...output.data]]);
  }
  const times = { engine: [], onnxruntime: [], onnxruntime_all_layers: [] };
  // In turn, so that a slow second of the machine hits all of them.
  for (let round = 0; round < rounds; round++) {
    // The engine computes at once: an await would add a turn of the event loop to what it takes.
    times.engine.push(...timeNow(engine, inputs));
    times.onnxruntime.push(...(await time(last, inputs)));
    times.onnxruntime_all_layers.push(...(await time(every, inputs)));
  }
  return { times, answers, isolated: crossOriginIsolated, threads: ort.env.wasm.numThreads };
}

function timeNow(run, inputs) {
  for (let pass = 0; pass < warmUp; pass++) run(inputs[pass % inputs.length]);
  return inputs.map((input) => {
    const start = performance.now();
    run(input);
    return performance.now() - start;
  });
}
