/** A small table under a caption, a patch or a kernel, whose cells are made once and kept. */
import type { Shade } from "./shades";
import { write } from "./text";
import { cellText } from "./wording";

export class CellGrid<Content extends HTMLElement> {
  readonly root = document.createElement("table");
  /** What is in the cells, row by row. */
  contents: readonly Content[] = [];
  private readonly body = document.createElement("tbody");
  private rows = 0;
  private columns = 0;

  constructor(
    caption: string,
    private readonly make: (cell: number) => Content,
  ) {
    this.root.className = "grid";
    this.root.createCaption().textContent = caption;
    this.root.append(this.body);
  }

  resize(rows: number, columns: number): void {
    if (rows === this.rows && columns === this.columns) return;
    [this.rows, this.columns] = [rows, columns];
    this.contents = Array.from({ length: rows * columns }, (_, cell) => this.make(cell));
    const lines = Array.from({ length: rows }, (_, row) => {
      const line = document.createElement("tr");
      for (const content of this.contents.slice(row * columns, (row + 1) * columns)) {
        line.insertCell().append(content);
      }
      return line;
    });
    this.body.replaceChildren(...lines);
  }
}

/** A cell that is only read. */
export function numberCell(): HTMLElement {
  const cell = document.createElement("span");
  cell.className = "number";
  return cell;
}

/** Write a value; null stands for padding, which counts as 0. */
export function fillCell(cell: HTMLElement, value: number | null, shade: Shade): void {
  write(cell, value === null ? "0" : cellText(value));
  cell.classList.toggle("padding", value === null);
  cell.title = value === null ? "padding, counts as 0" : "";
  paintCell(cell, value === null ? null : shade);
}

export function paintCell(cell: HTMLElement, shade: Shade | null): void {
  cell.style.backgroundColor = shade?.background ?? "";
  cell.style.color = shade?.ink ?? "";
}
