import { chromium, opened } from "./chromium";
import { page, type PageData } from "../report/page/page";
import type { Picture } from "../report/page/picture";
import type { Played } from "../runner/played";
import { Tally } from "../runner/tally";

const played = (index: number, kind: string, settled: number | null, missing = 0): Played => ({
  index,
  seed: `7.${index}`,
  kind,
  verdict: missing === 0 ? "PASSED" : "FAILED",
  broken: missing === 0 ? [] : [{ name: "no acknowledged order is missing", seen: `${missing}` }],
  bound: "region or API lost",
  recovery: { settled, accepted: 70, overhead: 30 },
  orders: { acknowledged: 400, missing, rejected: 0, doubled: 0, altered: 0 },
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

const asked = { seed: "7", design: "ours", fault: undefined };

function data(): PageData {
  const tally = new Tally();
  for (const each of [played(0, "region", 101), played(1, "region", 155), played(2, "API", null)]) {
    tally.add(each);
  }
  return {
    results: tally.results(asked),
    pictures: [picture],
    designs: [
      ["", "ours", "plain"],
      ["survived", "100 %", "12 %"],
    ],
    assumptions: [{ name: "promotionSeconds", range: "60 to 180", source: "a guide" }],
    replays: [{ what: "This run", line: "npm run drill -- --seed 7" }],
  };
}

test("the page shows every part of a run, at its place on the axis", () => {
  const html = page(data());
  expect(html).toContain("<h1>The drill: 3 outages from seed 7</h1>");
  // 155 of 400 s falls into the bin from 150 to 160.
  expect(html).toContain(
    'style="left:37.50%;width:2.50%;opacity:1.00" title="150 to 160 s: 1 outages"',
  );
  expect(html).toContain(
    "<td>region or API lost: settled</td><td>3</td><td>101.0</td><td>155.0</td><td>155.0</td>" +
      "<td>1</td><td>p99 230, goal 220, max 260</td>",
  );
  expect(html).toContain("<td>  accepted</td><td>3</td><td>70.0</td>");
  // The bound is at 300 of 400 s.
  expect(html).toContain('class="limit" style="left:75.00%"');
  expect(html).toContain("API <small>1, 1 never</small>");
  expect(html).toContain("<b>1,200</b><span>orders acknowledged</span>");
  // 0 to 100 s on an axis from -100 to 300 s.
  expect(html).toContain('<i class="moving" style="left:25.00%;width:25.00%"');
  expect(html).toContain('points="0,40 200,0 400,40"');
  expect(html).toContain("<td>survived</td><td>100 %</td><td>12 %</td>");
  expect(html).toContain("<td>promotionSeconds</td><td>60 to 180</td><td>a guide</td>");
  expect(html).toContain("<pre>npm run drill -- --seed 7</pre>");
});

test("text from an outage is escaped", () => {
  const html = page(data());
  expect(html).toContain("to &#60;us-east-2&#62;");
  expect(html).toContain("fence: epoch 2 &#38; more");
  expect(html).not.toContain("<us-east-2>");
});

test("a broken promise comes first", () => {
  const tally = new Tally();
  tally.add(played(0, "region", 101, 2));
  const html = page({ ...data(), results: tally.results(asked) });
  expect(html).toContain('<div class="tile broken"><b>broken</b>');
  expect(html).toContain('<div class="tile broken"><b>2</b><span>of them missing</span>');
  expect(html).toContain('<div class="tile broken"><b>0 of 1</b>');
});

test("the page refers to nothing outside itself and contains no script", () => {
  const html = page(data());
  expect(html).not.toMatch(/https?:|<script|url\(|@import|src=/);
});

(chromium === undefined ? test.skip : test)(
  "in Chromium, an external request and an error would be detected",
  () => {
    const { requests, console } = opened(
      '<img src="http://198.51.100.1/a.png"><script>throw new Error("seen")</script>',
    );
    expect(requests).toContain("http://198.51.100.1/a.png");
    expect(console.join()).toContain("seen");
  },
  90_000,
);
