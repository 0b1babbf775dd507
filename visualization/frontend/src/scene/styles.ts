/** The styles of the scene's HTML. One accent, Streamlit's own; everything else is text on background.
 *
 * What moves with the camera is a layer of its own (will-change): without, every frame draws all text anew. So is what
 * stands still over the canvas: else the browser puts all of it on one layer of the canvas's size, to be mixed in every frame.
 */
import { waitingStyles } from "./waiting_styles";

export const sceneStyles = /* css */ `
.strata-scene {
  --ink: var(--st-text-color, #fafafa);
  --paper: var(--st-background-color, #0e1117);
  --quiet: color-mix(in srgb, var(--ink) 72%, var(--paper));
  --hair: color-mix(in srgb, var(--ink) 22%, transparent);
  position: relative; overflow: hidden; width: 100%; min-width: 0; box-sizing: border-box;
  color: var(--ink); background: var(--paper); font: 400 13px/1.35 var(--st-font, sans-serif);
  font-variant-numeric: tabular-nums; -webkit-user-select: none; user-select: none;
}
.strata-scene *, .strata-scene *::before { box-sizing: border-box; }
.strata-scene canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; cursor: grab; touch-action: none; }
.strata-scene canvas:active { cursor: grabbing; }
.strata-scene canvas:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: -2px; }
.strata-scene > :is(.reading, .legend, .hint, .tools, .pad) { will-change: transform; }
.strata-scene .over { position: absolute; inset: 0; pointer-events: none; }
.strata-scene svg.over { width: 100%; height: 100%; }
.strata-scene svg polygon { fill: none; stroke-linejoin: round; }
.strata-scene svg .halo { stroke: var(--paper); stroke-width: 4; }
.strata-scene svg .mark { stroke: var(--ink); stroke-width: 1.75; }
.strata-scene .label {
  position: absolute; left: 0; top: 0; white-space: nowrap; text-align: center; font-size: 12px; line-height: 15px;
  text-shadow: 0 0 3px var(--paper), 0 0 3px var(--paper); will-change: transform;
}
.strata-scene .label b { font-weight: 600; }
.strata-scene .label span { color: var(--quiet); }
.strata-scene .output {
  position: absolute; left: 0; top: 0; display: flex; align-items: center; gap: 6px; height: 14px; white-space: nowrap;
  font-size: 12px; line-height: 14px; color: var(--quiet); text-shadow: 0 0 3px var(--paper); will-change: transform; pointer-events: auto; cursor: pointer;
}
.strata-scene .output.others { padding-left: 15px; pointer-events: none; }
.strata-scene .leaders path { fill: none; stroke: var(--hair); stroke-width: 1; }
.strata-scene .output .sign { width: 9px; font-size: 9px; color: var(--ink); }
.strata-scene .output .class { min-width: var(--class-width, 9px); max-width: 76px; overflow: hidden; text-overflow: ellipsis; }
.strata-scene .output .bar { flex: none; width: 44px; height: 6px; border-radius: 3px; background: color-mix(in srgb, var(--ink) 11%, transparent); overflow: hidden; }
.strata-scene .output .bar i { display: block; height: 100%; border-radius: 3px; background: var(--quiet); transform-origin: left; }
.strata-scene .output.winner { color: var(--ink); font-weight: 700; font-size: 13px; }
.strata-scene .output.winner .bar { height: 9px; border-radius: 4.5px; }
.strata-scene .output.winner .bar i { background: var(--ink); }
.strata-scene .reading { position: absolute; left: 14px; top: 12px; right: 14px; pointer-events: none; text-shadow: 0 0 4px var(--paper), 0 0 4px var(--paper); }
.strata-scene .reading p { margin: 0; width: fit-content; max-width: 100%; padding: 0 4px; border-radius: 4px; background: color-mix(in srgb, var(--paper) 72%, transparent); }
.strata-scene .reading .says { font-size: 17px; line-height: 22px; font-weight: 600; letter-spacing: -0.005em; }
.strata-scene .reading .about { color: var(--quiet); font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.strata-scene[data-waiting=true] .reading .engine { color: var(--ink); font-weight: 600; }
.strata-scene .legend { position: absolute; left: calc(14px + var(--pad-left, 0px)); bottom: calc(12px + var(--pad-bottom, 0px)); pointer-events: none; font-size: 11.5px; line-height: 14px; color: var(--quiet); max-width: calc(100% - 310px - var(--pad-left, 0px)); }
.strata-scene .legend::before { content: ""; position: absolute; inset: -5px -7px; z-index: -1; border-radius: 6px; background: color-mix(in srgb, var(--paper) 72%, transparent); }
.strata-scene .legend .strip { height: 8px; width: 168px; max-width: 100%; border-radius: 2px; margin: 4px 0 3px; box-shadow: 0 0 0 1px var(--hair); }
.strata-scene .legend .ends { display: flex; justify-content: space-between; gap: 10px; white-space: nowrap; width: max-content; min-width: min(168px, 100%); }
.strata-scene .tools { position: absolute; right: 12px; bottom: calc(12px + max(var(--pad-bottom, 0px), var(--card-bottom, 0px))); display: flex; gap: 4px; }
.strata-scene .tools button {
  all: unset; box-sizing: border-box; width: 34px; height: 34px; display: grid; place-items: center; cursor: pointer;
  color: var(--quiet); border-radius: var(--st-button-radius, 8px); border: 1px solid var(--hair);
  background: color-mix(in srgb, var(--paper) 82%, transparent);
}
.strata-scene .tools button:hover { color: var(--ink); border-color: color-mix(in srgb, var(--ink) 45%, transparent); }
.strata-scene .tools button:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: 2px; }
.strata-scene .tools svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.strata-scene .hint {
  position: absolute; right: 12px; top: 12px; padding: 5px 11px; border-radius: 999px; pointer-events: none;
  font-size: 12px; color: var(--ink); background: var(--st-secondary-background-color, #262730); white-space: nowrap; transition: opacity 300ms;
}
.strata-scene .hint[hidden] { display: block; opacity: 0; visibility: hidden; transition: opacity 300ms, visibility 0s 300ms; }
.strata-scene .tip {
  position: absolute; z-index: 4; left: 0; top: 0; padding: 4px 8px; border-radius: 6px; pointer-events: none; white-space: nowrap; font-size: 12.5px;
  color: var(--ink); background: var(--st-secondary-background-color, #262730); box-shadow: 0 0 0 1px var(--hair), 0 4px 14px rgb(0 0 0 / 0.25);
}
.strata-scene svg .focused.mark { stroke: var(--st-primary-color, #4c9be8); stroke-width: 3; stroke-dasharray: 6 3; }
.strata-scene svg .focused.halo { stroke-width: 6; }
.strata-scene .panel-over {
  position: absolute; right: calc(12px + var(--card-right, 0px)); bottom: calc(54px + max(var(--pad-bottom, 0px), var(--card-bottom, 0px))); width: 320px; max-width: calc(100% - 24px);
  max-height: calc(100% - 66px - max(var(--pad-bottom, 0px), var(--card-bottom, 0px))); overflow: auto; padding: 10px 14px 12px; font-size: 12.5px; z-index: 3;
  border-radius: var(--st-base-radius, 8px); background: var(--st-secondary-background-color, #262730);
  box-shadow: 0 0 0 1px var(--hair), 0 4px 14px rgb(0 0 0 / 0.25);
}
.strata-scene .panel-over table { width: 100%; border-collapse: collapse; margin-bottom: 8px; }
.strata-scene .panel-over th { text-align: left; font-weight: 400; padding: 0; }
.strata-scene .panel-over thead th { color: var(--quiet); }
.strata-scene .panel-over td, .strata-scene .panel-over thead th + th { text-align: center; width: 64px; padding: 0; }
.strata-scene .panel-over input[type="checkbox"] { width: 16px; height: 16px; margin: 4px; accent-color: var(--st-primary-color, #4c9be8); }
.strata-scene .panel-over label { display: grid; gap: 3px; margin-top: 8px; color: var(--quiet); }
.strata-scene .panel-over select, .strata-scene .panel-over button {
  font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--hair); border-radius: 6px; padding: 4px 8px; min-height: 28px; cursor: pointer;
}
.strata-scene .panel-over :is(select, button, input):focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: 2px; }
.strata-scene .panel-over p { margin: 8px 0 0; }
.strata-scene .panel-over .quiet { color: var(--quiet); font-size: 11.5px; }
.strata-scene .panel-over dl { display: grid; grid-template-columns: auto 1fr; gap: 3px 14px; margin: 0 0 8px; }
.strata-scene .panel-over dt { color: var(--quiet); }
.strata-scene .panel-over dd { margin: 0; text-align: right; }
.strata-scene .tools button[aria-expanded="true"] { color: var(--ink); border-color: var(--st-primary-color, #4c9be8); }
.strata-scene .notice {
  position: absolute; left: 14px; right: 14px; top: 76px; margin: 0 auto; width: fit-content; max-width: 560px; padding: 9px 14px; font-size: 13px;
  border-radius: var(--st-base-radius, 8px); background: var(--st-secondary-background-color, #262730); box-shadow: inset 3px 0 0 var(--st-primary-color, #4c9be8);
  -webkit-user-select: text; user-select: text;
}
.strata-scene [hidden] { display: none; }
.strata-scene .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.strata-scene.narrow .reading { left: 10px; top: 8px; right: 10px; }
.strata-scene.narrow .reading .says { font-size: 15px; line-height: 19px; }
.strata-scene.narrow .legend { left: calc(10px + var(--pad-left, 0px)); bottom: calc(10px + var(--pad-bottom, 0px)); font-size: 11px; max-width: calc(100% - 176px - var(--pad-left, 0px)); }
.strata-scene.narrow .tools { right: 8px; bottom: calc(8px + max(var(--pad-bottom, 0px), var(--card-bottom, 0px))); gap: 3px; width: 145px; flex-wrap: wrap; justify-content: flex-end; }
.strata-scene.narrow .label { font-size: 11px; line-height: 13px; }
.strata-scene.narrow .output { font-size: 11px; gap: 4px; }
.strata-scene.narrow .output .bar { display: none; } /* the neuron itself shows it */
.strata-scene.narrow .output.winner { font-size: 12px; }
.strata-scene.docked .hint { right: auto; left: 14px; top: 76px; }
.strata-scene.narrow .hint { right: auto; left: 10px; top: 66px; font-size: 11px; padding: 3px 9px; }
@media (prefers-reduced-motion: reduce) { .strata-scene .hint { transition: none; } }
${waitingStyles(".strata-scene")}`;
