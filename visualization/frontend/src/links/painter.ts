/** Draws the picture on a canvas: links below, nodes over them, words beside the nodes. */
import type { Colours } from "./colours";
import { type Graph, type GraphColumn, type Link, linksAt, type Place } from "./graph";
import type { Box, LinksLayout } from "./layout";
import { drawLegend } from "./legend";
import { drawHead, drawRest, type Emphasis, labelNode } from "./lettering";
import { strokeLink } from "./strokes";

export interface Look {
  readonly colours: Colours;
  readonly classNames: readonly string[];
  /** The node whose links alone are drawn; everything that has none of them is dimmed. */
  readonly isolated: Place | null;
  /** Where the keyboard is. */
  readonly focused: Place | null;
}

/** What of the picture is drawn, from left to right in CSS pixels. */
export interface Part {
  readonly left: number;
  readonly right: number;
}

const dimmed = 0.25; // opacity

export class Painter {
  private readonly sheet = document.createElement("canvas"); // the maps of one column, one below the other

  /** `context` draws in CSS pixels; its canvas is cleared. The legend stands in the part that is drawn. */
  draw(
    context: CanvasRenderingContext2D,
    graph: Graph,
    layout: LinksLayout,
    look: Look,
    part: Part = { left: 0, right: layout.width },
  ): void {
    const { colours, isolated } = look;
    context.fillStyle = colours.background;
    context.fillRect(part.left, 0, part.right - part.left, layout.height);
    const links = isolated ? linksAt(graph, isolated) : graph.links;
    const inSight = (from: number, to: number) =>
      layout.columns[to].x > part.left - layout.pitch && layout.columns[from].x < part.right + layout.pitch;
    const linksInSight = links.filter(({ source, column }) => inSight(source, column));
    this.drawLinks(context, graph, layout, linksInSight, colours);
    const touched = isolated ? touchedBy(isolated, links) : null;
    const winner = winnerOf(graph.columns[graph.columns.length - 1]);
    for (const [place, column] of graph.columns.entries()) {
      if (!inSight(place, place)) continue;
      const at = layout.columns[place];
      drawHead(context, column, place, at, layout, colours);
      drawRest(context, column, at, layout, colours);
      const emphasis = (row: number): Emphasis => ({
        dimmed: touched !== null && !touched.has(`${place},${row}`),
        winner: column.kind === "classes" && row === winner,
        isolated: isolated?.column === place && isolated.row === row,
        focused: look.focused?.column === place && look.focused.row === row,
      });
      this.drawNodes(context, column, at.nodes, colours, emphasis);
      const how = { labelled: at.labelled, tight: layout.tight };
      for (const [row, box] of at.nodes.entries()) {
        context.globalAlpha = emphasis(row).dimmed ? dimmed : 1;
        labelNode(context, column, row, box, how, look.classNames, emphasis(row), colours);
      }
      context.globalAlpha = 1;
    }
    drawLegend(
      context,
      layout,
      part,
      graph.columns.some(({ signed }) => signed),
      colours,
    );
  }

  private drawLinks(
    context: CanvasRenderingContext2D,
    graph: Graph,
    layout: LinksLayout,
    links: readonly Link[],
    colours: Colours,
  ): void {
    context.lineCap = "butt";
    const strengths = links.map(({ column, contribution }) => contribution / graph.columns[column].widest);
    // The strong ones last, over the weak.
    const order = [...links.keys()].sort((a, b) => Math.abs(strengths[a]) - Math.abs(strengths[b]));
    for (const index of order) {
      const { column, source, from, to } = links[index];
      const [start, end] = [layout.columns[source].nodes[from], layout.columns[column].nodes[to]];
      strokeLink(context, strengths[index], colours, start, end, column - source - 1);
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  private drawNodes(
    context: CanvasRenderingContext2D,
    column: GraphColumn,
    boxes: readonly Box[],
    colours: Colours,
    emphasis: (row: number) => Emphasis,
  ): void {
    const pictures = column.kind === "maps" || column.kind === "picture";
    if (pictures) this.fillSheet(column, colours);
    context.imageSmoothingEnabled = false;
    for (const [row, box] of boxes.entries()) {
      const how = emphasis(row);
      context.globalAlpha = how.dimmed ? dimmed : 1;
      const [left, top] = [box.x - box.width / 2, box.y - box.height / 2];
      context.beginPath();
      if (pictures) {
        const { rows, columns } = column;
        context.drawImage(this.sheet, 0, row * rows, columns, rows, left, top, box.width, box.height);
        context.rect(left - 0.5, top - 0.5, box.width + 1, box.height + 1);
      } else {
        const { value } = column.shown[row];
        context.arc(box.x, box.y, box.width / 2, 0, 2 * Math.PI);
        context.fillStyle = colours.of(value, column.high, column.signed);
        context.fill();
      }
      const marked = how.isolated || how.focused || how.winner;
      context.strokeStyle = how.focused ? colours.primary : marked ? colours.text : colours.hair;
      context.lineWidth = how.focused ? 3 : marked ? 2.5 : 1;
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  /** The shown maps of a column, one below the other, a pixel a neuron: drawn from there, they are moved to the screen once. */
  private fillSheet(column: GraphColumn, colours: Colours): void {
    const { rows, columns, shown, activations, nodes, high, signed } = column;
    const { sheet } = this;
    sheet.width = columns;
    sheet.height = rows * shown.length;
    const context = sheet.getContext("2d", { willReadFrequently: true }); // it is read for every map
    if (!context || shown.length === 0) return;
    const image = context.createImageData(columns, rows * shown.length);
    const pixels = new Uint32Array(image.data.buffer);
    for (const [place, { number }] of shown.entries()) {
      const own = pixels.subarray(place * rows * columns, (place + 1) * rows * columns);
      colours.fill(own, activations, number, nodes, high, signed);
    }
    context.putImageData(image, 0, 0);
  }
}

function touchedBy(isolated: Place, links: readonly Link[]): Set<string> {
  const touched = new Set([`${isolated.column},${isolated.row}`]);
  for (const { column, source, from, to } of links) touched.add(`${source},${from}`).add(`${column},${to}`);
  return touched;
}

/** The row of the largest value. */
export function winnerOf({ shown }: GraphColumn): number {
  return shown.reduce((best, { value }, row) => (value > shown[best].value ? row : best), 0);
}
