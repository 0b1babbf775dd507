/** One weight or bias, to be read and to be changed: Enter or leaving the field sets it, Escape takes it back. */
import { largestWeight } from "../engine/edits";
import type { CardContent, Surroundings } from "./content";
import { cellText, exactText, parseNumber } from "./wording";

/** Which value of which tensor a field shows. */
export interface Target {
  readonly tensor: string;
  readonly index: number;
}

const expectation = "Expected a number between −1,000,000 and 1,000,000, such as −0.12";

export class NumberField {
  readonly root = document.createElement("input");
  private target: Target | null = null;
  private value = 0;
  private text = ""; // of the value, while nobody types
  private untouched = ""; // the text as it was before anything was typed

  constructor(private readonly surroundings: Surroundings) {
    const { root } = this;
    Object.assign(root, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
    root.className = "number";
    root.addEventListener("focus", () => {
      this.rewrite();
      root.select();
    });
    root.addEventListener("blur", () => {
      this.commit();
      this.rewrite();
    });
    root.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** Show a value, as `text` while nobody types. What is being typed stays, unless it was meant for another target. */
  show(
    target: Target,
    value: number,
    name: string,
    content: CardContent,
    locked: boolean,
    text = cellText(value),
  ): void {
    const same = this.target?.tensor === target.tensor && this.target.index === target.index;
    const typing = same && this.isFocused && this.root.value !== this.untouched;
    this.target = target;
    this.value = value;
    this.text = text;
    if (!typing) this.rewrite();
    const edited = content.edits.isEdited(target.tensor, target.index);
    this.root.classList.toggle("edited", edited);
    const fixed = content.editable === false;
    this.root.readOnly = locked || fixed;
    const was = edited
      ? `, edited, was ${exactText(content.snapshot.get(target.tensor)!.values[target.index])}`
      : "";
    const label = `${name}${was}`;
    if (this.root.ariaLabel !== label) this.root.ariaLabel = label;
    const title = locked && !fixed ? "Muted: counts as 0" : `${exactText(value)}${was}`;
    if (this.root.title !== title) this.root.title = title;
  }

  get isFocused(): boolean {
    return (this.root.getRootNode() as Document | ShadowRoot).activeElement === this.root;
  }

  private pressed(event: KeyboardEvent): void {
    if (event.key === "Enter") {
      this.commit();
      this.rewrite();
      this.root.select();
    } else if (event.key === "Escape" && this.root.value !== this.untouched) {
      event.stopPropagation(); // the card stays open
      this.surroundings.complain(null);
      this.rewrite();
      this.root.select();
    }
  }

  private commit(): void {
    const { value: text } = this.root;
    if (text === this.untouched || !this.target) return;
    const value = parseNumber(text);
    this.untouched = text;
    if (value === null || Math.abs(value) > largestWeight) {
      this.surroundings.complain(`${expectation}; received “${text}”. ${exactText(this.value)} stays.`);
      return;
    }
    this.surroundings.complain(null);
    this.value = value;
    this.text = cellText(value);
    this.surroundings.events.edit({ kind: "set", ...this.target, value });
  }

  /** All digits while the field can be typed into, as many as fit otherwise. */
  private rewrite(): void {
    const text = this.isFocused ? exactText(this.value) : this.text;
    this.untouched = text;
    if (this.root.value !== text) this.root.value = text;
  }
}
