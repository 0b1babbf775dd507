/** The view in 3D if the browser can draw it, and what is said where it cannot. */
import type { Overlay } from "./overlay";
import { View3d } from "./view_3d";

export const noWebgl =
  "This browser gives no WebGL, so the network cannot be drawn in 3D. The prediction above is computed all the same; " +
  "switching on hardware acceleration in the browser’s settings usually helps.";

export interface DrawingEvents {
  /** After each frame. */
  readonly drawn: () => void;
  /** The graphics are back, without any colours. */
  readonly restored: () => void;
}

/** null where there is no WebGL; the buttons that would move the view are gone then. */
export function makeView(overlay: Overlay, { drawn, restored }: DrawingEvents): View3d | null {
  try {
    return new View3d(overlay.canvas, {
      drawn,
      moved: () => overlay.hideHint(),
      lost: () =>
        overlay.notice(
          "The browser has taken the graphics away for a moment. The prediction above still holds.",
        ),
      restored: () => {
        overlay.notice(null);
        restored();
      },
    });
  } catch {
    overlay.hideTools();
    return null;
  }
}
