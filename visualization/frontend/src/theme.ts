/** Streamlit's theme, which reaches a component as CSS custom properties, also through a shadow root. */
import { type Brightness, type Colour, lightness } from "./palette";

export interface Theme {
  readonly brightness: Brightness;
  readonly background: Colour;
  readonly text: Colour;
  readonly primary: Colour;
  readonly font: string;
}

/** Read the theme as it is at `probe`, an element made by `watchTheme`. */
export function readTheme(probe: HTMLElement): Theme {
  const style = getComputedStyle(probe);
  const background = parseRgb(style.getPropertyValue("background-color"), [14, 17, 23]);
  return {
    brightness: lightness(background) < 0.6 ? "dark" : "light",
    background,
    text: parseRgb(style.getPropertyValue("color"), [250, 250, 250]),
    primary: parseRgb(style.getPropertyValue("border-top-color"), [0, 120, 212]),
    font: style.getPropertyValue("font-family") || "sans-serif",
  };
}

/** An invisible element that wears the theme's colours. Call `changed` when they change; `stop` ends that.
 *
 * Streamlit exchanges a class on some ancestor, which no observer inside a shadow root sees. A transition on the
 * probe fires for any change of the properties, wherever it comes from.
 */
export function watchTheme(root: HTMLElement, changed: () => void): { probe: HTMLElement; stop: () => void } {
  const probe = document.createElement("div");
  probe.ariaHidden = "true";
  probe.style.cssText =
    "position:absolute;width:0;height:0;visibility:hidden;pointer-events:none;" +
    "background-color:var(--st-background-color,#0e1117);color:var(--st-text-color,#fafafa);" +
    "border-top:0 solid var(--st-primary-color,#4c9be8);font-family:var(--st-font,sans-serif);" +
    "transition:background-color 1ms,color 1ms,border-top-color 1ms";
  root.append(probe);
  probe.addEventListener("transitionend", changed);
  return {
    probe,
    stop: () => {
      probe.removeEventListener("transitionend", changed);
      probe.remove();
    },
  };
}

/** `rgb(1, 2, 3)` or `rgba(…)` as getComputedStyle writes it; `fallback` for anything else. */
export function parseRgb(text: string, fallback: Colour): Colour {
  const numbers = text.startsWith("rgb") ? text.match(/[\d.]+/g)?.map(Number) : undefined;
  if (!numbers || numbers.length < 3 || numbers[3] === 0) return fallback;
  return [numbers[0], numbers[1], numbers[2]];
}

export function mixColours(from: Colour, to: Colour, share: number): Colour {
  const mix = (channel: 0 | 1 | 2) => from[channel] + (to[channel] - from[channel]) * share;
  return [mix(0), mix(1), mix(2)];
}

export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
