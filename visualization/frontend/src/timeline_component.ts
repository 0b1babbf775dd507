/** The entry `timeline`: the slider over a run's snapshots as a Streamlit component. */
import type { Cleanup, ComponentArgument } from "./component";
import { Timeline } from "./timeline/timeline";

const timelines = new WeakMap<Node, Timeline>();

export default function timelineComponent(argument: ComponentArgument): Cleanup {
  const { data, parentElement, setStateValue } = argument;
  let timeline = timelines.get(parentElement);
  if (!timeline) {
    timeline = new Timeline(parentElement);
    timelines.set(parentElement, timeline);
  }
  timeline.tell = (message) => setStateValue("moment", message);
  timeline.update(data);
  return () => {
    timelines.get(parentElement)?.dispose();
    timelines.delete(parentElement);
  };
}
