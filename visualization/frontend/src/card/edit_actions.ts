/** Mute a filter or unit, and take edits back: of this filter, or all of them. */
import { type LayerSpec, lastAxis } from "../contract";
import { weightNames } from "../engine/edits";
import { element } from "../scene/overlay";
import type { CardContent, CardEvents } from "./content";
import { write } from "./text";

export class EditActions {
  readonly root = element("div", "actions");
  private readonly mute = document.createElement("button");
  private readonly filter = document.createElement("button");
  private readonly all = document.createElement("button");
  private readonly fixed = element("p", "fixed");
  private layer: LayerSpec | null = null;
  private channel = 0;

  constructor(events: CardEvents) {
    const on = (button: HTMLButtonElement, act: (layer: LayerSpec) => void) => {
      button.type = "button";
      button.addEventListener("click", () => this.layer && act(this.layer));
      this.root.append(button);
    };
    on(this.mute, (layer) => {
      const muted = this.mute.ariaPressed !== "true";
      events.edit({ kind: "mute", layer, channel: this.channel, muted });
    });
    on(this.filter, (layer) => events.restore({ kind: "filter", layer, channel: this.channel }));
    on(this.all, () => events.restore({ kind: "all" }));
    write(this.fixed, "The worker computes this network, so its weights cannot be edited or muted here.");
    this.root.append(this.fixed);
  }

  show({ spec, place, edits, editable = true }: CardContent): void {
    const layer = spec.layers[place.layer];
    const channel = place.index % lastAxis(layer.output_shape);
    const names = weightNames(layer);
    const weighted = names.length > 0 && editable;
    const what = ["unit", "feature", "map"][layer.output_shape.length - 1];
    this.layer = layer;
    this.channel = channel;
    this.mute.hidden = !weighted;
    this.mute.ariaPressed = String(edits.isMuted(layer, channel));
    write(this.mute, `Mute this ${what}`);
    this.mute.title = names.includes("gamma")
      ? "Its gamma and its beta count as 0"
      : names.includes("bias")
        ? "All its weights and its bias count as 0"
        : "All its weights count as 0";
    this.filter.hidden = !weighted || !edits.isFilterEdited(layer, channel);
    write(this.filter, `Restore this ${what}`);
    this.all.hidden = edits.count === 0 || !editable;
    this.fixed.hidden = editable;
    write(this.all, edits.count === 1 ? "Restore 1 edit" : `Restore all ${edits.count} edits`);
    this.root.hidden = this.mute.hidden && this.all.hidden && editable;
  }
}
