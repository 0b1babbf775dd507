/** The styles of what the card shows for each kind of layer. */
export const partStyles = /* css */ `
.strata-scene .card .part { margin-top: 8px; }
.strata-scene .card .beside { display: flex; gap: 12px; align-items: flex-start; }
.strata-scene .card .window { flex: none; }
.strata-scene .card .picture { position: relative; touch-action: none; cursor: move; box-shadow: 0 0 0 1px var(--hair); }
.strata-scene .card .picture canvas { position: static; cursor: inherit; image-rendering: pixelated; }
.strata-scene .card .frame { position: absolute; left: 0; top: 0; pointer-events: none; border-radius: 2px; box-shadow: 0 0 0 2px var(--accent), 0 0 0 3px var(--paper), inset 0 0 0 1px var(--paper); }
.strata-scene .card .frame.dotted { background-image: radial-gradient(circle, var(--accent) 0 1.5px, var(--paper) 1.8px 2.3px, transparent 2.6px); }
.strata-scene .card .picture.still { cursor: default; }
.strata-scene .card .mark { position: absolute; left: 0; top: 0; pointer-events: none; box-shadow: 0 0 0 2px var(--paper), 0 0 0 3.5px var(--accent); }
.strata-scene .card .playback { display: flex; justify-content: center; gap: 4px; margin-top: 6px; }
.strata-scene .card .playback[hidden] { display: none; }
.strata-scene .card .channels { flex: 1; min-width: 0; max-height: 168px; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; }
.strata-scene .card .channels label { position: relative; display: grid; grid-template-columns: 58px 1fr 36px; align-items: center; gap: 5px; height: 24px; padding: 0 4px; border-radius: 4px; font-size: 12px; color: var(--quiet); cursor: pointer; }
.strata-scene .card .channels label:hover { color: var(--ink); }
.strata-scene .card .channels label:has(:checked) { color: var(--ink); font-weight: 600; background: color-mix(in srgb, var(--ink) 11%, transparent); box-shadow: inset 2px 0 0 var(--accent); }
.strata-scene .card .channels label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.strata-scene .card .channels input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: inherit; }
.strata-scene .card .channels .amount { text-align: right; }
.strata-scene .card .channels .word { white-space: nowrap; }
.strata-scene .card .track { position: relative; display: block; height: 6px; }
.strata-scene .card .track b { position: absolute; inset: 0; background: var(--positive); border-radius: 2px; transform-origin: left; }
.strata-scene .card .track b.negative { background: var(--negative); }
.strata-scene .card .channels .track { margin-left: 50%; }
.strata-scene .card .over-grids { margin-top: 8px; font-size: 12px; color: var(--quiet); }
.strata-scene .card .grids { display: flex; align-items: center; justify-content: space-between; margin-top: 2px; }
.strata-scene .card .grids.stacked { display: grid; grid-template-columns: 14px 1fr; }
.strata-scene .card .grids.stacked .grid:first-child { grid-column: 2; }
.strata-scene .card .sign { width: 14px; padding-top: 16px; text-align: center; color: var(--quiet); }
.strata-scene .card table { border-collapse: separate; border-spacing: 1px; font-size: 11px; }
.strata-scene .card .grid { flex: none; table-layout: fixed; }
.strata-scene .card .grids.stacked .grid { width: 100%; }
.strata-scene .card .grid caption { font-size: 11.5px; line-height: 16px; color: var(--quiet); text-align: left; }
.strata-scene .card .grid td { padding: 0; }
.strata-scene .card .grid .number { display: grid; place-items: center; width: 31px; height: 31px; padding: 0; border: 0; border-radius: 3px; font-size: 10.5px; text-align: center; letter-spacing: -0.02em; }
.strata-scene .card .grid input.number:not(.edited) { box-shadow: inset 0 0 0 1px var(--hair); }
.strata-scene .card .grids.stacked .grid .number { width: 100%; height: 26px; }
.strata-scene .card .grid .padding { color: var(--quiet); background: repeating-linear-gradient(45deg, transparent 0 4px, var(--hair) 4px 5px); }
.strata-scene .card .pool .grid .number { width: 40px; height: 36px; font-size: 12px; }
.strata-scene .card .grid .winner { font-weight: 700; box-shadow: 0 0 0 2px var(--paper), 0 0 0 4px var(--accent); border-radius: 2px; position: relative; }
.strata-scene .card .restores { margin-top: 6px; font-size: 12px; color: var(--quiet); }
.strata-scene .card .sum { margin-top: 8px; font-size: 12.5px; line-height: 24px; }
.strata-scene .card .sum input.number { width: 64px; }
.strata-scene .card .term { white-space: nowrap; }
.strata-scene .card .contributions ol { list-style: none; margin: 2px 0 0; padding: 0; }
.strata-scene .card .contributions li { position: relative; isolation: isolate; padding: 0 6px; display: grid; grid-template-columns: 1fr 42px 52px 24px 48px; align-items: center; gap: 3px; min-height: 30px; font-size: 12px; }
.strata-scene .card .contributions li[hidden] { display: none; }
.strata-scene .card .contributions .value, .strata-scene .card .contributions .product { text-align: right; white-space: nowrap; }
.strata-scene .card .contributions .product { grid-column: 5; }
.strata-scene .card .contributions .track { position: absolute; z-index: -1; inset: 1px 0; height: auto; opacity: 0.3; }
.strata-scene .card .strongest { flex: 1; min-width: 0; }
.strata-scene .card .strongest .over-grids { margin-top: 0; }
.strata-scene .card .values { list-style: none; margin: 2px 0 0; padding: 0; }
.strata-scene .card .values li { position: relative; isolation: isolate; padding: 0 6px; display: grid; grid-template-columns: 1fr auto; align-items: center; min-height: 26px; font-size: 12px; }
.strata-scene .card .values li[hidden] { display: none; }
.strata-scene .card .values .track { position: absolute; z-index: -1; inset: 1px 0; height: auto; opacity: 0.3; }
.strata-scene .card .values li.winner { font-weight: 700; }
.strata-scene .card details { margin-top: 8px; font-size: 12.5px; color: var(--quiet); }
.strata-scene .card summary { cursor: pointer; min-height: 24px; }
.strata-scene .card pre { margin: 4px 0 0; max-height: 220px; overflow: auto; font-size: 11.5px; }
.strata-scene .card .rest { margin-top: 8px; font-size: 12.5px; color: var(--quiet); }
.strata-scene .card .softmax { margin-top: 8px; }
.strata-scene .card .softmax table { width: 100%; font-size: 12px; border-spacing: 0; }
.strata-scene .card .softmax :is(th, td) { padding: 2px 4px; font-weight: 400; text-align: right; color: var(--quiet); white-space: nowrap; }
.strata-scene .card .softmax th:first-child { padding-left: 16px; text-align: left; }
.strata-scene .card .softmax tbody th { max-width: 90px; overflow: hidden; text-overflow: ellipsis; }
.strata-scene .card .softmax .own :is(th, td) { color: var(--ink); font-weight: 700; background: color-mix(in srgb, var(--ink) 11%, transparent); }
.strata-scene .card .softmax .own th::before { content: "▸"; display: inline-block; width: 12px; margin-left: -12px; }
.strata-scene .card .softmax td:last-child { width: 96px; }
.strata-scene .card .softmax td { position: relative; }
.strata-scene .card .softmax .track { position: absolute; left: 4px; right: 4px; bottom: 0; height: 2px; }
.strata-scene .card .softmax .track b { background: var(--quiet); }
`;
