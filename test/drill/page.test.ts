import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { page, type PageData } from "../../drill/report/page/page";
import type { Picture } from "../../drill/report/page/picture";
import type { Played } from "../../drill/runner/played";
import { Tally } from "../../drill/runner/tally";

const played = (index: number, kind: string, settled: number | null, missing = 0): Played => ({
  index,
  seed: `7.${index}`,
  kind,
  verdict: missing === 0 ? "PASSED" : "FAILED",
  broken: missing === 0 ? [] : [{ name: "no acknowledged order is missing", seen: `${missing}` }],
  bound: "region or API lost",
  recovery: { settled, accepted: 70, overhead: 30 },
  orders: { acknowledged: 400, missing, doubled: 0, altered: 0 },
  coverage: { "DNS followed the latch": 1 },
  virtualSeconds: 720,
  eventsPlayed: 10_000,
  traceHash: "0123",
  faults: [0],
});

const picture: Picture = {
  title: "The slowest recovery",
  seed: "7.1",
  kind: "region",
  recording: {
    from: -100,
    to: 300,
    lanes: [
      {
        name: "Aurora's writer",
        spans: [
          { from: -100, to: 0, state: "home", text: "us-east-1" },
          { from: 0, to: 100, state: "moving", text: "to <us-east-2>" },
        ],
        marks: [{ at: 200, text: "rebuilt" }],
      },
    ],
    openOrders: [
      [-100, 0],
      [100, 40],
      [300, 0],
    ],
  },
  timeline: [{ seconds: 27.2, text: "fence: epoch 2 & more" }],
  replay: "npm run drill -- --seed 7.1 --outages 1",
};

function data(): PageData {
  const tally = new Tally();
  for (const each of [played(0, "region", 101), played(1, "region", 155), played(2, "API", null)]) {
    tally.add(each);
  }
  return {
    results: tally.results("7", "ours"),
    pictures: [picture],
    designs: [
      ["", "ours", "plain"],
      ["survived", "100 %", "12 %"],
    ],
    assumptions: [{ name: "promotionSeconds", range: "60 to 180", source: "a guide" }],
    replays: [{ what: "This run", line: "npm run drill -- --seed 7" }],
  };
}

test("every part of a run stands on the page, at its place on the axis", () => {
  const html = page(data());
  expect(html).toContain("<h1>The drill: 3 outages from seed 7</h1>");
  // 155 of 400 s, in the bin from 150 to 160.
  expect(html).toContain(
    'style="left:37.50%;width:2.50%;opacity:1.00" title="150 to 160 s: 1 outages"',
  );
  // 300 of 400 s is the promise.
  expect(html).toContain('class="limit" style="left:75.00%"');
  expect(html).toContain("API <small>1, 1 never</small>");
  expect(html).toContain("<b>1,200</b><span>orders acknowledged</span>");
  // From 0 to 100 s of -100 to 300 s.
  expect(html).toContain('<i class="moving" style="left:25.00%;width:25.00%"');
  expect(html).toContain('points="0,40 200,0 400,40"');
  expect(html).toContain("<td>survived</td><td>100 %</td><td>12 %</td>");
  expect(html).toContain("<td>promotionSeconds</td><td>60 to 180</td><td>a guide</td>");
  expect(html).toContain("<pre>npm run drill -- --seed 7</pre>");
});

test("what an outage said cannot become markup", () => {
  const html = page(data());
  expect(html).toContain("to &#60;us-east-2&#62;");
  expect(html).toContain("fence: epoch 2 &#38; more");
  expect(html).not.toContain("<us-east-2>");
});

test("a broken promise is seen first", () => {
  const tally = new Tally();
  tally.add(played(0, "region", 101, 2));
  const html = page({ ...data(), results: tally.results("7", "ours") });
  expect(html).toContain('<div class="tile broken"><b>broken</b>');
  expect(html).toContain('<div class="tile broken"><b>2</b><span>of them missing</span>');
  expect(html).toContain('<div class="tile broken"><b>0 of 1</b>');
});

test("the page names nothing outside itself and runs no script", () => {
  const html = page(data());
  expect(html).not.toMatch(/https?:|<script|url\(|@import|src=/);
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (file) => existsSync(file),
);
const quiet = ["quic", "background-networking", "component-update", "sync", "gpu"];

interface NetLog {
  events: { params?: { url?: string; initiator?: string } }[];
}

/** What a page asks of the network, and what it says on the console. */
function opened(html: string): { requests: string[]; console: string[]; dom: string } {
  const directory = mkdtempSync(path.join(tmpdir(), "page-"));
  const [file, log] = [path.join(directory, "page.html"), path.join(directory, "net.json")];
  try {
    writeFileSync(file, html);
    const { stdout, stderr } = spawnSync(
      chromium!,
      [
        "--headless",
        "--no-sandbox",
        "--no-first-run",
        ...quiet.map((name) => `--disable-${name}`),
        `--user-data-dir=${path.join(directory, "profile")}`,
        `--log-net-log=${log}`,
        "--enable-logging=stderr",
        "--dump-dom",
        `file://${file}`,
      ],
      { encoding: "utf8", timeout: 60_000 },
    );
    const { events } = JSON.parse(readFileSync(log, "utf8")) as NetLog;
    const requests = events.flatMap(({ params: { url, initiator } = {} }) =>
      // The browser's own requests have no page behind them.
      url === undefined || initiator === undefined || initiator === "not an origin" ? [] : [url],
    );
    return {
      requests: requests.filter((url) => !/^(file|data):/.test(url)),
      console: stderr.split("\n").filter((line) => line.includes(":CONSOLE")),
      dom: stdout,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

(chromium === undefined ? describe.skip : describe)("in Chromium", () => {
  test("no request leaves and the console stays empty", () => {
    const { requests, console, dom } = opened(page(data()));
    expect(requests).toEqual([]);
    expect(console).toEqual([]);
    expect(dom).toContain("The slowest recovery");
  }, 90_000);

  test("a request that leaves would be seen, and so would an error", () => {
    const { requests, console } = opened(
      '<img src="http://198.51.100.1/a.png"><script>throw new Error("seen")</script>',
    );
    expect(requests).toContain("http://198.51.100.1/a.png");
    expect(console.join()).toContain("seen");
  }, 90_000);
});
