/** From one layout to the next: which can flow into each other, and what lies between them. Pure. */
import { type Layout, resized, type Wall } from "./layout";

const smallest = 0.25; // of its size: how a map begins to come forward

/** Whether two layouts are of the same network, so that one can become the other. */
export function sameLayers(from: Layout, to: Layout): boolean {
  return (
    from.walls.length === to.walls.length &&
    from.walls.every(({ layer }, index) => layer === to.walls[index].layer)
  );
}

/** Whether two walls show the same neurons in the same grid. */
export function sameGrid(a: Wall, b: Wall): boolean {
  return a.layer === b.layer && a.tiles.columns === b.tiles.columns && a.channel === b.channel;
}

/** The layout at `share` 0 … 1 of the way; needs the same layers. A map that comes forward grows out of its wall. */
export function layoutBetween(from: Layout, to: Layout, share: number): Layout {
  if (share >= 1) return to;
  const walls = to.walls.map((wall, index) => wallBetween(from.walls[index], wall, share));
  if (!to.forward) return { walls, forward: null };
  const own = from.walls[from.walls.findIndex(({ layer }) => layer === to.forward!.layer)];
  const kept = from.forward && sameGrid(from.forward, to.forward) ? from.forward : null;
  const begin = kept ?? { ...resized(to.forward, smallest), x: own.x, y: own.y };
  return { walls, forward: wallBetween(begin, to.forward, share) };
}

function wallBetween(from: Wall, to: Wall, share: number): Wall {
  // By height: a wall that changes its grid has neurons of another size at once, but the same height.
  const factor = 1 + (from.height / to.height - 1) * (1 - share);
  const along = (start: number, end: number) => start + (end - start) * share;
  return { ...resized(to, factor), x: along(from.x, to.x), y: along(from.y, to.y) };
}
