/** The styles of the slider over the snapshots: one slim row, two on a narrow screen. */
export const timelineStyles = /* css */ `
.strata-timeline {
  --ink: var(--st-text-color, #fafafa);
  --paper: var(--st-background-color, #0e1117);
  --quiet: color-mix(in srgb, var(--ink) 72%, var(--paper));
  --hair: color-mix(in srgb, var(--ink) 22%, transparent);
  display: flex; align-items: center; gap: 2px 10px; width: 100%; box-sizing: border-box; min-height: 32px;
  color: var(--ink); font: 400 13px/1.35 var(--st-font, sans-serif); font-variant-numeric: tabular-nums;
}
.strata-timeline .buttons { display: flex; gap: 4px; flex: none; }
.strata-timeline button {
  all: unset; box-sizing: border-box; height: 30px; display: grid; place-items: center; cursor: pointer; color: var(--quiet);
  border-radius: var(--st-button-radius, 8px); border: 1px solid var(--hair); padding: 0 6px; min-width: 32px; white-space: nowrap;
}
.strata-timeline button:hover { color: var(--ink); border-color: color-mix(in srgb, var(--ink) 45%, transparent); }
.strata-timeline button:focus-visible, .strata-timeline input:focus-visible { outline: 2px solid var(--st-primary-color, #4c9be8); outline-offset: 2px; }
.strata-timeline .newest { padding: 0 10px; font-size: 12.5px; }
.strata-timeline svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.strata-timeline input { flex: 1 1 160px; min-width: 60px; height: 30px; margin: 0; accent-color: var(--st-primary-color, #4c9be8); cursor: pointer; }
.strata-timeline output { flex: none; color: var(--quiet); white-space: nowrap; min-width: 16em; }
.strata-timeline [hidden] { display: none; }
@media (max-width: 640px) {
  .strata-timeline { flex-wrap: wrap; }
  .strata-timeline input { min-width: 160px; }
  .strata-timeline output { min-width: 0; flex: 1 1 auto; }
}
`;
