import { type Browser, type Page as Tab, chromium } from "playwright-core";
import { tokenKeysOf } from "../../declared";
import { Page } from "../../page/server";
import type { Session } from "../../session";
import { OWN_ISSUER, readOwnKeys, signToken } from "../../shipped";
import { settled } from "../../story";
import { chromiumPath } from "../chromium";
import type { Dr } from "../dr";
import { type Client, newOrder } from "../orders";
import { type Shared, rowsOf } from "./shared";

const PER_SECOND = 3;

/** Counted as skipped where no browser is installed. */
const testPage = chromiumPath === undefined ? test.skip : test;

/**
 * The loss of home and the failback, by the page's buttons where there is a browser. Afterwards home is
 * active, and automatic failover is disarmed.
 */
export function homeLossSuite(shared: () => Shared): void {
  describe("the loss of home", () => {
    let session: Session;
    let client: Client;
    let dr: Dr;
    let home: string;
    let standby: string;
    let browser: Browser | undefined;
    let tab: Tab | undefined;
    let page: Page;
    const errors: string[] = [];
    const before = newOrder();

    beforeAll(async () => {
      ({ session, client, dr } = shared());
      ({ home, standby } = session.platform);
      page = new Page(session);
      const url = await page.listen();
      if (chromiumPath !== undefined) {
        browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
        tab = await browser.newPage();
        tab.on("console", (message) => {
          if (message.type() === "error") errors.push(message.text());
        });
        tab.on("pageerror", (error) => errors.push(error.message));
        await tab.goto(url);
      }
      session.load.start(PER_SECOND);
      await session.armed();
    }, 180_000);

    afterAll(async () => {
      await browser?.close();
      page.stop();
    });

    /** Clicks a button of the page; without a browser, does the same without the page. */
    async function press(button: string, otherwise: () => Promise<void>): Promise<void> {
      if (tab === undefined) return otherwise();
      await tab.getByRole("button", { name: button }).click();
    }

    test("an order is settled before it", async () => {
      expect((await client.place(home, before)).status).toBe(202);
      await client.settled(home, before.orderId);
    });

    testPage(
      "an order of the page's form is settled before it, and a wrong one is refused",
      async () => {
        await tab!.getByLabel("Quantity").fill("-1");
        await tab!.getByRole("button", { name: "Place" }).click();
        await tab!.getByText("refused with 400, quantity: ").waitFor();
        await tab!.getByLabel("Quantity").fill("10");
        await tab!.getByRole("button", { name: "Place" }).click();
        await tab!.locator("#orders li[data-settled=true]").waitFor({ timeout: 60_000 });
        const enabled = await tab!.locator("button[data-action]:enabled").allInnerTexts();
        expect(enabled).toEqual(["Take us-east-1 away", "kill -9 its PostgreSQL"]);
      },
    );

    test("makes the standby active, with a database that writes", async () => {
      await press("Take us-east-1 away", () => session.fail("region"));
      await session.until(() => session.control?.active === standby, 150_000, "failover");
      expect(session.control).toMatchObject({ epoch: 2, how: "failover" });
      const [row] = await session.platform.pair
        .of(standby)
        .server.query<{ standby: boolean }>("select pg_is_in_recovery() as standby");
      expect(row).toEqual({ standby: false });
    }, 200_000);

    testPage("is shown by the page, with the standby as the active region", async () => {
      await tab!.locator(".region.active", { hasText: standby }).waitFor({ timeout: 30_000 });
    });

    test("is told by `dr status` from the standby alone", async () => {
      // After the failback, a busy machine would fail over by itself.
      const [{ exitCode, out }, disarmed] = await Promise.all([dr.run("status"), dr.run("disarm")]);
      expect(out).toMatch(/^state +us-east-2 is active \(epoch 2\)$/m);
      expect(out).toMatch(/^last takeovers +\S+ failover to us-east-2, RTO \d/m);
      // Route 53 is asked in us-east-1, and the metric of the replication is home's.
      expect(out).toMatch(/^DNS +\? no answer/m);
      expect(out).toMatch(/^replication lag +\? no answer/m);
      expect([exitCode, disarmed.exitCode]).toEqual([0, 0]);
    });

    test("leaves tokens valid, orders readable and new ones settled", async () => {
      const { status, body } = await client.get(standby, before.orderId);
      expect([status, body["orderId"]]).toEqual([200, before.orderId]);
      const after = newOrder();
      expect((await client.place(standby, after)).status).toBe(202);
      await client.settled(standby, after.orderId);
      expect(await rowsOf(session, standby, after.orderId)).toEqual([{ epoch: 2 }]);
      expect(await rowsOf(session, standby, before.orderId)).toHaveLength(1);
      const [, second] = readOwnKeys(tokenKeysOf(session.platform.declarations));
      const token = await signToken(second!, OWN_ISSUER, "live-0", 600, Date.now());
      expect((await client.get(standby, after.orderId, token)).status).toBe(200);
    });

    test("is followed by a failback that makes home the writer again", async () => {
      await press("Bring us-east-1 back", () => session.restore());
      await session.until(() => session.platform.cut.size === 0, 60_000, "home is back");
      await press("Fail back", () => session.failBack());
      await session.until(() => session.control?.active === home, 120_000, "failback");
      expect(session.control).toMatchObject({ epoch: 3, how: "switchover" });
      expect(session.platform.pair.writer).toBe(home);
      const order = newOrder();
      expect((await client.place(home, order)).status).toBe(202);
      await client.settled(home, order.orderId);
      expect(await rowsOf(session, home, order.orderId)).toEqual([{ epoch: 3 }]);
    }, 250_000);

    test("has lost no acknowledged order", async () => {
      const { missing, altered, acknowledged } = await settled(session);
      expect({ missing, altered }).toEqual({ missing: [], altered: [] });
      expect(acknowledged).toBeGreaterThan(PER_SECOND * 10);
    }, 120_000);

    testPage("has caused no error of the page", () => {
      expect(errors).toEqual([]);
    });

    testPage(
      "leaves a page that says when nothing answers any more, with no button to press",
      async () => {
        page.stop();
        await tab!.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
        expect(await tab!.locator("button:enabled").count()).toBe(0);
      },
    );
  });
}
