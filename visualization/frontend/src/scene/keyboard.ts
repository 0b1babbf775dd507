/** The keys of the scene: arrows walk, with Shift they turn, + and − zoom, R brings the whole network back. */

export interface KeyActions {
  /** Take a key of the walk; false for a key it has no use for. */
  readonly walk: (key: string) => boolean;
  readonly nudge: (turn: number, tilt: number, factor: number) => void;
  readonly home: () => void;
}

const step = Math.PI / 24; // 7.5 degrees a key press

/** Listen until the returned function is called. */
export function listenToKeys(root: HTMLElement, canvas: HTMLElement, actions: KeyActions): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => actions.nudge(-step, 0, 1),
    ArrowRight: () => actions.nudge(step, 0, 1),
    ArrowUp: () => actions.nudge(0, -step, 1),
    ArrowDown: () => actions.nudge(0, step, 1),
    "+": () => actions.nudge(0, 0, 1 / 1.2),
    "=": () => actions.nudge(0, 0, 1 / 1.2),
    "-": () => actions.nudge(0, 0, 1.2),
  };
  canvas.addEventListener(
    "keydown",
    (event) => {
      const turns = event.shiftKey || !event.key.startsWith("Arrow");
      if (turns && moves[event.key]) run(event, moves[event.key]);
      else if (!withCommand(event) && actions.walk(event.key)) run(event, () => {});
    },
    { signal },
  );
  let pointed = false;
  root.addEventListener("pointerenter", () => (pointed = true), { signal });
  root.addEventListener("pointerleave", () => (pointed = false), { signal });
  // On window and before anyone else: Streamlit's own R reruns the script, which nobody means over the scene.
  const onKey = (event: KeyboardEvent) => {
    const within = event.composedPath().includes(root);
    if (event.key.toLowerCase() === "r" && !isTyping(event) && (within || pointed)) run(event, actions.home);
  };
  window.addEventListener("keydown", onKey, { signal, capture: true });
  return () => listeners.abort();
}

function run(event: KeyboardEvent, act: (() => void) | undefined): void {
  if (!act || withCommand(event)) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** The browser's own shortcuts stay. */
function withCommand(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
