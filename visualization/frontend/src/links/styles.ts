/** The styles of the picture's HTML. Colours are the scene's names, which the drawing pad wears too. */
import { waitingStyles } from "../scene/waiting_styles";

export const linksStyles = /* css */ `
.strata-links {
  --ink: var(--st-text-color, #fafafa);
  --paper: var(--st-background-color, #0e1117);
  --quiet: color-mix(in srgb, var(--ink) 72%, var(--paper));
  --hair: color-mix(in srgb, var(--ink) 22%, transparent);
  position: relative; display: flex; gap: 14px; width: 100%; min-width: 0; box-sizing: border-box; padding: 2px;
  color: var(--ink); background: var(--paper); font: 400 13px/1.35 var(--st-font, sans-serif);
  font-variant-numeric: tabular-nums;
}
.strata-links *, .strata-links *::before { box-sizing: border-box; }
.strata-links [hidden] { display: none; }
.strata-links .side { flex: none; order: -1; display: flex; flex-direction: column; justify-content: center; }
.strata-links .side.empty { display: none; }
.strata-links .side .pad { position: static; max-width: none; max-height: none; -webkit-user-select: none; user-select: none; }
.strata-links .main { flex: 1; min-width: 0; display: flex; flex-direction: column; gap: 4px; }
.strata-links .top { display: flex; align-items: flex-start; gap: 10px; }
.strata-links .reading { flex: 1; min-width: 0; }
.strata-links .reading p { margin: 0; }
.strata-links .says { font-size: 17px; line-height: 22px; font-weight: 600; letter-spacing: -0.005em; }
.strata-links .about { color: var(--quiet); font-size: 12.5px; line-height: 17px; min-height: 42px; }
.strata-links .tools { display: flex; gap: 4px; flex: none; }
.strata-links .tools button, .strata-links .bring {
  all: unset; box-sizing: border-box; min-width: 34px; height: 34px; display: grid; place-items: center; cursor: pointer;
  color: var(--quiet); border-radius: var(--st-button-radius, 8px); border: 1px solid var(--hair); background: var(--paper);
}
.strata-links .bring { display: inline-grid; height: 24px; padding: 0 10px; font-size: 12.5px; color: var(--ink); }
.strata-links .tools[hidden], .strata-links .bring[hidden] { display: none; }
.strata-links :is(.tools button, .bring):hover { color: var(--ink); border-color: color-mix(in srgb, var(--ink) 45%, transparent); }
.strata-links :is(.tools button, .bring):focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: 1px; }
.strata-links .tools button[aria-expanded=true] { color: var(--ink); border-color: var(--st-primary-color, #4c9be8); }
.strata-links .tools svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.strata-links .stage { position: relative; flex: 1; min-height: 0; display: flex; }
.strata-links .field { flex: 1; min-width: 0; overflow-x: auto; overflow-y: hidden; }
.strata-links .field { --left: 0px; --right: 0px; scrollbar-width: thin; }
.strata-links .field.more-left { --left: 36px; }
.strata-links .field.more-right { --right: 36px; }
.strata-links .field:is(.more-left, .more-right) { mask-image: linear-gradient(to right, transparent, #000 var(--left), #000 calc(100% - var(--right)), transparent); }
.strata-links .field > .sheet { min-width: 100%; height: 100%; }
.strata-links .field canvas { position: sticky; left: 0; display: block; cursor: pointer; }
.strata-links .field canvas:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: -2px; }
.strata-links .notice { margin: 0; padding: 9px 14px; border-radius: var(--st-base-radius, 8px); background: var(--st-secondary-background-color, #262730); box-shadow: inset 3px 0 0 var(--st-primary-color, #4c9be8); }
.strata-links .numbers {
  position: absolute; right: 0; top: 4px; bottom: 0; z-index: 3; width: 460px; max-width: 100%; overflow: auto; padding: 8px 14px;
  border-radius: var(--st-base-radius, 8px); background: var(--st-secondary-background-color, #262730); box-shadow: 0 0 0 1px var(--hair), 0 4px 14px rgb(0 0 0 / 0.25);
}
.strata-links .numbers:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: -2px; }
.strata-links .numbers.unseen, .strata-links .spoken { position: absolute; inset: auto; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.strata-links table { border-collapse: collapse; font-size: 12.5px; width: 100%; }
.strata-links caption { text-align: left; color: var(--quiet); padding-bottom: 4px; }
.strata-links :is(th, td) { text-align: left; font-weight: 400; padding: 2px 10px 2px 0; vertical-align: top; border-top: 1px solid var(--hair); }
.strata-links thead th { color: var(--quiet); border-top: 0; }
.strata-links.under { flex-direction: column; gap: 8px; }
.strata-links.under .side { order: 0; max-width: 440px; }
.strata-links.under .side .pad { width: 100%; }
.strata-links.under .main { flex: 1 1 0; min-height: 0; }
.strata-links.under .says { font-size: 15px; line-height: 19px; }
.strata-links.under .about { font-size: 12px; line-height: 15px; min-height: 45px; }
${waitingStyles(".strata-links")}`;
