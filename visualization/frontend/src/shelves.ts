/** Walls in a line, or on shelves one below the other where a line would be too long: from sizes to places. Pure. */

/** What is known of a wall before it has a place. */
export interface Standing {
  readonly state: "closed" | "open" | "hidden";
  readonly width: number; // units along z
  readonly height: number; // units along y
}
export interface Place {
  readonly x: number; // units
  readonly y: number; // units, of its middle
  readonly shelf: number;
}
export interface ShelfOptions {
  /** The distance between two walls over the mean of their widths; a little is added for narrow ones. */
  readonly spacing: number;
  /** How many shelves; none is left empty. */
  readonly shelves: number;
  /** Units up that a wall needs for each unit of its width, as it is seen from above and aside. */
  readonly tilt: number;
}

const leastSpace = 5; // units between two walls whatever their width
const between = 30; // units between two shelves, for names and for the lines that skip layers

/** Hidden walls take no room; they stay where their neighbours meet. All shelves begin at the same x, as lines of text. */
export function placesOf(walls: readonly Standing[], options: ShelfOptions): Place[] {
  const shelves = split(walls, options);
  const along = alongShelves(walls, shelves, options.spacing);
  const longest = Math.max(0, ...along);
  const heights = heightsOf(walls, shelves, options.tilt);
  return walls.map((_, index) => ({
    x: along[index] - longest / 2,
    y: heights[shelves[index]],
    shelf: shelves[index],
  }));
}

/** The way from the middle of one wall to the next. */
function step(before: Standing, wall: Standing, spacing: number): number {
  return leastSpace + (spacing * (before.width + wall.width)) / 2;
}

/** The shelf of each wall: shelves of about the same length, and as many as there are walls for. */
function split(walls: readonly Standing[], { spacing, shelves }: ShelfOptions): number[] {
  let [total, before]: [number, Standing | null] = [0, null];
  const reached = walls.map((wall) => {
    if (wall.state === "hidden") return total;
    if (before) total += step(before, wall, spacing);
    before = wall;
    return total;
  });
  let [shelf, end] = [0, total / shelves];
  let filled = false; // the present shelf has a wall
  return walls.map((wall, index) => {
    if (wall.state === "hidden") return shelf;
    // A wall stands on the shelf on which more than half of its step lies.
    if (filled && shelf < shelves - 1 && reached[index] > end + 1e-9) {
      shelf++;
      end = reached[index] + (total - reached[index]) / (shelves - shelf);
    }
    filled = true;
    return shelf;
  });
}

function alongShelves(walls: readonly Standing[], shelves: readonly number[], spacing: number): number[] {
  let [x, before, shelf]: [number, Standing | null, number] = [0, null, 0];
  return walls.map((wall, index) => {
    if (shelves[index] !== shelf) [x, before, shelf] = [0, null, shelves[index]];
    if (wall.state === "hidden") return x;
    if (before) x += step(before, wall, spacing);
    before = wall;
    return x;
  });
}

/** The middle of each shelf, the first one on top, all together centred. */
function heightsOf(walls: readonly Standing[], shelves: readonly number[], tilt: number): number[] {
  const count = Math.max(0, ...shelves) + 1;
  const largest = Array.from({ length: count }, () => ({ width: 0, height: 0 }));
  for (const [index, { state, width, height }] of walls.entries()) {
    if (state === "hidden") continue;
    const shelf = largest[shelves[index]];
    shelf.width = Math.max(shelf.width, width);
    shelf.height = Math.max(shelf.height, height);
  }
  const heights = [0];
  for (let shelf = 1; shelf < count; shelf++) {
    const [above, own] = [largest[shelf - 1], largest[shelf]];
    const apart = (above.height + own.height + tilt * (above.width + own.width)) / 2 + between;
    heights.push(heights[shelf - 1] - apart);
  }
  const middle = heights[count - 1] / 2;
  return heights.map((height) => height - middle + 0);
}
