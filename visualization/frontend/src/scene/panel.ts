/** A button among the scene's tools that opens a small panel over them. */
import { button, element } from "./overlay";

export class Panel {
  readonly button: HTMLButtonElement;
  readonly root = element("div", "panel-over");
  /** It has come or gone: what lies under it may make way. */
  resized: () => void = () => {};
  private other: Panel | null = null;

  /** `changed` is called when it opens and when it closes. */
  constructor(
    parent: HTMLElement,
    name: string,
    icon: string,
    private readonly changed: (open: boolean) => void,
  ) {
    this.button = button({ name, icon, act: () => this.toggle() });
    this.button.ariaExpanded = "false";
    this.root.hidden = true;
    this.root.setAttribute("role", "group");
    this.root.ariaLabel = name;
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
      this.button.focus();
    });
    parent.append(this.root);
  }

  /** CSS pixels of the view's width that it takes. */
  get width(): number {
    return this.isOpen ? this.root.offsetWidth + 16 : 0;
  }

  get isOpen(): boolean {
    return !this.root.hidden;
  }

  /** Only one of the two is open at a time: they lie in the same place. */
  excludes(other: Panel): void {
    [this.other, other.other] = [other, this];
  }

  close(): void {
    if (this.isOpen) this.toggle();
  }

  private toggle(): void {
    this.root.hidden = !this.root.hidden;
    if (this.isOpen) this.other?.close();
    this.button.ariaExpanded = String(this.isOpen);
    this.changed(this.isOpen);
    this.resized();
  }
}
