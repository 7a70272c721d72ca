import * as path from "node:path";
import {
  DeleteFunctionConcurrencyCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { backUp, recover } from "../../database/backup";
import { Server } from "../../database/server";
import { databaseOf } from "../../declared";
import type { Placed } from "../../load/clients";
import { judge } from "../../load/verdict";
import { freePort } from "../../ports";
import { ownedDirectory, removed } from "../../processes";
import { orderKey } from "../../shipped";
import { newOrder } from "../orders";
import { runSql, scanLedger } from "../repair";
import { blocksOf } from "../runbook";
import type { Shared } from "./shared";

const HEADING = "Wrong data in the database";
const ORDERS = 4;

/** The runbook's way out of wrong data, with real PostgreSQL servers and the shipped functions. */
export function restoreSuite(shared: () => Shared): void {
  describe("wrong data in the database", () => {
    let directory: string;
    let live: Server;
    let copy: Server;
    /** Settled before the time that the copy is restored to, and settled and closed after it. */
    let before: Placed[];
    let after: Placed[];
    /** Accepted while nothing settles. */
    let waiting: Placed[];
    let restart: () => Promise<void>;

    beforeAll(async () => {
      const { dr, session } = shared();
      const { platform } = session;
      directory = ownedDirectory();
      live = platform.pair.of(platform.home).server;
      const { database } = databaseOf(platform.declarations);
      copy = new Server(path.join(directory, "restored"), await freePort(), database);
      await backUp(live, copy.data);
      before = await settledOrders();
      const [{ now } = { now: "" }] = await live.query<{ now: string }>(
        "select clock_timestamp()::text as now",
      );
      after = await settledOrders();
      await Promise.all(after.map(closed));
      await live.query("update orders set quantity = 1, symbol = 'WRONG'");
      await live.query("delete from orders where id = any($1)", [idsOf(after.slice(1))]);
      expect(await dr.run("disarm")).toMatchObject({ exitCode: 0 });
      restart = await stopSettling();
      await recover(live, copy, now);
      waiting = await acceptedOrders();
    }, 150_000);

    afterAll(async () => {
      await copy?.kill();
      removed(directory);
    });

    const idsOf = (orders: readonly Placed[]) => orders.map(({ order }) => order.orderId);

    function acceptedOrders(): Promise<Placed[]> {
      const { client, session } = shared();
      const orders = Array.from({ length: ORDERS }, (_, n) =>
        // With a price and without one.
        newOrder(n % 2 === 0 ? {} : { limitPrice: "9.5" }),
      );
      return Promise.all(
        orders.map(async (order) => {
          const sentMs = Date.now();
          const { status } = await client.place(session.platform.home, order);
          expect(status).toBe(202);
          return { order, sentMs, tries: 1, acceptedMs: Date.now() };
        }),
      );
    }

    async function settledOrders(): Promise<Placed[]> {
      const { client, session } = shared();
      const orders = await acceptedOrders();
      for (const id of idsOf(orders)) await client.settled(session.platform.home, id);
      return orders;
    }

    function closed({ order }: Placed): Promise<void> {
      const { platform } = shared().session;
      const { documents } = platform.clients(platform.home);
      const request = { TableName: "dev-ledger", Key: { pk: orderKey(order.orderId) } };
      const isClosed = async () => {
        const { Item } = await documents.send(new GetCommand(request));
        return String(Item?.["shard"]).startsWith("closed#");
      };
      return shared().session.until(isClosed, 60_000, `${order.orderId} is closed`);
    }

    /** Takes the concurrency of what settles and closes. @returns what gives it back. */
    async function stopSettling(): Promise<() => Promise<void>> {
      const { program } = shared().session.platform;
      const stopped = [...program.functions.values()].filter(({ stem }) =>
        ["orderProcessor", "settlementSweep"].includes(stem),
      );
      const undo = stopped.map(async ({ name: FunctionName, region }) => {
        const { lambda } = clientsOf(region);
        const { ReservedConcurrentExecutions } = await lambda.send(
          new GetFunctionConcurrencyCommand({ FunctionName }),
        );
        const set = (count: number) =>
          lambda.send(
            new PutFunctionConcurrencyCommand({
              FunctionName,
              ReservedConcurrentExecutions: count,
            }),
          );
        await set(0);
        return () =>
          ReservedConcurrentExecutions === undefined
            ? lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
            : set(ReservedConcurrentExecutions);
      });
      const all = await Promise.all(undo);
      return async () => {
        await Promise.all(all.map((each) => each()));
      };
    }

    const clientsOf = (region: string) => shared().session.platform.clients(region);

    test("leaves a copy with the rows of the time before it, and with no later ones", async () => {
      expect(await judge(copy, before)).toMatchObject({ missing: [], altered: [] });
      expect((await judge(copy, after)).missing).toHaveLength(ORDERS);
      expect(await judge(live, before)).toMatchObject({ altered: idsOf(before) });
      expect((await judge(live, after)).missing).toHaveLength(ORDERS - 1);
    });

    test("is repaired by the runbook's SQL from the copy and the ledger", async () => {
      const { home } = shared().session.platform;
      const [write = "", repair = ""] = blocksOf(HEADING, "sql");
      const scan = blocksOf(HEADING, "sh").find((block) => block.includes("dynamodb scan"))!;
      await runSql(copy, write, directory);
      await scanLedger(scan, clientsOf(home), path.join(directory, "ledger.tsv"));
      await runSql(live, repair, directory);
      const orders = [...before, ...after, ...shared().session.load.placed.values()];
      expect(await judge(live, orders)).toMatchObject({ missing: [], altered: [] });
    });

    test("has stopped no order from being accepted: those are settled afterwards", async () => {
      const { client, dr, session } = shared();
      expect((await judge(live, waiting)).missing).toHaveLength(ORDERS);
      await restart();
      for (const id of idsOf(waiting)) await client.settled(session.platform.home, id);
      expect(await judge(live, waiting)).toMatchObject({ missing: [], altered: [] });
      const { standby, pair } = session.platform;
      const all = [...before, ...after, ...waiting];
      await session.until(
        async () => (await judge(pair.of(standby).server, all)).missing.length === 0,
        30_000,
        "the repaired rows are replicated",
      );
      expect((await judge(pair.of(standby).server, all)).altered).toEqual([]);
      expect(await dr.run("lost")).toMatchObject({ exitCode: 0 });
    });
  });
}
