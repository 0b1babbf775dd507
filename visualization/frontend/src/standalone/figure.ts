/** The entry `standalone_figure`: a Plotly figure in a file that opens from disk, with Plotly in it. */
import { Figure } from "../figure/figure";
import { embedded } from "../figure/plotly";
import { draw, jsonIn } from "./parts";

const place = document.getElementById("view") as HTMLElement;

void draw(place, async () => {
  const figure = JSON.stringify(jsonIn("data"));
  const name = document.title;
  await new Figure(place).update({ schema: 1, name, figure, plotly_url: embedded, height: "fill" });
});
