/** The button that takes the edit of one value back. */
import { button } from "../scene/overlay";
import type { CardContent, Surroundings } from "./content";
import type { Target } from "./number_field";
import { cellText, exactText } from "./wording";

const arrow = "M4.500 8.500a6 6 0 1 1 0 4M4 4.500v4h4";

/** A small arrow beside an edited value; hidden beside all others. */
export class RestoreButton {
  readonly root: HTMLButtonElement;
  private readonly word = document.createElement("span");
  private target: Target | null = null;

  /** `worded`: the name of what it restores stands on it, not only in its title. */
  constructor(
    { events }: Surroundings,
    private readonly worded = false,
  ) {
    this.root = button({
      name: "Restore",
      icon: arrow,
      act: () => this.target && events.restore({ kind: "value", ...this.target }),
    });
    this.root.classList.add("restore");
    if (worded) this.root.append(this.word);
    this.root.hidden = true;
  }

  show(target: Target, name: string, { edits, snapshot }: CardContent): void {
    this.target = target;
    this.root.hidden = !edits.isEdited(target.tensor, target.index);
    if (this.root.hidden) return;
    const original = snapshot.get(target.tensor)!.values[target.index];
    const was = exactText(original);
    this.root.ariaLabel = `Restore ${name} to ${was}`;
    this.root.title = `Restore to ${was}`;
    if (this.worded) this.word.textContent = `${name} to ${cellText(original)}`;
  }
}
