import { type Page } from "@playwright/test";
import { Broker } from "../fixtures/broker";
import { Server, expect, test, visit } from "../fixtures/test";

test.skip(!Broker.available(), "needs Java and Maven, or Docker");
test.setTimeout(180_000);

/** A department's budget in the words of the topic, of which a share is spent. */
async function budget(server: Server, used: number) {
  const { examples } = await server.get("/schemas/budget");
  const payload = structuredClone(examples[0]);
  const { approved } = payload;
  payload.actual = { ...approved, amount: Math.round(approved.amount * used) };
  return payload;
}

function row(page: Page, department: string) {
  return page.locator(`tr[data-entity="${department}"]`);
}

const source = (page: Page, name: RegExp) => page.getByRole("link", { name });

test("a message of another client changes a figure in the browser", async ({ page }) => {
  const broker = Broker.start();
  const server = await Server.start({ source: "auto", brokers: broker.address });
  try {
    await expect
      .poll(async () => (await server.get("/status")).state, { timeout: 30_000 })
      .toBe("live");
    const first = await budget(server, 0.512);
    await broker.produce("streamboard.budget", first.department, first);
    await visit(page, `${server.url}/budget`);
    await expect(source(page, /^Source: Kafka live/)).toBeVisible();
    await expect(row(page, first.department)).toContainText("51.2");
    await broker.produce("streamboard.budget", first.department, await budget(server, 0.634));
    await expect(row(page, first.department)).toContainText("63.4");
  } finally {
    await server.dispose();
    broker.dispose();
  }
});

test("a broker that dies is shown, and its return brings the real figures back", async ({ page }) => {
  const broker = Broker.start();
  const environment = { STREAMBOARD_SOURCE__FALLBACK_AFTER: "5s" };
  const server = await Server.start({ source: "auto", brokers: broker.address, environment });
  try {
    await expect
      .poll(async () => (await server.get("/status")).state, { timeout: 30_000 })
      .toBe("live");
    const first = await budget(server, 0.512);
    await broker.produce("streamboard.budget", first.department, first);
    await visit(page, `${server.url}/budget`);
    await expect(row(page, first.department)).toContainText("51.2");

    broker.kill();
    const banner = page.getByRole("alert");
    await expect(banner).toContainText("Kafka unreachable. The last real figures are held.", { timeout: 30_000 });
    await expect(row(page, first.department)).toContainText("51.2");
    await expect(banner).toContainText("Kafka unreachable. Every figure below is simulated.", { timeout: 30_000 });
    await expect(source(page, /^Source: Simulated/)).toBeVisible();

    broker.restart();
    await expect(source(page, /^Source: Kafka live/)).toBeVisible({ timeout: 60_000 });
    await expect(banner.filter({ hasText: "Kafka unreachable" })).toBeHidden();
    await expect(row(page, first.department)).toContainText("51.2");
    await broker.produce("streamboard.budget", first.department, await budget(server, 0.634));
    await expect(row(page, first.department)).toContainText("63.4", { timeout: 30_000 });
  } finally {
    await server.dispose();
    broker.dispose();
  }
});
