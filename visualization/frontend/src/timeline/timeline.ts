/** The slider over a run's snapshots: moves the scene at once, and tells the page where it comes to rest. */
import { ContractError } from "../checks";
import { weights } from "../scene/weights";
import { Accuracies } from "./accuracies";
import { addressAt, parseTimeline, type TimelineData, type TimelineMessage } from "./contract";
import { moments } from "./moments";
import { timelineStyles } from "./styles";
import { Travel } from "./travel";

const icons = {
  back: "M12.500 4.500L6.500 10l6 5.500",
  forward: "M7.500 4.500L13.500 10l-6 5.500",
  play: "M6.500 4v12l9.500-6z",
  pause: "M7 4.500v11M13 4.500v11",
};
const tick = 40; // milliseconds between two looks at the clock, while something is to come

export class Timeline {
  readonly root = document.createElement("div");
  /** Set anew by every call from Streamlit. */
  tell: (message: TimelineMessage) => void = () => {};
  private readonly slider = document.createElement("input");
  private readonly words = document.createElement("output");
  private readonly playing = iconButton("Play", icons.play, () => this.toggle());
  private readonly newest = document.createElement("button");
  private readonly accuracies = new Accuracies(() => this.draw());
  private data: TimelineData | null = null;
  private travel: Travel | null = null;
  private timer = 0;

  constructor(parent: ParentNode & Node) {
    const style = document.createElement("style");
    style.textContent = timelineStyles;
    this.root.className = "strata-timeline";
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = "Steps of the training";
    this.slider.type = "range";
    this.slider.min = "0";
    this.slider.ariaLabel = "Step";
    this.slider.addEventListener("input", () => this.take(Number(this.slider.value)));
    this.newest.type = "button";
    this.newest.className = "newest";
    this.newest.addEventListener("click", () => this.act((travel, now) => travel.followNewest(now)));
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(
      iconButton("One snapshot back", icons.back, () => this.take(this.travel!.place - 1)),
      this.playing,
      iconButton("One snapshot on", icons.forward, () => this.take(this.travel!.place + 1)),
    );
    this.root.append(style, buttons, this.slider, this.words, this.newest);
    // Before the first move, so that it is followed at once.
    this.root.addEventListener("pointerenter", () => this.prefetch());
    this.root.addEventListener("focusin", () => this.prefetch());
    parent.append(this.root);
  }

  update(value: unknown): void {
    try {
      this.data = parseTimeline(value);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.words.textContent = `The steps cannot be shown. ${error.message}`;
      return;
    }
    if (this.travel) this.travel.receive(this.data);
    else this.travel = new Travel(this.data);
    this.draw();
    this.wake();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.accuracies.forget();
    weights.stopPrefetch();
    moments.show(null);
    this.root.remove();
  }

  private take(place: number): void {
    this.act((travel, now) => {
      travel.pause();
      travel.goTo(place, now);
    });
  }

  private toggle(): void {
    this.prefetch();
    this.act((travel, now) => (travel.playing ? travel.pause() : travel.play(now)));
  }

  private act(change: (travel: Travel, now: number) => void): void {
    if (!this.travel) return;
    change(this.travel, performance.now());
    this.draw();
    this.wake();
  }

  /** Look at the clock until nothing is to come. */
  private wake(): void {
    if (!this.timer) this.timer = window.setTimeout(() => this.look(), tick);
  }

  private look(): void {
    this.timer = 0;
    const { travel, data } = this;
    if (!travel || !data) return;
    const now = performance.now();
    const before = travel.step;
    travel.advance(now, !data.live || weights.has(addressAt(data.weights_url, travel.step)));
    if (travel.step !== before || this.root.dataset.playing !== String(travel.playing)) this.draw();
    const message = travel.message(now);
    if (message) this.tell(message);
    // While the newest is followed, each step would be tested at the training's cost.
    const worthTesting = !(data.active && travel.following);
    const rests = travel.isAtRest(now);
    const address = this.evaluationAddress(data, travel);
    if (rests && worthTesting && address) void this.accuracies.ask(address);
    if (travel.playing || travel.isOpen || !rests) this.wake();
  }

  private draw(): void {
    const { travel, data } = this;
    if (!travel || !data) return;
    const { step } = travel;
    moments.show({
      run: data.run,
      step,
      weights_url: addressAt(data.weights_url, step),
      trace_url: addressAt(data.trace_url, step),
    });
    const place = `step ${step.toLocaleString("en")} of ${data.total_steps.toLocaleString("en")}`;
    const accuracy = this.accuracies.at(this.evaluationAddress(data, travel));
    this.slider.max = String(data.steps.length - 1);
    this.slider.value = String(travel.place);
    this.slider.ariaValueText = place;
    this.words.textContent = [place, accuracy].filter(Boolean).join(" · ");
    setIcon(this.playing, travel.playing ? "Pause" : "Play", travel.playing ? icons.pause : icons.play);
    this.newest.textContent = data.active ? "Follow newest" : "Newest";
    this.newest.hidden = travel.following;
    this.root.dataset.step = String(step);
    this.root.dataset.playing = String(travel.playing);
  }

  private evaluationAddress(data: TimelineData, travel: Travel): string | null {
    return data.evaluation_url === null ? null : addressAt(data.evaluation_url, travel.step);
  }

  private prefetch(): void {
    const { data, travel } = this;
    if (!data?.live || !travel) return;
    // The nearest first.
    const steps = [...data.steps.keys()].sort(
      (a, b) => Math.abs(a - travel.place) - Math.abs(b - travel.place),
    );
    weights.prefetch(steps.map((place) => addressAt(data.weights_url, data.steps[place])));
  }
}

function iconButton(name: string, icon: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  setIcon(made, name, icon);
  made.addEventListener("click", act);
  return made;
}

function setIcon(made: HTMLButtonElement, name: string, icon: string): void {
  if (made.ariaLabel === name) return;
  made.ariaLabel = name;
  made.title = name;
  made.innerHTML = `<svg viewBox="0 0 20 20" aria-hidden="true"><path d="${icon}"/></svg>`;
}
