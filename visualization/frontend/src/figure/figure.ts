/** One Plotly figure on the page: keeps the reader's camera and zoom through new data and themes. */
import { ContractError } from "../checks";
import { fillWindow } from "../fill";
import { prefersReducedMotion, readTheme, watchTheme } from "../theme";
import {
  type ClickValue,
  clickValue,
  type FigureData,
  type PlotlyFigure,
  type PlotlyObject,
  parseFigure,
  parseFigureData,
} from "./contract";
import { loadPlotly, type Plotly, type PlotlyElement, type Scene3d } from "./plotly";
import { themedLayout } from "./template";
import { parseThumbnails, ThumbnailPanel, thumbnailStyles } from "./thumbnails";

const clickSlack = 5; // CSS pixels that a hand moves between pressing and letting go

const leastHeightForButtons = 250; // CSS pixels

const styles = /* css */ `
.strata-figure { position: relative; width: 100%; min-width: 0; color: var(--st-text-color); font: 400 13px/1.4 var(--st-font, sans-serif); }
.strata-figure > .chart { position: absolute; inset: 0; }
.strata-figure > .words { position: absolute; left: 12px; right: 12px; top: 12px; margin: 0; z-index: 2; }
.strata-figure > .words[hidden] { display: none; }
${thumbnailStyles}`;

export type Clicked = (value: NonNullable<ReturnType<typeof clickValue>>) => void;

export class Figure {
  readonly root = document.createElement("div");
  /** Set anew by every call from Streamlit. */
  clicked: Clicked = () => {};
  private readonly chart: PlotlyElement = document.createElement("div");
  private readonly words = document.createElement("p");
  private readonly thumbnail = new ThumbnailPanel();
  private readonly themeWatch: ReturnType<typeof watchTheme>;
  private readonly sizeWatch: ResizeObserver;
  private plotly: Plotly | null = null;
  private data: FigureData | null = null;
  private figure: PlotlyFigure | null = null;
  private listening = false;
  private hovered: ClickValue | null = null; // the point that Plotly names under the pointer
  private pressed: readonly [number, number] | null = null; // where the button went down
  private disposed = false;
  private adopted = false;
  private size = "";
  private stopFilling: (() => void) | null = null;

  constructor(parent: ParentNode & Node) {
    const style = document.createElement("style");
    style.textContent = styles;
    this.root.className = "strata-figure";
    this.chart.className = "chart";
    this.words.className = "words";
    this.words.setAttribute("role", "status");
    this.words.textContent = "Loading the figure …";
    this.root.append(style, this.chart, this.words, this.thumbnail.root);
    parent.append(this.root);
    this.themeWatch = watchTheme(this.root, () => void this.draw());
    this.sizeWatch = new ResizeObserver(() => this.resize());
    this.sizeWatch.observe(this.root);
  }

  async update(value: unknown): Promise<void> {
    try {
      const data = parseFigureData(value);
      const before = this.data;
      if (before && JSON.stringify(before) === JSON.stringify(data) && this.root.dataset.ready === "true")
        return;
      this.data = data;
      this.root.dataset.ready = "false";
      this.setHeight(data.height);
      const figure = before?.figure === data.figure && this.figure ? this.figure : parseFigure(data.figure);
      this.thumbnail.set(parseThumbnails(figure.layout));
      this.plotly = await loadPlotly(data.plotly_url);
      if (this.disposed || this.data !== data) return; // later data is on its way
      this.figure = figure;
      await this.draw();
    } catch (error) {
      this.say(
        error instanceof ContractError
          ? `This figure cannot be shown. ${error.message}`
          : String((error as Error).message),
      );
    }
  }

  dispose(): void {
    this.disposed = true;
    this.stopFilling?.();
    window.removeEventListener("pointerup", this.release, { capture: true });
    this.sizeWatch.disconnect();
    this.themeWatch.stop();
    this.plotly?.purge(this.chart);
    this.root.remove();
  }

  private setHeight(height: FigureData["height"]): void {
    if (height === "fill") this.stopFilling ??= fillWindow(this.root);
    else this.root.style.height = `${height}px`;
  }

  private async draw(): Promise<void> {
    const { plotly, figure, data } = this;
    if (!plotly || !figure || !data || this.disposed) return;
    const layout = themedLayout(figure, readTheme(this.themeWatch.probe));
    if (prefersReducedMotion()) layout.transition = { duration: 0 };
    this.size = this.measure();
    // Plotly writes into what it is given: a copy of the traces keeps ours clean for the next theme.
    const traces = figure.data.map((trace) => ({ ...trace }));
    keepCameras(this.chart);
    const hasRoom = data.height === "fill" || data.height >= leastHeightForButtons;
    const displayModeBar = hasRoom ? "hover" : false;
    const toImageButtonOptions = { filename: fileNameOf(data.name) };
    await plotly.react(this.chart, traces, layout, { ...config, displayModeBar, toImageButtonOptions });
    if (this.disposed || this.data !== data) return;
    this.adoptStyles();
    this.listen();
    this.say(null);
    Object.assign(this.root, { strata: { figure: this.chart } });
    this.root.dataset.ready = "true";
  }

  /** Plotly writes its style rules into the document's head, which a shadow root does not see: copy them. */
  private adoptStyles(): void {
    if (this.adopted || !(this.root.getRootNode() instanceof ShadowRoot)) return;
    const styles = document.head.querySelectorAll<HTMLStyleElement>('style[id^="plotly.js-style"]');
    const rules = [...styles].flatMap((style) =>
      [...(style.sheet?.cssRules ?? [])].map((rule) => rule.cssText),
    );
    const copy = document.createElement("style");
    copy.textContent = rules.join("\n");
    this.root.prepend(copy);
    this.adopted = rules.length > 0;
  }

  private listen(): void {
    if (this.listening || !this.chart.on) return;
    this.listening = true;
    // In 3D, Plotly's own click comes from a frame drawn while the button is held: a quick click is missed, and turning
    // the figure counts as one. So: what the pointer rests on, when it goes up where it went down.
    this.chart.on("plotly_hover", (event) => {
      this.hovered = clickValue(event);
      this.thumbnail.show(this.hovered?.customdata);
    });
    this.chart.on("plotly_unhover", () => {
      this.hovered = null;
      this.thumbnail.hide();
    });
    this.chart.addEventListener("pointerdown", (event) => this.press(event), { capture: true });
    // Plotly lays a cover over the whole page while the button is down, so it does not go up over the chart.
    window.addEventListener("pointerup", this.release, { capture: true });
  }

  private press(event: PointerEvent): void {
    this.pressed = event.button === 0 && event.isPrimary ? [event.clientX, event.clientY] : null;
  }

  private readonly release = (event: PointerEvent): void => {
    const { pressed, hovered } = this;
    this.pressed = null;
    if (!pressed || !hovered) return;
    const moved = Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]);
    if (moved < clickSlack) this.clicked(hovered);
  };

  private resize(): void {
    if (!this.plotly || !this.listening || this.size === this.measure() || this.root.clientWidth === 0)
      return;
    this.size = this.measure();
    this.plotly.Plots.resize(this.chart);
  }

  private measure(): string {
    return `${this.root.clientWidth}x${this.root.clientHeight}`;
  }

  private say(text: string | null): void {
    this.words.hidden = text === null;
    this.words.textContent = text ?? "";
  }
}

/** "curve_loss" to "strata-curve-loss". */
export function fileNameOf(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return ["strata", ...words].join("-").slice(0, 80);
}

/** Plotly restores the camera as it was when the button was released; by then a slow machine still turns it a little. */
function keepCameras(chart: PlotlyElement): void {
  for (const subplot of Object.values(chart._fullLayout ?? {})) {
    const camera = (subplot as Partial<Scene3d> | null)?._scene?.getCamera();
    if (camera) (subplot as Scene3d).camera = camera;
  }
}

/** Image, zoom, pan, turn and reset; the rest of Plotly's buttons is for other work, or leads away. */
const config: PlotlyObject = {
  displaylogo: false,
  responsive: false, // our own observer sees the container, Plotly's only the window
  showLink: false,
  showSendToCloud: false, // nothing on this page leaves it
  plotlyServerURL: "",
  modeBarButtonsToRemove: [
    "select2d",
    "lasso2d",
    "autoScale2d",
    "hoverClosestCartesian",
    "hoverCompareCartesian",
    "toggleSpikelines",
    "resetCameraLastSave3d",
    "hoverClosest3d",
    "orbitRotation",
  ],
};
