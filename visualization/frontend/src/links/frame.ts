/** The HTML around the picture: what is read, the tools, messages, the text alternative. Holds no state of the network. */
import { button, element, type Tool } from "../scene/overlay";
import { linksStyles } from "./styles";

export const icons = {
  camera: "M3.500 6.500h3L8 4.500h4l1.500 2h3v9h-13zM10 13.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  download: "M10 3.500v9M6.500 9l3.500 3.500L13.500 9M4 16.500h12",
  table: "M3.500 4.500h13v11h-13zM3.500 8.200h13M3.500 11.800h13M8 4.500v11",
} as const;

const silence = 1500; // milliseconds between two spoken predictions

export class Frame {
  readonly root = element("div", "strata-links");
  /** Where the drawing pad is put. It wears the scene's class, which its styles are written for. */
  readonly side = element("div", "side strata-scene");
  readonly field = element("div", "field");
  /** It shows the part of the picture that is in sight, and stays there while the field scrolls. */
  readonly canvas = document.createElement("canvas");
  private readonly sheet = element("div", "sheet"); // as wide as the whole picture
  readonly bring = document.createElement("button");
  readonly tableButton: HTMLButtonElement;
  private readonly says = element("p", "says");
  private readonly about = element("p", "about");
  private readonly words = element("span", "");
  private readonly note = element("p", "notice");
  private readonly spoken = element("div", "spoken");
  private readonly walked = element("div", "spoken");
  private readonly numbers = element("div", "numbers unseen");
  private speech = 0;
  private toSay = "";
  private lastSpoken = Number.NEGATIVE_INFINITY;

  /** `scrolled`: called when another part of the picture is in sight. */
  constructor(parent: ParentNode & Node, tools: readonly Tool[], scrolled: () => void) {
    const style = document.createElement("style");
    style.textContent = linksStyles;
    // Not "img": its arrow keys are the picture's own.
    this.canvas.setAttribute("role", "application");
    this.canvas.ariaRoleDescription = "nodes and links";
    this.canvas.tabIndex = 0;
    this.bring.type = "button";
    this.bring.className = "bring";
    this.bring.textContent = "Show in 3D";
    this.bring.title = "Open this neuron in the Network view";
    this.bring.hidden = true;
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    for (const spoken of [this.spoken, this.walked]) spoken.setAttribute("aria-live", "polite");
    this.tableButton = button({
      name: "These numbers as a table",
      icon: icons.table,
      act: () => this.toggleTable(),
    });
    this.tableButton.ariaExpanded = "false";
    const bar = element("div", "tools");
    bar.append(this.tableButton, ...tools.map(button));
    const [top, reading, main] = [element("div", "top"), element("div", "reading"), element("div", "main")];
    this.about.append(this.words, " ", this.bring);
    reading.append(this.says, this.about);
    top.append(reading, bar);
    this.sheet.append(this.canvas);
    this.field.append(this.sheet);
    this.field.addEventListener("scroll", scrolled, { passive: true });
    const stage = element("div", "stage");
    stage.append(this.field, this.numbers);
    main.append(top, this.note, stage);
    this.root.append(style, main, this.side, this.spoken, this.walked);
    parent.append(this.root);
  }

  /** The answer, and beside it what is known of the picture or of a node. */
  read(sentence: string, about: string): void {
    this.says.textContent = sentence;
    this.words.textContent = about;
  }

  /** Describe the canvas, and say the answer aloud, at most once in a while and the latest last. */
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

  /** Something to tell in words; null takes it away. */
  notice(text: string | null): void {
    this.note.hidden = text === null;
    this.note.textContent = text ?? "";
  }

  /** The text alternative: heard always, seen on request. */
  tabulate(caption: string, rows: readonly (readonly string[])[]): void {
    const table = document.createElement("table");
    table.createCaption().textContent = caption;
    const head = table.createTHead().insertRow();
    for (const title of ["Layer", "Node", "Activation", "Strongest contributions to it"]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      for (const text of row) line.insertCell().textContent = text;
    }
    this.numbers.replaceChildren(table);
  }

  /** Bring the place `x` of the picture into sight, with `around` CSS pixels to either side where there is room. */
  scrollTo(x: number, around: number): void {
    const { field } = this;
    const margin = Math.min(around, field.clientWidth / 2);
    if (x - margin < field.scrollLeft) field.scrollLeft = x - margin;
    else if (x + margin > field.scrollLeft + field.clientWidth)
      field.scrollLeft = x + margin - field.clientWidth;
  }

  /** How far the picture has been scrolled. */
  get left(): number {
    return this.field.scrollLeft;
  }

  /** Room for a picture of that width. Columns out of sight are announced by the edge behind which they are: it fades. */
  setWidth(width: number): void {
    const { style } = this.sheet;
    if (style.width !== `${width}px`) style.width = `${width}px`;
    const { scrollLeft, clientWidth } = this.field;
    this.field.classList.toggle("more-left", scrollLeft > 1);
    this.field.classList.toggle("more-right", scrollLeft + clientWidth < width - 1);
  }

  dispose(): void {
    clearTimeout(this.speech);
    this.root.remove();
  }

  private toggleTable(): void {
    const seen = this.numbers.classList.toggle("unseen") === false;
    this.tableButton.ariaExpanded = String(seen);
    // What scrolls must be reached by the keyboard; what is not seen must not.
    if (seen) this.numbers.tabIndex = 0;
    else this.numbers.removeAttribute("tabindex");
  }
}
