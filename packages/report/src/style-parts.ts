// The look of the verdict's tiles and of the parts: estimates, planes, joint tables, findings.

/** Rules for the sections beyond columns and pairs. */
export const partStyle: string = `
.answers { list-style: none; margin: 0 0 18px; padding: 0; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 255px), 1fr)); gap: 10px; }
.answer { background: var(--surface); border: 1px solid var(--rule); border-left: 4px solid currentColor; border-radius: 6px; min-width: 0; }
.answer > a { display: grid; gap: 1px; padding: 10px 14px; color: var(--ink); text-decoration: none; height: 100%; align-content: start; }
.answer > a:hover .question { text-decoration: underline; }
.question { font-size: 13px; color: var(--quiet); } .because { font-size: 13px; color: var(--quiet); overflow-wrap: anywhere; }
.word { font-size: 19px; line-height: 1.25; font-family: var(--serif); }
.answer.excellent .word { color: var(--excellent); } .answer.good .word { color: var(--good); } .answer.fair .word { color: var(--fair); }
.answer.poor .word { color: var(--poor); }
.estimate { display: inline-block; white-space: nowrap; } td .range-text { display: block; font-size: 12px; line-height: 1.2; }
.interval { display: block; max-width: none; color: var(--synthetic); }
.interval.poor { color: var(--poor); } .interval.fair { color: var(--fair); } .interval.good { color: var(--good); } .interval.quiet { color: var(--quiet); }
.interval circle { fill: currentColor; } .interval .range { stroke: currentColor; stroke-width: 3; stroke-linecap: round; opacity: 0.55; }
.interval .axis, .strip .axis { stroke: var(--rule); } .interval .control { stroke: var(--real); stroke-width: 2; }
.interval .control-range { fill: var(--real-fill); opacity: 0.8; } .zero { stroke: var(--control); stroke-width: 1; stroke-dasharray: 3 2; }
.split { display: grid; grid-template-columns: minmax(240px, 330px) minmax(0, 1fr); gap: 12px 40px; align-items: start; }
.narrow-figure { margin: 0; max-width: 330px; }
.share-bar rect { fill: var(--synthetic); }
.planes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr)); gap: 16px; align-items: end; margin: 8px 0 16px; }
.plane { margin: 0; min-width: 0; } .plane figcaption { font-size: 13px; margin-bottom: 4px; color: var(--quiet); }
.plane > div { border: 1px solid var(--rule); background: var(--surface); aspect-ratio: 1; overflow: hidden; }
.plane img { display: block; width: 100%; height: 100%; image-rendering: pixelated; }
th > a, td > a { text-decoration: none; } th > a:hover, td > a:hover { text-decoration: underline; }
.wrap { white-space: normal; overflow-wrap: anywhere; min-width: 140px; }
.note { min-width: 84px; line-height: 1.25; } .plain { padding-left: 18px; } .left-out { color: var(--quiet); background: var(--sunken); padding: 8px 12px; border-radius: 4px; overflow-wrap: anywhere; }
.findings { list-style: none; padding: 0; margin: 0 0 12px; display: grid; gap: 8px; }
.finding { border-left: 4px solid currentColor; background: var(--surface); padding: 8px 14px; border-radius: 4px; display: grid; grid-template-columns: 118px minmax(0, 1fr); gap: 4px 14px; }
.finding > span { color: var(--ink); overflow-wrap: anywhere; }
.joint { width: auto; font-size: 12px; } .joint caption { text-align: left; color: var(--quiet); padding: 4px 0 8px; overflow-wrap: anywhere; }
.joint th, .joint td { padding: 3px 8px; border: 1px solid var(--rule); text-align: right; vertical-align: middle; min-width: 54px; }
.joint thead th { white-space: normal; font-size: 12px; line-height: 1.25; max-width: 96px; overflow-wrap: anywhere; text-align: right; }
.joint tbody th { text-align: left; color: var(--quiet); font-weight: 600; white-space: nowrap; }
.joint td > * { display: block; line-height: 1.25; font-weight: 600; } .joint td > span { font-weight: 400; opacity: 0.85; } .joint .empty { color: var(--quiet); text-align: center; }
.tint { display: inline-block; width: 16px; height: 12px; border: 1px solid var(--rule); vertical-align: -1px; margin: 0 2px 0 10px; }
.more-1 { background: light-dark(#e6eefb, #1c2740); } .more-2 { background: light-dark(#cfe0fa, #20335c); } .more-3 { background: light-dark(#aecbf8, #254583); } .more-4 { background: light-dark(#8bb4f5, #2a55a6); }
.less-1 { background: light-dark(#fbeedd, #33271a); } .less-2 { background: light-dark(#f8dfbf, #4b351b); } .less-3 { background: light-dark(#f3c893, #6b481b); } .less-4 { background: light-dark(#eeb063, #8a5a18); }
.pair-details summary b { color: var(--ink); } .pair-details[open] { margin-bottom: 16px; }
.means { display: block; min-width: 20ch; max-width: 46ch; white-space: normal; line-height: 1.3; font-weight: 400; }
.best { background: var(--sunken); border-radius: 3px; padding: 1px 6px; box-shadow: inset 0 -2px 0 var(--synthetic); }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; background: currentColor; }
.strip { display: block; max-width: none; } .strip circle { fill: currentColor; stroke: var(--paper); stroke-width: 1; }
.generator-0 { color: light-dark(#1d57c9, #7fabff); } .generator-1 { color: light-dark(#b3470f, #f3a05f); } .generator-2 { color: light-dark(#1b6b45, #62c795); }
.generator-3 { color: light-dark(#7a3aa8, #c69bee); } .generator-4 { color: light-dark(#7a5a12, #d8b25a); } .generator-5 { color: light-dark(#5a5f6a, #a4a9b4); }
.generator-6 { color: light-dark(#a5215b, #f08bb6); } .generator-7 { color: light-dark(#0c6b78, #5cc6d4); } .generator-8 { color: light-dark(#566a10, #b3cc5c); } .generator-9 { color: light-dark(#3d3aa0, #a5a3f2); }
.unbroken { white-space: nowrap; } .frontier-charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); gap: 24px; margin-top: 20px; } .frontier-chart { margin: 0; min-width: 0; } .frontier-chart figcaption { font-weight: 600; margin-bottom: 6px; }
.frontier circle { fill: var(--paper); stroke: currentColor; stroke-width: 2; } .frontier .on-frontier circle { fill: currentColor; } .frontier .name { fill: currentColor; font-size: 11.5px; } .frontier .on-frontier .name { font-weight: 700; }
@media (max-width: 760px) { .split { grid-template-columns: minmax(0, 1fr); } .finding { grid-template-columns: 1fr; } th > a, td > a { text-decoration: none; } th > a:hover, td > a:hover { text-decoration: underline; }
.wrap { min-width: 110px; } }
@media (max-width: 640px) { td:has(> .interval), td:has(> .strip), td:has(> .share-bar), thead th:empty { display: none; }
  td .range-text { font-size: 11px; } }`;
