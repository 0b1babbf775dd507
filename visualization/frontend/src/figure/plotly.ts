/** Plotly itself: one script for the whole page, from the address that Python names. */
import type { PlotlyObject } from "./contract";

export interface PlotlyElement extends HTMLElement {
  on?: (event: string, listener: (value: unknown) => void) => void;
  /** Everything that is drawn, defaults included; not public, but the only way to a 3D camera that still moves. */
  readonly _fullLayout?: Readonly<Record<string, unknown>>;
}
/** A 3D subplot in `_fullLayout`. */
export interface Scene3d {
  camera: unknown;
  readonly _scene: { getCamera(): unknown };
}
export interface Plotly {
  react(
    element: HTMLElement,
    data: readonly PlotlyObject[],
    layout: PlotlyObject,
    config: PlotlyObject,
  ): Promise<unknown>;
  purge(element: HTMLElement): void;
  readonly Plots: { resize(element: HTMLElement): unknown };
}

declare global {
  interface Window {
    Plotly?: Plotly;
  }
}

/** The address of a Plotly that the page has already run. */
export const embedded = "embedded";

const loading = new Map<string, Promise<Plotly>>();

/** The script's Plotly; asked again after a failure, it tries again. */
export function loadPlotly(url: string): Promise<Plotly> {
  if (url === embedded && window.Plotly) return Promise.resolve(window.Plotly);
  let promise = loading.get(url);
  if (!promise) {
    promise = addScript(url);
    promise.catch(() => loading.delete(url));
    loading.set(url, promise);
  }
  return promise;
}

function addScript(url: string): Promise<Plotly> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.async = true;
    script.addEventListener("load", () => {
      if (window.Plotly) resolve(window.Plotly);
      else reject(new Error(`The script ${url} holds no Plotly. Reload the page.`));
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(
        new Error(
          `The figure's drawing library did not load from ${url}. Check the connection and reload the page.`,
        ),
      );
    });
    document.head.append(script);
  });
}
