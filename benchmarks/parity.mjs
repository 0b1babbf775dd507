// Every layer's activations of many pictures, by the page's own engine.
//
//   node parity.mjs engine.js pictures network.json weights.safetensors [network.json weights.safetensors ...]
//
// Every network in turn reads `pictures` pictures from standard input, uint8, one after the other, and writes to standard
// output, float32, the layers of each picture in order, in a row.
import { readFileSync, readSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [engineFile, pictures, ...files] = process.argv.slice(2);
const { Network, inputFromPixels, parseNetwork, readSafetensors } = await import(pathToFileURL(engineFile));

/** Move all of `bytes` by `move`, readSync or writeSync; a pipe that is not ready is tried again. */
function moveWhole(move, descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) {
    try {
      const moved = move(descriptor, bytes, { offset: at });
      if (moved === 0) throw new Error(`expected ${bytes.length} bytes, received ${at}`);
      at += moved;
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // the other side has not yet written, or not yet read
    }
  }
}

for (let at = 0; at < files.length; at += 2) {
  const spec = parseNetwork(JSON.parse(readFileSync(files[at], "utf8")));
  const file = readFileSync(files[at + 1]);
  const weights = readSafetensors(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  const network = new Network(spec, weights);
  const picture = new Uint8Array(spec.layers[0].output_shape.reduce((product, side) => product * side, 1));
  for (let count = 0; count < Number(pictures); count++) {
    moveWhole(readSync, 0, picture);
    network.run(inputFromPixels(picture));
    for (const layer of spec.layers) moveWhole(writeSync, 1, new Uint8Array(network.activations(layer.name).slice().buffer));
  }
}
