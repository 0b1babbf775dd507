/** The entry `scene`: the network in 3D as a Streamlit component. */
import type { Cleanup, ComponentArgument } from "./component";
import { Scene } from "./scene/scene";

// Streamlit calls again with the same parent whenever data changes: the scene must be found again.
const scenes = new WeakMap<Node, Scene>();

export default function sceneComponent({ data, parentElement }: ComponentArgument): Cleanup {
  let scene = scenes.get(parentElement);
  if (!scene) {
    scene = new Scene(parentElement);
    scenes.set(parentElement, scene);
  }
  void scene.update(data);
  return () => {
    scenes.get(parentElement)?.dispose();
    scenes.delete(parentElement);
  };
}
