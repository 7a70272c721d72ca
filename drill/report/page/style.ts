/** The page's only style. It loads no fonts, images or scripts. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f7f7f5; --card: #ffffff; --ink: #1c1f23; --faint: #667080; --line: #dfe2e6;
  --home: #0f8577; --standby: #5b54d6; --bad: #d23c3c; --some: #e0a020; --fault: #8792a2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --card: #1c2026; --ink: #e7e9ec; --faint: #98a2b0; --line: #333a44;
    --home: #2ab8a6; --standby: #8a84f5; --bad: #f06464; --some: #efb640; --fault: #6b7686;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 0 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { max-width: 68rem; margin: 0 auto; }
header { padding: 2.5rem 0 0.5rem; }
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -0.02em; }
h2 { margin: 0 0 0.2rem; font-size: 1.15rem; }
h3 { margin: 1.5rem 0 0.4rem; font-size: 0.95rem; }
.lead { margin: 0 0 1rem; color: var(--faint); max-width: 46rem; }
section {
  margin-top: 1.25rem; padding: 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px;
}
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.75rem; }
.tile { padding: 0.9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.02em; }
.tile span { color: var(--faint); font-size: 0.85rem; }
.good b { color: var(--home); } .broken b { color: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; }
th { color: var(--faint); font-weight: 600; font-size: 0.8rem; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td:first-child { white-space: pre-wrap; min-width: 9rem; }
table.text td, table.text th { text-align: left; vertical-align: top; }
.row { display: grid; grid-template-columns: 15rem 1fr 11rem; gap: 0.9rem; align-items: center; padding: 0.2rem 0; }
.row small { color: var(--faint); white-space: nowrap; font-variant-numeric: tabular-nums; }
.strip { position: relative; height: 1.35rem; background: var(--ground); border-radius: 3px; overflow: hidden; }
.strip i { position: absolute; top: 0; bottom: 0; background: var(--standby); }
.strip u { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--ink); }
.strip .limit { background: var(--bad); }
.lane { display: grid; grid-template-columns: 11rem 1fr; gap: 0.9rem; align-items: center; padding: 0.12rem 0; }
.lane .strip { height: 1.6rem; }
.lane .strip i { overflow: hidden; white-space: nowrap; color: #fff; font: normal 0.72rem/1.6rem system-ui, sans-serif; padding-left: 0.3rem; min-width: 1px; }
i.home, .strip i.home { background: var(--home); } i.standby { background: var(--standby); }
i.bad, .strip i.bad { background: var(--bad); } i.some, .strip i.some { background: var(--some); }
.strip i.some, .strip i.moving { color: #1c1f23; }
.key i.event { width: 2px; background: var(--ink); } .key i.dashed { width: 0; border-left: 2px dashed var(--bad); }
i.fault, .strip i.fault { background: var(--fault); }
i.moving, .strip i.moving { background: repeating-linear-gradient(135deg, var(--some) 0 6px, #b97f10 6px 12px); }
.strip .mark { width: 2px; background: var(--ink); opacity: 0.75; }
.axis { display: grid; grid-template-columns: 11rem 1fr; gap: 0.9rem; }
.ticks { position: relative; height: 1.3rem; color: var(--faint); font-size: 0.75rem; }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.scroll { overflow-x: auto; } .scroll > div { min-width: 40rem; }
.key { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; color: var(--faint); font-size: 0.8rem; margin: 0.6rem 0; }
.key i { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 2px; margin-right: 0.35rem; vertical-align: -0.1rem; }
svg { display: block; width: 100%; height: 8rem; background: var(--ground); border-radius: 3px; }
svg polyline { fill: none; stroke: var(--standby); stroke-width: 2; vector-effect: non-scaling-stroke; }
svg line { stroke: var(--bad); stroke-dasharray: 4 4; vector-effect: non-scaling-stroke; }
pre { margin: 0.3rem 0 0; padding: 0.6rem 0.8rem; overflow-x: auto; background: var(--ground); border-radius: 6px; font-size: 0.82rem; }
ol.story { margin: 0.5rem 0 0; padding: 0; list-style: none; font-variant-numeric: tabular-nums; }
ol.story b { display: inline-block; min-width: 4.5rem; font-weight: 600; text-align: right; margin-right: 0.8rem; }
details summary { cursor: pointer; color: var(--faint); }
@media (max-width: 46rem) {
  body { padding: 0 0.6rem 3rem; }
  section { padding: 1rem 0.8rem; }
  .row { grid-template-columns: 1fr; gap: 0.15rem; padding: 0.45rem 0; }
  .row small { white-space: normal; }
  table.text thead { display: none; }
  table.text tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  table.text td { display: block; padding: 0; border: 0; }
  table.text td:first-child { font-weight: 600; }
  .lane, .axis { grid-template-columns: 7.5rem 1fr; }
  .lane > span { font-size: 0.8rem; }
}
`;
