/** The entry `timeline`: the slider over a run's snapshots as a Streamlit component. */
import { component } from "./component";
import { Timeline } from "./timeline/timeline";

export default component(
  (place) => new Timeline(place),
  (timeline, { data, setStateValue }) => {
    timeline.tell = (message) => setStateValue("moment", message);
    timeline.update(data);
  },
);
