/** The styles of the card's frame, fields and buttons; colours are the scene's. In a narrow scene it is a sheet. */
export const cardStyles = /* css */ `
.strata-scene .card {
  --accent: var(--st-primary-color, #4c9be8);
  position: absolute; z-index: 2; right: 12px; top: 12px; width: 348px; max-width: calc(100% - 24px); max-height: calc(100% - 70px); padding: 12px;
  overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; border-radius: var(--st-base-radius, 8px);
  background: color-mix(in srgb, var(--st-secondary-background-color, #262730) 96%, transparent);
  box-shadow: 0 0 0 1px var(--hair), 0 6px 24px rgb(0 0 0 / 0.25); -webkit-user-select: text; user-select: text;
}
.strata-scene .card:focus { outline: none; }
.strata-scene .card:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
.strata-scene .card[hidden], .strata-scene .card [hidden] { display: none; }
.strata-scene .card p { margin: 0; }
.strata-scene .card .head {
  position: sticky; z-index: 2; top: -12px; display: grid; grid-template-columns: 1fr auto; align-items: center; column-gap: 8px;
  margin: -12px -12px 0; padding: 12px 12px 2px; background: var(--st-secondary-background-color, #262730);
}
.strata-scene .card .name { font-size: 13px; line-height: 17px; color: var(--quiet); }
.strata-scene .card .head .value { grid-column: 1 / -1; font-size: 26px; line-height: 32px; font-weight: 600; letter-spacing: -0.01em; }
.strata-scene .card .about { margin: 4px 0 2px; font-size: 12.5px; line-height: 17px; color: var(--quiet); }
.strata-scene .card .buttons { display: flex; gap: 2px; align-self: start; }
.strata-scene .card button {
  all: unset; box-sizing: border-box; display: inline-grid; place-items: center; min-width: 28px; min-height: 28px; cursor: pointer;
  color: var(--quiet); border: 1px solid transparent; border-radius: 6px;
}
.strata-scene .card button[hidden] { display: none; }
.strata-scene .card button:hover { color: var(--ink); border-color: var(--hair); }
.strata-scene .card :is(button, input, .picture, .channels):focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.strata-scene .card button[aria-expanded=true], .strata-scene .card button[aria-pressed=true] { color: var(--ink); border-color: var(--accent); }
.strata-scene .card button[aria-disabled=true] { opacity: 0.4; cursor: default; }
.strata-scene .card button svg { width: 17px; height: 17px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.strata-scene .card button.restore { min-width: 24px; min-height: 24px; vertical-align: middle; color: var(--accent); }
.strata-scene .card .restores button.restore { grid-auto-flow: column; gap: 4px; padding: 0 6px; color: var(--ink); }
.strata-scene .card button.restore svg { width: 14px; height: 14px; }
.strata-scene .card button.place { display: inline; min-height: 24px; padding: 3px 0; color: var(--ink); text-decoration: underline; text-decoration-color: var(--hair); text-underline-offset: 3px; }
.strata-scene .card button.place:hover { border-color: transparent; text-decoration-color: var(--accent); }
.strata-scene .card .actions { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; }
.strata-scene .card .actions .fixed { margin: 0; color: var(--quiet); font-size: 12px; }
.strata-scene .card .actions button { padding: 0 10px; min-height: 30px; font-size: 12.5px; color: var(--ink); border-color: var(--hair); }
.strata-scene .card .actions button:hover { border-color: color-mix(in srgb, var(--ink) 45%, transparent); }
.strata-scene .card .actions button[aria-pressed=true] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.strata-scene .card .complaint { position: sticky; bottom: 0; z-index: 1; margin-top: 8px; padding: 6px 10px; font-size: 12.5px; line-height: 17px; box-shadow: inset 3px 0 0 var(--accent); background: var(--paper); border-radius: 4px; }
.strata-scene .card input.number {
  box-sizing: border-box; width: 52px; height: 24px; margin: 0; padding: 0 4px; border: 1px solid var(--hair); border-radius: 4px; text-align: right;
  color: var(--ink); background-color: var(--paper); font: inherit; font-size: 12px; font-variant-numeric: tabular-nums;
}
.strata-scene .card input.number:hover { border-color: color-mix(in srgb, var(--ink) 45%, transparent); }
.strata-scene .card input.number:read-only { cursor: default; opacity: 0.7; }
.strata-scene .card input.number.edited {
  background-image: radial-gradient(circle at calc(100% - 4px) 4px, var(--accent) 2.5px, var(--paper) 3px 3.5px, transparent 4px); box-shadow: inset 0 -2px 0 var(--accent);
}
.strata-scene:is(.narrow, .docked) .card {
  left: var(--pad-left, 0px); right: 0; top: auto; bottom: 0; width: auto; max-width: none; max-height: 55%; border-radius: 12px 12px 0 0;
}
.strata-scene:is(.narrow, .docked) .card .part:is(.conv, .pool) { display: flex; flex-direction: column; }
.strata-scene:is(.narrow, .docked) .card .part:is(.conv, .pool) > .beside { order: 1; }
`;
