/** The page's one drawing: the pad of the scene and that of the links show the same, and count its changes together. */
import { Sketch } from "./drawing/sketch";

// Python knows a drawing by that count alone: two pads that count for themselves would hide each other's drawings.
export const sketch = new Sketch();
