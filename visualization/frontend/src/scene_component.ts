/** The entry `scene`: the network in 3D as a Streamlit component. */
import { component } from "./component";
import { sketch } from "./page_sketch";
import { Scene } from "./scene/scene";
import { Viewing } from "./scene/viewing";

// How it is looked at outlives the view, as what is drawn does: it goes whenever another one is chosen.
const viewing = new Viewing();

export default component(
  (place) => new Scene(place, sketch, viewing),
  (scene, { data, setStateValue }) => {
    scene.pad.drawn = (message) => setStateValue("drawing", message);
    scene.picked = (message) => setStateValue("pick", message);
    void scene.update(data);
  },
);
