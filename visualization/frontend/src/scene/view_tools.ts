/** Buttons that do what a drag and the wheel do. */
import { icons, type Tool } from "./overlay";
import type { View3d } from "./view_3d";

const step = Math.PI / 12; // 15 degrees

export function viewTools(view: () => View3d | null): Tool[] {
  const nudge = (turn: number, factor: number) => () => view()?.stage.nudge(turn, 0, factor);
  return [
    { name: "Turn left", icon: icons.left, act: nudge(-step, 1) },
    { name: "Turn right", icon: icons.right, act: nudge(step, 1) },
    { name: "Zoom out", icon: icons.farther, act: nudge(0, 1.3) },
    { name: "Zoom in", icon: icons.nearer, act: nudge(0, 1 / 1.3) },
    { name: "Show the whole network (R)", icon: icons.home, act: () => view()?.home() },
  ];
}
