/** The entry `figure`: a Plotly figure as a Streamlit component. */
import { component } from "./component";
import { Figure } from "./figure/figure";

export default component(
  (place) => new Figure(place),
  (figure, { data, setTriggerValue }) => {
    figure.clicked = (value) => setTriggerValue("click", value);
    void figure.update(data);
  },
);
