"use strict";

const find = (selector) => document.querySelector(selector);
const SECONDS_SHOWN = 120;
const samples = [];
/** Orders of this page by id. */
const own = new Map();

/** Text of an element is set, never parsed. */
function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

const known = (value, unit = "") =>
  value === null || value === undefined ? "–" : `${value}${unit}`;

function showRegions({ regions, active, target, dns }) {
  const cards = regions.map(({ region, isCut, isHealthy, queued, database }) => {
    const role = isCut
      ? ["lost", "lost"]
      : region === active
        ? ["active", "active"]
        : region === target
          ? ["target", "taking over"]
          : ["", "standing by"];
    const card = element("article", `region ${role[0]}`);
    const title = element("h2", "", region);
    title.append(element("span", "badge", role[1]));
    const facts = element("dl", "");
    const fact = (name, text, state = "") =>
      facts.append(element("dt", "", name), element("dd", state, text));
    fact("Health check", isHealthy ? "healthy" : "not healthy", isHealthy ? "good" : "bad");
    fact("API's name", dns === region ? "leads here" : "leads away");
    fact("PostgreSQL", database, { writer: "good", down: "bad" }[database] ?? "");
    fact("Queued hints", known(queued));
    card.append(title, facts);
    return card;
  });
  find("#regions").replaceChildren(...cards);
}

function showFigures({ epoch, openOrders, lagBytes, rates, rto, orders }) {
  const seconds = rto.settled ?? rto.seconds;
  const isOver = rto.settled !== null;
  const figures = [
    [
      "RTO, settled",
      seconds === null ? "–" : `${seconds.toFixed(isOver ? 1 : 0)} s`,
      seconds === null ? "" : isOver ? "good" : "busy",
    ],
    ["RTO, accepted", rto.accepted === null ? "–" : `${rto.accepted.toFixed(1)} s`, ""],
    ["epoch", known(epoch), ""],
    ["open orders", known(openOrders), ""],
    [
      "replication lag",
      lagBytes === null ? "cut" : `${Math.round(lagBytes / 1024)} KB`,
      lagBytes === null ? "bad" : "",
    ],
    [`settled of ${orders.acknowledged} accepted`, String(orders.settled), ""],
  ];
  const made = figures.map(([name, value, state]) => {
    const figure = element("div", "figure");
    figure.append(element("b", state, value), element("span", "", name));
    return figure;
  });
  find("#figures").replaceChildren(...made);
  find("#hint").textContent =
    `${rates.accepted.toFixed(1)} accepted and ${rates.settled.toFixed(1)} settled a second; ` +
    `${orders.waiting} orders are being repeated by their clients.`;
}

function showChart({ atMs, rates, rto }) {
  samples.push({ atMs, ...rates, isFault: rto.seconds !== null && rto.seconds < 1.5 });
  while (samples.length > 0 && samples[0].atMs < atMs - SECONDS_SHOWN * 1000) samples.shift();
  const top = Math.max(5, ...samples.flatMap(({ accepted, settled }) => [accepted, settled]));
  const x = (sample) => SECONDS_SHOWN - (atMs - sample.atMs) / 1000;
  const make = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const curve = (name) =>
    make("polyline", {
      class: name,
      points: samples.map((each) => `${x(each)},${39 - (each[name] / top) * 37}`).join(" "),
    });
  const faults = samples
    .filter(({ isFault }) => isFault)
    .map((each) => make("line", { x1: x(each), x2: x(each), y1: 0, y2: 40 }));
  find("#top").textContent = `· axis up to ${top.toFixed(0)}`;
  find("#chart").replaceChildren(...faults, curve("accepted"), curve("settled"));
}

function showButtons({ can }) {
  for (const button of document.querySelectorAll("button[data-can]")) {
    button.disabled = !can[button.dataset.can];
  }
}

function showEntry({ seconds, source, text }) {
  const line = element("li", source === "fault" ? "fault" : "");
  const when = seconds === undefined ? "" : seconds.toFixed(1);
  line.append(element("b", "", when), element("i", "", source), element("span", "", text));
  const list = find("#timeline");
  list.append(line);
  list.scrollTop = list.scrollHeight;
}

async function post(action, body) {
  const answer = await fetch(`/${action}`, { method: "POST", body: JSON.stringify(body ?? {}) });
  return answer.json();
}

async function followOwn() {
  for (const [orderId, line] of own) {
    const state = await post(`state/${orderId}`);
    const ms = (from, to) => `${((to - from) / 1000).toFixed(1)} s`;
    let text = `being sent, ${state.tries} tries`;
    if (state.refused !== undefined) text = `refused with ${state.refused}`;
    else if (state.settledMs !== undefined)
      text = `settled in ${state.settledIn} after ${ms(state.sentMs, state.settledMs)}`;
    else if (state.acceptedMs !== undefined)
      text = `accepted in ${state.acceptedIn} after ${ms(state.sentMs, state.acceptedMs)}`;
    line.textContent = `${orderId.slice(0, 8)}: ${text}`;
    line.dataset.settled = String(state.settledMs !== undefined);
    if (state.refused !== undefined || state.settledMs !== undefined) own.delete(orderId);
  }
}

find("#order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { orderId } = await post("order", Object.fromEntries(new FormData(event.target)));
  const line = element("li", "", `${orderId.slice(0, 8)}: being sent`);
  find("#orders").prepend(line);
  own.set(orderId, line);
});

for (const button of document.querySelectorAll("button[data-action]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await post(button.dataset.action);
  });
}

const events = new EventSource("/events");
events.addEventListener("open", () => find("#timeline").replaceChildren());
events.addEventListener("entry", ({ data }) => showEntry(JSON.parse(data)));
events.addEventListener("state", ({ data }) => {
  const state = JSON.parse(data);
  showRegions(state);
  showFigures(state);
  showChart(state);
  showButtons(state);
  void followOwn();
});
