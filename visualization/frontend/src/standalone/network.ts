/** The entry `standalone_network`: a network in 3D with its drawing pad, in a file that opens from disk, without a server.
 *
 * One classic script: modules that a page from disk imports are refused by browsers.
 */
import { Sketch } from "../drawing/sketch";
import { readSafetensors } from "../safetensors";
import { Scene } from "../scene/scene";
import { Viewing } from "../scene/viewing";
import { weights } from "../scene/weights";
import { Chooser } from "./chooser";
import { parseStandalone } from "./contract";
import { bytesIn, draw, jsonIn } from "./parts";

const place = document.getElementById("view") as HTMLElement;

void draw(place, async () => {
  const { scene: data, pictures } = parseStandalone(jsonIn("data"));
  weights.hold(data.weights_url, readSafetensors(bytesIn("weights")));
  const sketch = new Sketch();
  const scene = new Scene(place, sketch, new Viewing(), false);
  const chooser = new Chooser(pictures, (picture) => {
    sketch.held = false;
    void scene.update({ ...data, image: picture });
  });
  if (pictures.length > 1) place.before(chooser.root);
  scene.pad.drawn = () => chooser.mark(null);
  await scene.update(data);
});
