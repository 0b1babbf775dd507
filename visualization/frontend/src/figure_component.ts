/** The entry `figure`: a Plotly figure as a Streamlit component. */
import type { Cleanup, ComponentArgument } from "./component";
import { Figure } from "./figure/figure";

const figures = new WeakMap<Node, Figure>();

export default function figureComponent(argument: ComponentArgument): Cleanup {
  const { data, parentElement, setTriggerValue } = argument;
  let figure = figures.get(parentElement);
  if (!figure) {
    figure = new Figure(parentElement);
    figures.set(parentElement, figure);
  }
  figure.clicked = (value) => setTriggerValue("click", value);
  void figure.update(data);
  return () => {
    figures.get(parentElement)?.dispose();
    figures.delete(parentElement);
  };
}
