// The look of charts, heat maps and their tooltip.

/** Rules for everything that is drawn. */
export const chartStyle: string = `
.column-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
.column-card { background: var(--surface); border: 1px solid var(--rule); border-radius: 6px; padding: 12px 16px 8px; min-width: 0; }
.column-card > header { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; }
.column-card h3 { margin: 0; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.column-card h3 a { color: inherit; text-decoration-color: var(--control); }
.card-score { margin: 0; white-space: nowrap; } .column-card > .score-bar { width: 100%; margin: 2px 0 10px; display: block; }
.reasons { margin: 6px 0 8px; padding: 0; list-style: none; font-size: 13.5px; line-height: 1.42; }
.reasons li { padding-left: 12px; position: relative; margin-bottom: 3px; overflow-wrap: anywhere; }
.reasons li::before { content: "\\2013"; position: absolute; left: 0; color: var(--quiet); }
.key { list-style: none; display: flex; gap: 18px; margin: 0 0 12px; padding: 0; font-size: 13px; color: var(--quiet); }
.swatch { display: inline-block; width: 18px; height: 10px; margin-right: 6px; vertical-align: 0; }
.swatch.real { background: var(--real-fill); border-top: 2px solid var(--real); }
.swatch.synthetic { border-top: 3px solid var(--synthetic); height: 5px; vertical-align: 2px; }
.swatch.holdout { border-top: 2px dashed var(--holdout); height: 5px; vertical-align: 2px; }
svg { max-width: 100%; } td svg:not(.chart) { max-width: none; } svg text { font-family: var(--sans); fill: var(--ink); }
.chart { display: block; width: 100%; height: auto; }
.real-area { fill: var(--real-fill); } .real-line { fill: none; stroke: var(--real); stroke-width: 1; }
.synthetic-line { fill: none; stroke: var(--synthetic); stroke-width: 1.9; stroke-linejoin: round; }
.holdout-line { fill: none; stroke: var(--holdout); stroke-width: 1.2; stroke-dasharray: 3 2.5; }
.real-bar { fill: var(--real-fill); } .synthetic-bar { fill: var(--synthetic); } .holdout-tick { stroke: var(--holdout); stroke-width: 2; }
.axis { stroke: var(--control); stroke-width: 1; } .grid { stroke: var(--rule); stroke-width: 1; }
.chart .tick { font-size: 10.5px; fill: var(--quiet); paint-order: stroke; stroke: var(--surface); stroke-width: 2px; }
.chart .note { font-style: italic; } .chart .label { font-size: 12px; } .chart .pooled { font-style: italic; fill: var(--quiet); }
.chart .value { font-size: 11.5px; fill: var(--quiet); } .chart .synthetic-text { fill: var(--synthetic); }
.cursor { stroke: var(--ink); stroke-width: 1; opacity: 0; } .cursor.on { opacity: 0.55; }
.chart g.on .label { font-weight: 700; }
.spike-label { font-size: 11px; fill: var(--quiet); font-style: italic; }
.no-chart { color: var(--quiet); font-style: italic; padding: 18px 0; margin: 0; }
.spark { display: block; } .spark .synthetic-line { stroke-width: 1.5; }
.score-bar { vertical-align: 1px; } .score-bar .track { fill: var(--rule); } .score-bar .fill { fill: currentColor; }
.score-bar .ceiling { fill: var(--ink); } td .score-bar { margin-right: 8px; }
.time-bar rect { fill: var(--real); }
.maps { display: flex; flex-wrap: wrap; gap: 20px; align-items: flex-start; }
figure.map { margin: 0; min-width: 0; max-width: 100%; }
figure.map figcaption { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; margin-bottom: 6px; }
.map-key { display: inline-flex; align-items: center; gap: 6px; font-size: 12px; color: var(--quiet); }
.map-key img { display: block; border: 1px solid var(--rule); }
.map-scroll { overflow: auto; max-height: min(82vh, 900px); }
.map-grid { display: grid; grid-template-columns: max-content max-content; width: max-content; }
.map-grid svg { display: block; max-width: none; } .map-grid text { fill: var(--ink); }
.map-corner { position: sticky; left: 0; top: 0; background: var(--paper); z-index: 3; }
.map-columns { position: sticky; top: 0; background: var(--paper); z-index: 2; }
.map-rows { position: sticky; left: 0; background: var(--paper); z-index: 1; }
.map-cells { position: relative; cursor: crosshair; background: var(--sunken); } .map-cells img { display: block; }
.map-cursor { position: absolute; outline: 2px solid var(--ink); pointer-events: none; }
.map-readout { min-height: 24px; margin-top: 10px; font-size: 14px; color: var(--quiet); overflow-wrap: anywhere; }
.one-at-a-time { gap: 10px 0; } .one-at-a-time > figure.map { display: none; flex-basis: 100%; }
.one-at-a-time > input { position: absolute; opacity: 0; pointer-events: none; }
.one-at-a-time > label { border: 1px solid var(--control); margin-right: -1px; padding: 4px 14px; cursor: pointer; font-size: 14px; }
.one-at-a-time > input:checked + label { background: var(--ink); color: var(--paper); }
.one-at-a-time > input:focus-visible + label { outline: 2px solid var(--focus); outline-offset: 2px; }
.one-at-a-time > input:nth-of-type(1):checked ~ figure:nth-of-type(1),
.one-at-a-time > input:nth-of-type(2):checked ~ figure:nth-of-type(2),
.one-at-a-time > input:nth-of-type(3):checked ~ figure:nth-of-type(3) { display: block; }
#tooltip { position: fixed; z-index: 30; max-width: min(340px, 92vw); background: var(--ink); color: var(--paper); font-size: 13px;
  line-height: 1.4; padding: 6px 10px; border-radius: 4px; pointer-events: none; white-space: pre-line; overflow-wrap: anywhere; }
#tooltip[hidden] { display: none; }`;
