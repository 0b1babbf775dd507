/** The entry `links`: the network as nodes and the links between them, as a Streamlit component. */
import { component } from "./component";
import { Links } from "./links/links";
import { sketch } from "./page_sketch";

export default component(
  (place) => new Links(place, sketch),
  (links, { data, setStateValue, setTriggerValue }) => {
    links.pad.drawn = (message) => setStateValue("drawing", message);
    links.brought = (message) => setTriggerValue("bring", message);
    void links.update(data);
  },
);
