/** The card of one neuron: what it is, its value, and the arithmetic behind it, which can be changed. */
import { positionOf } from "../explain/place";
import { type PaletteKind, stopsFor } from "../palette";
import { button, element } from "../scene/overlay";
import { decimal, percent } from "../scene/words";
import type { Theme } from "../theme";
import { aboutLayer } from "./about";
import { cardStyles } from "./card_styles";
import type { CardContent, CardEvents, Surroundings } from "./content";
import { EditActions } from "./edit_actions";
import { partStyles } from "./part_styles";
import { makeParts, type Part } from "./parts";
import { Shades } from "./shades";
import { write } from "./text";
import { channelName, placeName, placeWords } from "./wording";

export type { CardContent, CardEvents } from "./content";

const icons = {
  close: "M5 5l10 10M15 5L5 15",
  forward: "M3 7.500h9.500V17H3zM7.500 7.500V3H17v9.500h-4.500",
  help: "M7 7.500a3 3 0 1 1 4.200 2.700c-.9.400-1.200 1-1.200 2M10 15.200v.200",
} as const;

const strong = 2; // the stop of the palette, from either end, that stands out from the card in both themes

export class Card {
  readonly root = element("div", "card");
  private readonly events: CardEvents;
  private readonly name = element("p", "name");
  private readonly value = element("p", "value");
  private readonly help: HTMLButtonElement;
  private readonly about = element("p", "about");
  private readonly forward: HTMLButtonElement;
  private readonly body = element("div", "body");
  private readonly complaint = element("p", "complaint");
  private readonly parts: ReturnType<typeof makeParts>;
  private readonly actions: EditActions;
  private readonly listeners = new AbortController();
  private part: Part | null = null;
  private content: CardContent | null = null;
  private theme: Theme | null = null;
  private palette: PaletteKind = "perceptual";
  private shades: Shades | null = null;

  /** Stands hidden in `parent`, the scene's root, until there is something to show. */
  constructor(parent: HTMLElement, events: CardEvents) {
    this.events = this.guarded(events);
    const surroundings: Surroundings = {
      events: this.events,
      shades: () => this.shades!,
      complain: (message) => this.complain(message),
    };
    this.parts = makeParts(surroundings);
    this.actions = new EditActions(this.events);
    this.help = button({ name: "What is this layer?", icon: icons.help, act: () => this.toggleHelp() });
    this.forward = button({ name: "", icon: icons.forward, act: () => this.bringForward() });
    this.build();
    parent.append(this.root);
    const closes = (event: KeyboardEvent) => {
      if (event.key === "Escape" && this.shown && !event.defaultPrevented) events.close();
    };
    parent.addEventListener("keydown", closes, { signal: this.listeners.signal });
  }

  /** Show a neuron, or the same one with new numbers: what has the focus and what is being typed stays. */
  show(content: CardContent): void {
    if (!this.shades) throw new Error("The card has no colours yet: call setTheme first.");
    const { spec, place, classNames, explanation } = content;
    const layer = spec.layers[place.layer];
    const title = placeName(spec, place, classNames);
    if (this.root.ariaLabel !== title) {
      this.root.ariaLabel = title;
      this.complain(null); // it was about another neuron
    }
    this.content = content;
    write(this.name, [layer.title, ...placeWords(spec, place, classNames)].join(" · "));
    write(this.about, aboutLayer(spec, place.layer));
    const share = "softmax" in explanation && explanation.softmax;
    write(this.value, (share ? percent : decimal)(explanation.result));
    this.forward.hidden = !(layer.output_shape.length === 3 && layer.output_shape[2] > 1);
    const { channel } = positionOf(layer.output_shape, place.index);
    this.forward.title = `Bring ${channelName(layer, channel)} to the front`;
    this.forward.ariaLabel = this.forward.title;
    this.root.hidden = false; // before the parts: lists scroll to what is chosen, which takes a size
    this.showPart(content);
    this.actions.show(content);
  }

  /** The focus, where the card has it, is let go: the caller knows where it belongs. */
  hide(): void {
    this.part?.leave?.();
    this.content = null;
    const { active } = this;
    if (active instanceof HTMLElement && this.root.contains(active)) active.blur(); // browsers would do it a frame later
    this.root.hidden = true;
  }

  get shown(): boolean {
    return this.content !== null;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.colour();
  }

  /** The colours of numbers and pictures are those of the scene. */
  setPalette(palette: PaletteKind): void {
    if (palette === this.palette) return;
    this.palette = palette;
    this.colour();
  }

  dispose(): void {
    this.part?.leave?.();
    this.listeners.abort();
    this.root.remove();
  }

  /** The events, with what the card itself has to do about them. */
  private guarded(events: CardEvents): CardEvents {
    return {
      ...events,
      edit: (change) => {
        if (!this.shown) return; // a field loses the focus when the card goes; its network may have gone too
        this.complain(null);
        events.edit(change);
      },
      restore: (what) => {
        this.complain(null);
        const button = this.active;
        events.restore(what);
        if (button?.closest("[hidden]")) this.takeFocus(); // the button has gone with what it restored
      },
    };
  }

  private build(): void {
    const style = document.createElement("style");
    style.textContent = cardStyles + partStyles;
    this.root.setAttribute("role", "region");
    this.root.tabIndex = -1;
    this.root.hidden = true;
    const close = button({ name: "Close", icon: icons.close, act: () => this.events.close() });
    const buttons = element("div", "buttons");
    buttons.append(this.forward, this.help, close);
    this.name.setAttribute("role", "heading");
    this.name.ariaLevel = "3";
    const head = element("div", "head");
    head.append(this.name, buttons, this.value);
    this.about.hidden = true;
    this.help.ariaExpanded = "false";
    this.complaint.setAttribute("role", "alert");
    this.root.append(style, head, this.about, this.body, this.complaint, this.actions.root);
    // What is typed here is no shortcut of the page's.
    this.root.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
  }

  private showPart(content: CardContent): void {
    const { explanation } = content;
    const part = this.parts[explanation.kind];
    if (part !== this.part) {
      this.part?.leave?.();
      this.part = part;
      const had = this.body.contains(this.active);
      this.body.replaceChildren(part.root);
      if (had) this.takeFocus();
      this.root.scrollTop = 0;
    }
    part.show(content, explanation);
  }

  private colour(): void {
    if (!this.theme) return;
    this.shades = new Shades(this.theme, this.palette);
    const stops = stopsFor(this.theme.brightness, this.palette, true);
    this.root.style.setProperty("--negative", stops[strong]);
    this.root.style.setProperty("--positive", stops[stops.length - 1 - strong]);
    if (this.content) this.show(this.content);
  }

  private complain(message: string | null): void {
    this.complaint.textContent = message ?? "";
    this.complaint.hidden = message === null;
  }

  /** What has the focus, here or elsewhere on the page. */
  private get active(): Element | null {
    return (this.root.getRootNode() as Document | ShadowRoot).activeElement;
  }

  private takeFocus(): void {
    this.root.focus({ preventScroll: true });
  }

  private toggleHelp(): void {
    this.about.hidden = !this.about.hidden;
    this.help.ariaExpanded = String(!this.about.hidden);
  }

  private bringForward(): void {
    if (!this.content) return;
    const { spec, place } = this.content;
    const { channel } = positionOf(spec.layers[place.layer].output_shape, place.index);
    this.events.forward(place.layer, channel);
  }
}
