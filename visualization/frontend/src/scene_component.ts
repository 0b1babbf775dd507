/** The entry `scene`: the network in 3D as a Streamlit component. */
import type { Cleanup, ComponentArgument } from "./component";
import { sketch } from "./page_sketch";
import { Scene } from "./scene/scene";
import { Viewing } from "./scene/viewing";

// Streamlit calls again with the same parent whenever data changes: the scene must be found again.
const scenes = new WeakMap<Node, Scene>();
// How it is looked at outlives the view, as what is drawn does: it goes whenever another one is chosen.
const viewing = new Viewing();

export default function sceneComponent(argument: ComponentArgument): Cleanup {
  const { data, parentElement, setStateValue } = argument;
  let scene = scenes.get(parentElement);
  if (!scene) {
    scene = new Scene(parentElement, sketch, viewing);
    scenes.set(parentElement, scene);
  }
  scene.pad.drawn = (message) => setStateValue("drawing", message);
  scene.picked = (message) => setStateValue("pick", message);
  void scene.update(data);
  return () => {
    scenes.get(parentElement)?.dispose();
    scenes.delete(parentElement);
  };
}
