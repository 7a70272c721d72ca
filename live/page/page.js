"use strict";

const find = (selector) => document.querySelector(selector);
const SECONDS_SHOWN = 120;
const samples = [];
/** Seconds of the fault that lasted at the last sample. */
let secondsBefore = null;
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
    fact("API's name", dns === region ? "leads here" : `leads to ${dns}`);
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
      "RTO settled",
      seconds === null ? "–" : `${seconds.toFixed(isOver ? 1 : 0)} s`,
      seconds === null ? "" : isOver ? "good" : "busy",
    ],
    ["RTO accepted", rto.accepted === null ? "–" : `${rto.accepted.toFixed(1)} s`, ""],
    ["Epoch", known(epoch), ""],
    ["Open orders", known(openOrders), ""],
    [
      "Replication lag",
      lagBytes === null ? "cut" : `${Math.round(lagBytes / 1024)} KB`,
      lagBytes === null ? "bad" : "",
    ],
    [`Settled of ${orders.acknowledged}`, String(orders.settled), ""],
  ];
  const made = figures.map(([name, value, state]) => {
    const figure = element("div", "figure");
    figure.append(element("b", state, value), element("span", "", name));
    return figure;
  });
  find("#figures").replaceChildren(...made);
  find("#load").textContent =
    `${rates.accepted.toFixed(1)} accepted and ${rates.settled.toFixed(1)} settled a second; ` +
    `${orders.waiting} orders have no answer yet.`;
}

function showChart({ atMs, rates, rto }) {
  const isFault = rto.seconds !== null && rto.seconds < (secondsBefore ?? Infinity);
  secondsBefore = rto.seconds;
  samples.push({ atMs, ...rates, isFault: isFault && rto.seconds < 3 });
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
  find("#top").textContent = top.toFixed(0);
  const base = make("line", { class: "base", x1: 0, x2: SECONDS_SHOWN, y1: 39, y2: 39 });
  find("#chart").replaceChildren(base, ...faults, curve("accepted"), curve("settled"));
}

const buttons = document.querySelectorAll("button[data-action]");

function showButtons(state) {
  for (const button of buttons) button.disabled = !state.can[button.dataset.action];
  const hint = hintOf(state);
  // Only a change is read aloud.
  if (find("#hint").textContent !== hint) find("#hint").textContent = hint;
}

/** What can be done now, or what is waited for. */
function hintOf({ can, regions, active, home, standby, armedInSeconds }) {
  if (can.region) return `Automatic failover is armed: ${standby} takes over after a fault.`;
  if (can.failback) return `${standby} is active. An operator can fail back to ${home}.`;
  const isAway = regions.some(({ region, isCut }) => region === home && isCut);
  if (isAway && active === standby)
    return `${standby} is active. Bring ${home} back, then fail back.`;
  if (isAway) return `${home} is away: ${standby} is about to take over.`;
  const isWaiting = active === home && regions.some(({ database }) => database === "writer");
  if (!isWaiting || !armedInSeconds) return "Wait for the end of the failover or failback.";
  const [minutes, seconds] = [Math.floor(armedInSeconds / 60), Math.ceil(armedInSeconds % 60)];
  const time = minutes > 0 ? `${minutes} min ${seconds} s` : `${seconds} s`;
  return `Automatic failover is not armed yet: ${home} must settle orders for another ${time}.`;
}

function showNotice(text) {
  find("#notice").hidden = text === "";
  find("#notice").textContent = text;
}

function showEntry({ seconds, source, text }) {
  const line = element("li", source === "fault" ? "fault" : "");
  const when = seconds === undefined ? "" : seconds.toFixed(1);
  line.append(element("b", "", when), element("i", "", source), element("span", "", text));
  const list = find("#timeline");
  list.append(line);
  list.scrollTop = list.scrollHeight;
}

/** Returns the answer, or undefined after it has said why there is none. */
async function post(action, body = {}) {
  try {
    const answer = await fetch(`/${action}`, { method: "POST", body: JSON.stringify(body) });
    const value = await answer.json();
    if (answer.ok) return value;
    showNotice(value.error);
    return undefined;
  } catch {
    showLost();
    return undefined;
  }
}

function showLost() {
  showNotice("npm run live does not answer. What is shown here may be old.");
  for (const button of document.querySelectorAll("button")) button.disabled = true;
}

/** What the API says about an order that it refuses: the wrong fields, if it names them. */
function reasonOf(text) {
  try {
    const { error, fields = [] } = JSON.parse(text);
    return fields.map(({ field, problem }) => `${field}: ${problem}`).join("; ") || error;
  } catch {
    return text;
  }
}

async function followOwn() {
  for (const [orderId, line] of own) {
    const state = await post(`state/${orderId}`);
    if (state === undefined) return;
    const after = (atMs) => `after ${((atMs - state.sentMs) / 1000).toFixed(1)} s`;
    let text = state.tries > 1 ? `being repeated, ${state.tries} tries` : "being sent";
    if (state.refused !== undefined)
      text = `refused with ${state.refused}, ${reasonOf(state.reason)}`;
    else if (state.settledMs !== undefined)
      text = `settled in ${state.settledIn} ${after(state.settledMs)}`;
    else if (state.acceptedMs !== undefined)
      text = `accepted in ${state.acceptedIn} ${after(state.acceptedMs)}`;
    line.textContent = `${orderId.slice(0, 8)}: ${text}`;
    line.className = state.refused !== undefined ? "bad" : "";
    line.dataset.settled = String(state.settledMs !== undefined);
    if (state.refused !== undefined || state.settledMs !== undefined) own.delete(orderId);
  }
}

find("#order").addEventListener("submit", async (event) => {
  event.preventDefault();
  const placed = await post("order", Object.fromEntries(new FormData(event.target)));
  if (placed === undefined) return;
  const line = element("li", "", `${placed.orderId.slice(0, 8)}: being sent`);
  find("#orders").prepend(line);
  own.set(placed.orderId, line);
});

for (const button of buttons) {
  button.addEventListener("click", () => {
    button.disabled = true;
    showNotice("");
    void post(button.dataset.action);
  });
}

const events = new EventSource("/events");
events.addEventListener("open", () => {
  showNotice("");
  find("#order button").disabled = false;
  find("#timeline").replaceChildren();
});
events.addEventListener("error", showLost);
events.addEventListener("entry", ({ data }) => showEntry(JSON.parse(data)));
events.addEventListener("state", ({ data }) => {
  const state = JSON.parse(data);
  showRegions(state);
  showFigures(state);
  showChart(state);
  showButtons(state);
  void followOwn();
});
