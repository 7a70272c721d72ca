import { sqlWith } from "../../../lambda/entry/sql";
import { CONNECT_TIMEOUT_MS, SOCKET_IDLE_MAX_MS } from "../../../lambda/runtime/tunables";

/** A connection of the faked client: its statements, how often it was closed, and how to break it. */
interface Opened {
  queries: string[];
  ended: number;
  destroyed: number;
  failure: Error | undefined;
  listeners: (() => void)[];
}
const mockOpened: Opened[] = [];
let mockConnects = true;

jest.mock("pg", () => ({
  Client: class {
    private isAsked = false;
    private readonly opened: Opened = {
      queries: [],
      ended: 0,
      destroyed: 0,
      failure: undefined,
      listeners: [],
    };
    readonly connection = { stream: { destroy: () => void this.opened.destroyed++ } };
    on(_event: string, listener: () => void): void {
      this.opened.listeners.push(listener);
    }
    connect(): Promise<void> {
      if (!mockConnects) return Promise.reject(new Error("timeout expired"));
      mockOpened.push(this.opened);
      return Promise.resolve();
    }
    async query(text: string): Promise<{ rows: unknown[] }> {
      const { queries, failure } = this.opened;
      queries.push(text);
      // The client gives a warning where a second statement comes before this one's answer.
      if (this.isAsked) throw new Error("asked while it works");
      this.isAsked = true;
      await new Promise((resolve) => setImmediate(resolve));
      this.isAsked = false;
      if (failure !== undefined) throw failure;
      return { rows: [text] };
    }
    /** Like a server that is silent: the end is never confirmed. */
    end(): Promise<void> {
      this.opened.ended++;
      return new Promise(() => undefined);
    }
  },
}));

const address = { endpoint: "writer", database: "trading", as: "application" } as const;
const credentials = () => Promise.resolve({ user: "application", password: "a token" });
const connected = () => sqlWith(credentials)(address);
const outcome = () =>
  mockOpened.map(({ queries, ended, destroyed }) => {
    expect(destroyed).toBe(ended);
    return [queries.length, ended];
  });

let nowMs = 1_000_000;

beforeEach(() => {
  mockOpened.length = 0;
  mockConnects = true;
  jest.spyOn(Date, "now").mockImplementation(() => nowMs);
});

afterEach(() => jest.restoreAllMocks());

it("concurrent statements share one connection, and later ones reuse it", async () => {
  const sql = connected();
  const texts = Array.from({ length: 16 }, (_, i) => `select ${i}`);
  expect(await Promise.all(texts.map((text) => sql(text, [])))).toEqual(texts.map((t) => [t]));
  await sql("select 16", []);
  expect(outcome()).toEqual([[17, 0]]);
});

it("a connection is not idle while a statement has no answer yet", async () => {
  const sql = connected();
  const first = sql("select 1", []);
  nowMs += SOCKET_IDLE_MAX_MS + 1;
  await Promise.all([first, sql("select 2", [])]);
  expect(outcome()).toEqual([[2, 0]]);
});

it("a connection is closed after the clock was set back", async () => {
  const sql = connected();
  await sql("select 1", []);
  nowMs -= 1;
  await sql("select 2", []);
  expect(outcome()).toEqual([
    [1, 1],
    [1, 0],
  ]);
});

it("gives up if the credentials do not arrive in time", async () => {
  jest.useFakeTimers({ now: nowMs });
  const signals: AbortSignal[] = [];
  const sql = sqlWith((_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  })(address);
  const outcomes = expect(sql("select 1", [])).rejects.toThrow(
    `database credentials: no answer within ${CONNECT_TIMEOUT_MS} ms`,
  );
  await jest.advanceTimersByTimeAsync(CONNECT_TIMEOUT_MS);
  await outcomes;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  jest.useRealTimers();
});

it("a connection that was idle for too long is closed before another is opened", async () => {
  const sql = connected();
  await sql("select 1", []);
  nowMs += SOCKET_IDLE_MAX_MS;
  await sql("select 2", []);
  nowMs += SOCKET_IDLE_MAX_MS + 1;
  await Promise.all([sql("select 3", []), sql("select 4", [])]);
  expect(outcome()).toEqual([
    [2, 1],
    [2, 0],
  ]);
});

it("an error closes the connection it came from, not the one that replaced it", async () => {
  const sql = connected();
  await sql("select 1", []);
  const [first] = mockOpened;
  first!.failure = new Error("Query read timeout");
  const failing = sql("select 2", []);
  await expect(failing).rejects.toThrow("Query read timeout");
  await sql("select 3", []);
  first!.listeners[0]!();
  await sql("select 4", []);
  expect(outcome()).toEqual([
    [2, 1],
    [2, 0],
  ]);
});

it("if a statement fails, the statements queued behind it fail too and one connection is closed", async () => {
  const sql = connected();
  await sql("select 1", []);
  mockOpened[0]!.failure = new Error("Query read timeout");
  const tries = await Promise.allSettled([sql("select 2", []), sql("select 3", ["value"])]);
  expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(mockOpened[0]).toMatchObject({ queries: ["select 1", "select 2"], ended: 1 });
  expect(await sql("select 4", [])).toEqual(["select 4"]);
});

it("a connection that breaks while idle is replaced", async () => {
  const sql = connected();
  await sql("select 1", []);
  mockOpened[0]!.listeners[0]!();
  await sql("select 2", []);
  expect(outcome()).toEqual([
    [1, 1],
    [1, 0],
  ]);
});

it("a connection that could not be opened is opened again", async () => {
  const sql = connected();
  mockConnects = false;
  const tries = await Promise.allSettled([sql("select 1", []), sql("select 2", [])]);
  expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  mockConnects = true;
  expect(await sql("select 3", [])).toEqual(["select 3"]);
});
