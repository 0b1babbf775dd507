/** The looks of every figure: Streamlit's theme and the project's colours, put over a figure that brings neither. Pure. */
import { type Brightness, type Colour, stopsOf } from "../palette";
import type { Theme } from "../theme";
import { mixColours } from "../theme";
import type { PlotlyFigure, PlotlyObject } from "./contract";

/** A new layout; the figure's own wishes stay where it has any. */
export function themedLayout(figure: PlotlyFigure, theme: Theme): PlotlyObject {
  const layout = figure.layout;
  const ink = css(theme.text);
  const quiet = css(mixColours(theme.text, theme.background, 0.28));
  const grid = css(mixColours(theme.background, theme.text, 0.13));
  const axis = {
    gridcolor: grid,
    linecolor: grid,
    zerolinecolor: grid,
    tickfont: { color: quiet, size: 12 },
  };
  const themed: PlotlyObject = {
    ...layout,
    template: undefined, // 7 KB of Plotly's own colours that would win over these
    meta: undefined, // what is in it is for this component, up to a megabyte of pictures
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { size: 13, ...object(layout.font), family: theme.font, color: ink },
    hoverlabel: {
      bgcolor: css(mixColours(theme.background, theme.text, 0.1)),
      bordercolor: css(mixColours(theme.background, theme.text, 0.3)),
      font: { family: theme.font, color: ink, size: 13 },
      ...object(layout.hoverlabel),
    },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: quiet, activecolor: ink, ...object(layout.modebar) },
    uirevision: layout.uirevision ?? "kept",
  };
  for (const [name, value] of Object.entries(layout)) {
    if (/^[xy]axis\d*$/.test(name)) themed[name] = merge(axis, value);
    else if (/^scene\d*$/.test(name)) themed[name] = themedScene(object(value), axis);
    else if (/^coloraxis\d*$/.test(name))
      themed[name] = themedColours(name, object(value), layout, theme.brightness);
  }
  if (usesScene(figure) && !themed.scene) themed.scene = themedScene({}, axis);
  return themed;
}

function usesScene(figure: PlotlyFigure): boolean {
  return figure.data.some((trace) =>
    /^(surface|mesh3d|scatter3d|cone|isosurface|volume)$/.test(String(trace.type)),
  );
}

function themedScene(scene: PlotlyObject, axis: PlotlyObject): PlotlyObject {
  const result: PlotlyObject = { ...scene, bgcolor: "rgba(0,0,0,0)" };
  for (const name of ["xaxis", "yaxis", "zaxis"]) {
    result[name] = merge({ ...axis, showbackground: false, showspikes: false }, scene[name]);
  }
  return result;
}

/** layout.meta.palettes says which colour axis shows which kind of values. */
function themedColours(
  name: string,
  coloraxis: PlotlyObject,
  layout: PlotlyObject,
  brightness: Brightness,
): PlotlyObject {
  const kind = object(object(layout.meta).palettes)[name];
  const bar = merge({ outlinewidth: 0, tickfont: { size: 12 }, exponentformat: "power" }, coloraxis.colorbar);
  if (kind !== "sequential" && kind !== "diverging") return { ...coloraxis, colorbar: bar };
  const stops = stopsOf(brightness, kind);
  const colorscale = stops.map((stop, index) => [index / (stops.length - 1), stop]);
  return { ...coloraxis, colorscale, colorbar: bar };
}

function merge(base: PlotlyObject, value: unknown): PlotlyObject {
  return { ...base, ...object(value) };
}

function object(value: unknown): PlotlyObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlotlyObject) : {};
}

function css(colour: Colour): string {
  return `rgb(${colour.map(Math.round).join(", ")})`;
}
