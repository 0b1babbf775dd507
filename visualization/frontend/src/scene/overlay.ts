/** The HTML over and around the canvas: what is read, the legend, the buttons, messages. Holds no state of the network. */
import { cssGradient } from "../palette";
import type { Covered } from "./room";
import { sceneStyles } from "./styles";

export interface Tool {
  readonly name: string;
  readonly icon: string; // SVG path data on a 20 × 20 field
  readonly act: () => void;
}

export const icons = {
  left: "M16.5 7.5c1 6.500-13 7.500-13 0M1.500 10.500l2-3.500 3.300 2.300",
  right: "M3.500 7.500c-1 6.500 13 7.500 13 0M18.500 10.500l-2-3.500-3.300 2.300",
  nearer: "M10 4v12M4 10h12",
  farther: "M4 10h12",
  home: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  layers: "M10 3l7 4-7 4-7-4zM3 10.500l7 4 7-4M3 14l7 4 7-4",
  gauge: "M4 15a7 7 0 1 1 12 0M10 11l3.500-4",
} as const;

const hintKey = "strata-scene-hint-seen";
const silence = 1500; // milliseconds between two spoken predictions: training sends one a second

export class Overlay {
  readonly root = element("div", "strata-scene");
  readonly canvas = document.createElement("canvas");
  readonly marks = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly labels = element("div", "over");
  private readonly says = element("p", "says");
  private readonly about = element("p", "about");
  private readonly engine = element("p", "about engine");
  private readonly legendTitle = element("div", "");
  private readonly strip = element("div", "strip");
  private readonly ends = element("div", "ends");
  private readonly legend = element("div", "legend");
  private readonly hint = element("div", "hint");
  private readonly tip = element("div", "tip");
  private readonly note = element("p", "notice");
  private readonly spoken = element("div", "spoken");
  private readonly walked = element("div", "spoken");
  private readonly tools = element("div", "tools");
  private speech = 0;
  private toSay = "";
  private lastSpoken = Number.NEGATIVE_INFINITY;

  constructor(parent: ParentNode & Node, tools: readonly Tool[]) {
    const style = document.createElement("style");
    style.textContent = sceneStyles;
    const reading = element("div", "reading");
    reading.append(this.says, this.about, this.engine);
    this.legend.append(this.legendTitle, this.strip, this.ends);
    for (const spoken of [this.spoken, this.walked]) spoken.setAttribute("aria-live", "polite");
    // Not "img": its arrow keys are the scene's own.
    this.canvas.setAttribute("role", "application");
    this.canvas.ariaRoleDescription = "network in 3D";
    this.canvas.tabIndex = 0;
    this.marks.classList.add("over");
    this.marks.ariaHidden = "true";
    this.labels.ariaHidden = "true"; // the same is in the canvas's description
    this.note.setAttribute("role", "status");
    this.tools.append(...tools.map(button));
    for (const part of [this.hint, this.tip, this.note, this.legend]) part.hidden = true;
    this.hint.textContent = "Drag to turn · scroll or pinch to zoom · touch a neuron";
    this.root.append(
      style,
      this.canvas,
      this.marks,
      this.labels,
      reading,
      this.legend,
      this.hint,
      this.tools,
      this.note,
      this.tip,
      this.spoken,
      this.walked,
    );
    parent.append(this.root);
  }

  read(sentence: string, about: string): void {
    this.says.textContent = sentence;
    this.about.textContent = about;
    this.about.title = about;
  }

  /** Who computes, what is waited for, and what is not drawn. */
  tellEngine(words: string): void {
    this.engine.textContent = words;
    this.engine.title = words;
  }

  /** Describe the canvas, and say the prediction aloud, at most once in a while and the latest last. */
  describe(description: string, toSay: string): void {
    this.canvas.ariaLabel = description;
    if (toSay === this.toSay) return;
    this.toSay = toSay;
    if (this.speech) return;
    const wait = Math.max(0, this.lastSpoken + silence - performance.now());
    this.speech = window.setTimeout(() => {
      this.speech = 0;
      this.lastSpoken = performance.now();
      this.spoken.textContent = this.toSay;
    }, wait);
  }

  /** Say aloud what the keyboard has come to. */
  say(text: string): void {
    this.walked.textContent = text;
  }

  addTools(buttons: readonly HTMLButtonElement[]): void {
    this.tools.prepend(...buttons);
  }

  showLegend(title: string, stops: readonly string[], low: string, high: string): void {
    this.legend.hidden = false;
    this.legendTitle.textContent = title;
    this.strip.style.background = cssGradient(stops);
    this.ends.replaceChildren(textOf(low), textOf(high));
  }

  /** What the words over the scene take of it. */
  get covered(): Covered {
    const { classList } = this.root;
    const under = !this.hint.hidden && (classList.contains("narrow") || classList.contains("docked"));
    const last = under ? this.hint : this.engine;
    const { top } = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.legend;
    return { top: last.getBoundingClientRect().bottom - top, legend: { width, height } };
  }

  /** Called when the legend or what is read takes another part of the view. */
  watchCovered(changed: () => void): () => void {
    const watch = new ResizeObserver(changed);
    for (const part of [this.legend, this.engine]) watch.observe(part);
    return () => watch.disconnect();
  }

  /** Something to tell in words; null takes it away. */
  notice(text: string | null): void {
    this.note.hidden = text === null;
    this.note.textContent = text ?? "";
  }

  showTip(text: string | null, x = 0, y = 0): void {
    this.tip.hidden = text === null;
    if (text === null) return;
    this.tip.textContent = text;
    const { clientWidth: width, clientHeight: height } = this.root;
    const left = x + 14 + this.tip.offsetWidth > width ? x - 14 - this.tip.offsetWidth : x + 14;
    const top = y - 12 - this.tip.offsetHeight < 0 ? y + 18 : y - 12 - this.tip.offsetHeight;
    const inside = Math.max(4, Math.min(left, width - this.tip.offsetWidth - 4));
    this.tip.style.transform = `translate(${inside}px, ${Math.min(top, height - this.tip.offsetHeight - 4)}px)`;
  }

  showHint(): void {
    if (!seen()) this.hint.hidden = false;
  }

  hideHint(): void {
    if (this.hint.hidden) return;
    this.hint.hidden = true;
    try {
      localStorage.setItem(hintKey, "1");
    } catch {
      // Storage may be forbidden: the hint then shows once a visit.
    }
  }

  hideTools(): void {
    this.tools.hidden = true;
  }

  dispose(): void {
    clearTimeout(this.speech);
    this.root.remove();
  }
}

function seen(): boolean {
  try {
    return localStorage.getItem(hintKey) !== null;
  } catch {
    return false;
  }
}

export function element(tag: "div" | "p" | "span" | "b", className: string): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

function textOf(text: string): HTMLElement {
  const span = element("span", "");
  span.textContent = text;
  return span;
}

export function button({ name, icon, act }: Tool): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.ariaLabel = name;
  made.title = name;
  made.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${icon}"/></svg>`;
  made.addEventListener("click", act);
  return made;
}
