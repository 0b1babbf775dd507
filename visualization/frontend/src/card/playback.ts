/** Slides a window over its input by itself: play, pause, and a step either way. */
import type { LayerSpec } from "../contract";
import { asImageShape, type Place, samePlace } from "../explain/place";
import { button, element } from "../scene/overlay";

const icons = {
  play: "M6 4l10 6-10 6z",
  pause: "M7 4v12M13 4v12",
  back: "M12 5l-5 5 5 5",
  forth: "M8 5l5 5-5 5",
} as const;
const pace = 1000 / 6; // milliseconds a position: quick enough to see the map being filled, slow enough to follow

/** The neuron of the same channel, `steps` positions on, row by row; null where the map ends. */
export function slid(layer: LayerSpec, place: Place, steps: number): Place | null {
  const [rows, columns, channels] = asImageShape(layer.output_shape);
  const index = place.index + steps * channels;
  return index >= 0 && index < rows * columns * channels ? { layer: place.layer, index } : null;
}

export class Playback {
  readonly root = element("div", "playback");
  private readonly player: HTMLButtonElement;
  private readonly back: HTMLButtonElement;
  private readonly forth: HTMLButtonElement;
  private layer: LayerSpec | null = null;
  private place: Place | null = null;
  private awaited: Place | null = null; // where playing has gone, which may not have been shown yet
  private timer = 0;
  private readonly whenHidden = () => document.hidden && this.stop();

  constructor(private readonly select: (place: Place) => void) {
    this.back = button({ name: "One position back", icon: icons.back, act: () => this.step(-1) });
    this.player = button({
      name: "Play",
      icon: icons.play,
      act: () => (this.timer ? this.stop() : this.play()),
    });
    this.forth = button({ name: "One position on", icon: icons.forth, act: () => this.step(1) });
    this.root.append(this.back, this.player, this.forth);
  }

  /** The neuron that is shown now; playing stops where it is not the one that playing has gone to. */
  show(layer: LayerSpec, place: Place): void {
    const expected = [this.place, this.awaited].some((each) => each && samePlace(each, place));
    if (this.timer && !expected) this.stop();
    this.layer = layer;
    this.place = place;
    this.back.ariaDisabled = String(!slid(layer, place, -1));
    this.forth.ariaDisabled = String(!slid(layer, place, 1));
  }

  stop(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.awaited = null;
    document.removeEventListener("visibilitychange", this.whenHidden);
    this.mark();
  }

  private play(): void {
    if (!this.layer || !this.place) return;
    this.timer = window.setInterval(() => this.tick(), pace);
    document.addEventListener("visibilitychange", this.whenHidden);
    this.mark();
    // At the end it begins anew.
    if (!slid(this.layer, this.place, 1)) this.go({ ...this.place, index: this.place.index % this.channels });
  }

  private tick(): void {
    if (this.root.isConnected && this.layer && this.place) {
      const next = slid(this.layer, this.place, 1);
      if (next) {
        this.go(next);
        return;
      }
    }
    this.stop();
  }

  private step(steps: 1 | -1): void {
    this.stop();
    const next = this.layer && this.place && slid(this.layer, this.place, steps);
    if (next) this.select(next);
  }

  private go(place: Place): void {
    this.awaited = place;
    this.select(place);
  }

  private get channels(): number {
    return asImageShape(this.layer!.output_shape)[2];
  }

  private mark(): void {
    const name = this.timer ? "Pause" : "Play";
    this.player.ariaLabel = name;
    this.player.title = name;
    this.player.querySelector("path")!.setAttribute("d", this.timer ? icons.pause : icons.play);
  }
}
