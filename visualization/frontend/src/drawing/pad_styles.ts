/** The styles of the drawing pad; colours are the scene's. Docked, it lies along the lower edge instead of at the left. */
export const padStyles = /* css */ `
.strata-scene .pad { position: absolute; left: 12px; bottom: 12px; max-width: calc(100% - 24px); max-height: calc(100% - 24px); display: flex; }
.strata-scene .pad[hidden] { display: none; }
.strata-scene .pad.away { bottom: 72px; }
.strata-scene .pad .panel {
  display: flex; flex-direction: column; gap: 7px; padding: 8px; width: 202px; overflow-y: auto; border-radius: var(--st-base-radius, 8px);
  background: color-mix(in srgb, var(--st-secondary-background-color, #262730) 92%, transparent); box-shadow: 0 0 0 1px var(--hair);
}
.strata-scene .pad .panel[hidden] { display: none; }
.strata-scene .pad canvas, .strata-scene .pad canvas:active { position: static; cursor: crosshair; }
.strata-scene .pad .sheet { flex: none; width: var(--sheet, 186px); height: var(--sheet, 186px); border-radius: 5px; box-shadow: 0 0 0 1px var(--hair); touch-action: none; transition: opacity 150ms; }
.strata-scene .pad.resting .sheet { opacity: 0.4; }
.strata-scene .pad .controls { display: flex; flex-direction: column; gap: 7px; min-width: 0; }
.strata-scene .pad .row { display: flex; justify-content: space-between; }
.strata-scene .pad button {
  all: unset; box-sizing: border-box; width: 29px; height: 29px; display: grid; place-items: center; cursor: pointer;
  color: var(--quiet); border-radius: 6px; border: 1px solid transparent;
}
.strata-scene .pad button:hover { color: var(--ink); border-color: var(--hair); }
.strata-scene .pad button:focus-visible, .strata-scene .pad input:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: 1px; }
.strata-scene .pad button[aria-pressed=true], .strata-scene .pad button[aria-expanded=true] { color: var(--ink); border-color: var(--st-primary-color, #4c9be8); }
.strata-scene .pad button[aria-disabled=true] { opacity: 0.4; cursor: default; border-color: transparent; }
.strata-scene .pad button svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.strata-scene .pad .opener {
  display: flex; align-items: center; gap: 6px; width: auto; height: 34px; padding: 0 12px 0 9px; color: var(--ink); border: 1px solid var(--hair);
  border-radius: var(--st-button-radius, 8px); background: color-mix(in srgb, var(--paper) 82%, transparent);
}
.strata-scene .pad .opener[hidden] { display: none; }
.strata-scene .pad .brush { display: flex; align-items: center; gap: 8px; height: 24px; font-size: 12px; color: var(--quiet); }
.strata-scene .pad input { accent-color: var(--st-primary-color, #4c9be8); margin: 0; cursor: pointer; }
.strata-scene .pad input[type=range] { flex: 1; min-width: 0; height: 24px; }
.strata-scene .pad .steps { display: flex; justify-content: space-between; gap: 4px; }
.strata-scene .pad .steps[hidden] { display: none; }
.strata-scene .pad .steps label { display: flex; flex-direction: column; gap: 3px; width: 43px; font-size: 11px; line-height: 14px; }
.strata-scene .pad .steps label:has(input) { cursor: pointer; }
.strata-scene .pad .steps canvas { flex: none; width: 43px; height: 43px; object-fit: contain; image-rendering: pixelated; border-radius: 3px; box-shadow: 0 0 0 1px var(--hair); cursor: inherit; }
.strata-scene .pad .steps .text { display: flex; flex-direction: column; align-items: flex-start; white-space: nowrap; }
.strata-scene .pad .steps .size { color: var(--quiet); }
.strata-scene .pad .steps input { width: 15px; height: 15px; margin-top: 2px; }
.strata-scene.docked .pad { left: 8px; right: 8px; max-width: 440px; }
.strata-scene.docked .pad:not(.away) { bottom: 8px; }
.strata-scene.docked .pad .panel { flex-flow: row wrap; width: auto; gap: 8px 10px; }
.strata-scene.docked .pad .controls { flex: 1; justify-content: space-between; }
.strata-scene.docked .pad .row { display: grid; grid-template-columns: repeat(3, 1fr); gap: 4px; }
.strata-scene.docked .pad .row button { width: auto; height: 40px; }
.strata-scene.docked .pad .brush { height: 30px; }
.strata-scene.docked .pad .steps { flex: 0 0 100%; }
.strata-scene.docked .pad .steps label { flex-direction: row; width: auto; gap: 5px; }
.strata-scene.docked .pad .steps canvas { width: 34px; height: 34px; }
`;
