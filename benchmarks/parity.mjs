// Every layer's activations of many pictures, by the page's own engine.
//
//   node parity.mjs engine.js network.json weights.safetensors < pixels > activations
//
// pixels: uint8 pictures one after the other; activations: float32, the layers of each picture in order, in a row.
import { readFileSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engineFile, networkFile, weightsFile] = process.argv.slice(2);
const { Network, inputFromPixels, parseNetwork, readSafetensors } = await import(pathToFileURL(engineFile));
const spec = parseNetwork(JSON.parse(readFileSync(networkFile, "utf8")));
const file = readFileSync(weightsFile);
const weights = readSafetensors(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
const network = new Network(spec, weights);
const pictureBytes = spec.layers[0].output_shape.reduce((product, side) => product * side, 1);

function writeWhole(bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // the pipe is full until the other side has read
    }
  }
}

let rest = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= pictureBytes) {
    network.run(inputFromPixels(new Uint8Array(rest.subarray(0, pictureBytes))));
    for (const layer of spec.layers) writeWhole(new Uint8Array(network.activations(layer.name).slice().buffer));
    rest = rest.subarray(pictureBytes);
  }
}
