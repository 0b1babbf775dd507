/** The entry `links`: the network as nodes and the links between them, as a Streamlit component. */
import type { Cleanup, ComponentArgument } from "./component";
import { Links } from "./links/links";
import { sketch } from "./page_sketch";

const pictures = new WeakMap<Node, Links>();

export default function linksComponent(argument: ComponentArgument): Cleanup {
  const { data, parentElement, setStateValue, setTriggerValue } = argument;
  let links = pictures.get(parentElement);
  if (!links) {
    links = new Links(parentElement, sketch);
    pictures.set(parentElement, links);
  }
  links.pad.drawn = (message) => setStateValue("drawing", message);
  links.brought = (message) => setTriggerValue("bring", message);
  void links.update(data);
  return () => {
    pictures.get(parentElement)?.dispose();
    pictures.delete(parentElement);
  };
}
