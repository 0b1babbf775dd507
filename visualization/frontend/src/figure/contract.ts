/** What Python sends to the figure component, and the little of Plotly's types that is used here. */
import { asFields, asInteger, asName, ContractError } from "../checks";

export interface FigureData {
  readonly schema: 1;
  /** What its picture is called when somebody saves it. */
  readonly name: string;
  /** A figure as Plotly's Python library writes it; typed arrays stay encoded, plotly.js reads them. */
  readonly figure: string;
  readonly plotly_url: string;
  /** CSS pixels, or what the window leaves. */
  readonly height: number | "fill";
}

export type PlotlyObject = Record<string, unknown>;
export interface PlotlyFigure {
  readonly data: readonly PlotlyObject[];
  readonly layout: PlotlyObject;
}

export function parseFigureData(value: unknown): FigureData {
  const data = asFields(value, "figure data");
  if (data.schema !== 1) throw new ContractError("figure data schema", "1", data.schema);
  return {
    schema: 1,
    name: asName(data.name, "name"),
    figure: asName(data.figure, "figure"),
    plotly_url: asName(data.plotly_url, "plotly_url"),
    height: data.height === "fill" ? "fill" : asInteger(data.height, "height", 1),
  };
}

export function parseFigure(text: string): PlotlyFigure {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ContractError("figure", "JSON", text);
  }
  const figure = asFields(parsed, "figure");
  if (!Array.isArray(figure.data)) throw new ContractError("figure.data", "a list", figure.data);
  for (const [index, trace] of figure.data.entries()) asFields(trace, `figure.data[${index}]`);
  return {
    data: figure.data as PlotlyObject[],
    layout: { ...asFields(figure.layout ?? {}, "figure.layout") },
  };
}

/** One point under the pointer, in values that JSON can carry. */
export interface ClickValue {
  readonly curve: number;
  readonly name: string;
  readonly x: unknown;
  readonly y: unknown;
  readonly z: unknown;
  /** An index, or [row, column] in a surface or heat map. */
  readonly point_number: unknown;
  readonly customdata?: unknown;
}

export function clickValue(event: unknown): ClickValue | null {
  const points = (event as { points?: unknown }).points;
  const point = Array.isArray(points) ? (points[0] as PlotlyObject | undefined) : undefined;
  if (!point) return null;
  const trace = (point.fullData ?? point.data ?? {}) as PlotlyObject;
  const value = {
    curve: Number(point.curveNumber ?? 0),
    name: String(trace.name ?? ""),
    x: plain(point.x),
    y: plain(point.y),
    z: plain(point.z),
    point_number: plain(point.pointNumber ?? point.pointIndex),
  };
  return point.customdata === undefined ? value : { ...value, customdata: plain(point.customdata) };
}

/** Numbers, texts and lists of them; NaN and infinities, which JSON has not, become null. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number>, plain);
  }
  if (Array.isArray(value)) return value.map(plain);
  return null;
}
