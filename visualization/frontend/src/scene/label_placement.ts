/** Where labels go so that none covers another: pure, in CSS pixels. */

export interface Box {
  readonly x: number; // left
  readonly y: number; // top
  readonly width: number;
  readonly height: number;
}
/** One way to write a label; ways are listed from the most to the least detailed. */
export interface Extent {
  readonly width: number;
  readonly height: number;
}
export interface Labelled {
  /** The label is centred under this point, or nearly so. */
  readonly x: number;
  readonly y: number;
  readonly ways: readonly Extent[];
}
export interface Placed extends Box {
  readonly way: number;
}

const gap = 6; // pixels between two labels
const mostLanes = 14; // how many steps a label may move down to get out of the way
const laneStep = 7; // pixels
const shifts = [0, 0.4, -0.4]; // of its width that a label may stand aside, tried when no lane has room in the middle

/** Place all labels in the most detailed way that has room for every one; a label without room is null.
 *
 * All labels are written the same way, since a mixture reads as if the layers differed in kind.
 */
export function placeLabels(
  labels: readonly Labelled[],
  bounds: Box,
  taken: readonly Box[] = [],
  lanes = mostLanes,
): (Placed | null)[] {
  const ways = labels[0]?.ways.length ?? 0;
  let result: (Placed | null)[] = [];
  for (let way = 0; way < ways; way++) {
    result = placeAll(labels, way, bounds, taken, lanes);
    if (!result.includes(null)) return result;
  }
  return result;
}

function placeAll(
  labels: readonly Labelled[],
  way: number,
  bounds: Box,
  taken: readonly Box[],
  lanes: number,
): (Placed | null)[] {
  const boxes: Box[] = [...taken];
  return labels.map((label) => {
    for (const shift of shifts) {
      const box = placeOne(label, way, shift, bounds, boxes, lanes);
      if (!box) continue;
      boxes.push(box);
      return { ...box, way };
    }
    return null;
  });
}

/** The first lane with room, `shift` widths beside the label's middle. */
function placeOne(
  label: Labelled,
  way: number,
  shift: number,
  bounds: Box,
  boxes: readonly Box[],
  lanes: number,
): Box | null {
  const { width, height } = label.ways[way];
  if (label.x < bounds.x || label.x > bounds.x + bounds.width) return null;
  const centred = label.x + (shift - 0.5) * width;
  const x = Math.min(bounds.x + bounds.width - width, Math.max(bounds.x, centred));
  // Of hundreds of labels and walls few are in the way.
  const near = boxes.filter((other) => x < other.x + other.width + gap && other.x < x + width + gap);
  for (let lane = 0; lane < lanes; lane++) {
    const box = { x, y: label.y + lane * laneStep, width, height };
    const fits = box.y >= bounds.y && box.y + height <= bounds.y + bounds.height;
    if (fits && !near.some((other) => overlaps(box, other))) return box;
  }
  return null;
}

export function overlaps(a: Box, b: Box): boolean {
  return (
    a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height && b.y < a.y + a.height
  );
}

const closeLanes = 4; // for labels that must stay with their own shelf

/** Place labels of walls on shelves: close to their own wall and on no other, each as short as it can be. A label
 * without room is null. */
export function placeOnShelves(
  labels: readonly Labelled[],
  bounds: Box,
  taken: readonly Box[],
): (Placed | null)[] {
  const shortest = labels.map(({ x, y, ways }) => ({ x, y, ways: ways.slice(-1) }));
  return placeLabels(shortest, bounds, taken, closeLanes).map(
    (box, index) => box && { ...box, way: labels[index].ways.length - 1 },
  );
}
