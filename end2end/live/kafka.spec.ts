// A real broker, filled by a third-party client: KafkaJS, bare JSON.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { broker } from "../fixtures/broker.ts";
import { Server } from "../fixtures/server.ts";
import { expect, test } from "../fixtures/test.ts";

const usd = (units: number) => ({ minor: units * 100, currency: "USD" });
const budget = (actual: number) => ({
  department: "retail-banking", name: "Retail Banking", cost_centre: "RB-4410",
  svp: "marisol-etcheverry", fiscal_period: "2026-Q4", approved: usd(100_000_000),
  planned_to_date: usd(50_000_000), actual_to_date: usd(actual), committed: usd(0),
  forecast_remaining: usd(1_000_000),
});

test.describe("with a broker of its own", () => {
  test.describe.configure({ mode: "serial" });
  let folder: string, server: Server, kafka: Kafka;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    folder = mkdtempSync(join(tmpdir(), "streamboard-kafka-"));
    broker("start", folder);
    const brokers = readFileSync(join(folder, "brokers"), "utf8").trim();
    kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
    server = await Server.start({
      args: ["--source", "auto", "--brokers", brokers],
      env: { STREAMBOARD_SOURCE__FALLBACK_AFTER: "3s" },
    });
  });

  test.afterAll(async () => {
    await server?.stop();
    broker("stop", folder);
    rmSync(folder, { recursive: true, force: true });
  });

  const produce = async (actual: number) => {
    const producer = kafka.producer();
    await producer.connect();
    const value = JSON.stringify(budget(actual));
    await producer.send({ topic: "streamboard.budget", messages: [{ key: "retail-banking", value }] });
    await producer.disconnect();
  };

  test("an event of KafkaJS changes the figure in the browser", async ({ page }) => {
    test.setTimeout(90_000);
    await expect.poll(async () => (await server.json("/api/v1/status")).state, { timeout: 40_000 }).toBe("live");
    await page.goto(`${server.url}/budget`);
    await produce(40_000_000);
    await expect(page.locator("tr[data-entity=retail-banking]")).toContainText("40.0", { timeout: 30_000 });
    await produce(91_900_000);
    await expect(page.locator("tr[data-entity=retail-banking]")).toContainText("91.9");
    const { items } = await server.json("/api/v1/alerts?book=real&severity=critical");
    expect(items.map(({ entity }: { entity: string }) => entity)).toContain("retail-banking");
    const events = await server.json("/api/v1/events?topic=budget&provenance=real");
    expect(events.items).toHaveLength(2);
    expect(events.items[0].offset).toBe(1);
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await expect.poll(metrics).toMatch(/streamboard_kafka_lag_records\{topic="budget",partition="\d"\} 0/);
  });

  test("garbage is refused, kept, and opens to its reason and bytes, and is replayed", async ({ page, complaints }) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: "streamboard.risk", messages: [{ key: "nobody", value: "not <JSON" }] });
    await producer.disconnect();
    await expect.poll(async () => (await server.json("/api/v1/dead-letters")).items.length).toBe(1);
    await page.goto(`${server.url}/operations`);
    const rejects = page.locator("section.rejects");
    await rejects.getByRole("button", { name: "Load" }).click();
    const row = rejects.locator("tbody tr").first();
    await expect(row).toContainText("not_json");
    await row.getByRole("button").click();
    await expect(rejects.getByRole("region", { name: "Bytes" })).toHaveText("not <JSON");
    await expect(rejects.locator(".letter")).toContainText("nobody");

    // Corrected in one of two places it is refused still, with what was typed beside the reason.
    const { examples: [example] } = await server.json("/api/v1/schemas/risk");
    await rejects.getByRole("button", { name: "Replay" }).click();
    await rejects.getByLabel("Value").fill(JSON.stringify(example, null, 2));
    await rejects.getByRole("button", { name: "Send" }).click();
    await expect(rejects.getByRole("alert")).toContainText("Refused: ");
    await expect(rejects.getByLabel("Value")).toHaveValue(JSON.stringify(example, null, 2));
    expect((await server.json("/api/v1/dead-letters")).items).toHaveLength(1);
    await rejects.getByLabel("Key").fill("");
    await rejects.getByRole("button", { name: "Send" }).click();
    await expect(rejects.getByRole("status").filter({ hasText: "Replayed" })).toBeVisible();
    expect((await server.json("/api/v1/dead-letters")).items).toHaveLength(0);
    const events = await server.json("/api/v1/events?topic=risk&provenance=real");
    expect(events.items.map(({ offset }: { offset: number }) => offset)).toEqual([0]);
    // The browser complains of the answer that says no; that is the test's doing.
    complaints.length = 0;
  });

  test("the topics of the cluster are told with what waits and what drifts", async ({ page }) => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: "streamboard.etl", count: 6 }] });
    await admin.disconnect();
    await page.goto(`${server.url}/operations`);
    const topics = page.getByRole("region", { name: "Kafka topics" });
    await topics.getByRole("button", { name: "Ask the broker" }).click();
    await expect(topics.locator("table").first().locator("tbody tr")).toHaveCount(7);
    const row = (topic: string) => topics.locator("table").first().getByRole("row").filter({ hasText: `streamboard.${topic}` });
    await expect(row("budget")).toContainText("none");
    await expect(row("etl")).toContainText("partitions 6, configured 4");
    // Two events of one key lie in one partition.
    await topics.getByText("30 partitions").click();
    const parts = topics.locator("details tbody tr").filter({ hasText: "streamboard.budget" });
    const rates = await parts.locator("td:nth-child(3)").allInnerTexts();
    expect(rates).toHaveLength(4);
    expect(rates.filter((rate) => rate === "0.00").length).toBe(3);
  });

  test("a topic that is simulated beside the others says so, and is not read from Kafka", async ({ page }) => {
    test.setTimeout(90_000);
    const brokers = readFileSync(join(folder, "brokers"), "utf8").trim();
    const mixed = await Server.start({
      args: ["--source", "auto", "--brokers", brokers],
      env: { STREAMBOARD_SOURCE__TOPICS__ETL: "simulation", STREAMBOARD_KAFKA__GROUP: "mixed" },
    });
    try {
      await expect.poll(async () => (await mixed.json("/api/v1/status")).state, { timeout: 40_000 }).toBe("live");
      await page.goto(mixed.url);
      await expect(page.getByRole("alert")).toContainText(/Simulated: Pipelines\.\s*All other figures are real\./);
      await expect(page.locator(".chip")).toContainText("1 of 7 simulated");
      const strip = (title: string) => page.locator("article.strip").filter({ has: page.getByRole("link", { name: title }) });
      await expect(strip("Pipelines").locator("h2")).toContainText("SIM");
      await expect(strip("Budget").locator("h2")).not.toContainText("SIM");
      await expect(page.locator(".trust .answer")).toHaveText("Not all. Pipelines is simulated");
      // What Kafka has of it is not read; what it has of the others is.
      const { examples: [run] } = await mixed.json("/api/v1/schemas/etl");
      const producer = kafka.producer();
      await producer.connect();
      await producer.send({ topic: "streamboard.etl", messages: [{ value: JSON.stringify(run) }] });
      await producer.disconnect();
      await produce(91_950_000);
      await page.goto(`${mixed.url}/budget`);
      await expect(page.locator("tr[data-entity=retail-banking]")).toContainText("92.0", { timeout: 30_000 });
      expect((await mixed.json("/api/v1/events?topic=etl&book=real")).items).toHaveLength(0);
      // The rows of the page are the simulation's, and an event of one opens.
      await page.goto(`${mixed.url}/pipelines`);
      await expect(page.locator("main h1 + *, .page-head").getByText("SIM").first()).toBeVisible();
      await page.locator("main tbody th a").first().click();
      await expect(page.getByRole("complementary").getByText("SIM")).toBeVisible();
    } finally {
      await mixed.stop();
    }
  });

  test("a killed broker shows the change-over, and its return the recovery", async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto(server.url);
    broker("kill", folder);
    await expect(page.getByText("Kafka unreachable. The last real figures are held.")).toBeVisible({ timeout: 40_000 });
    await expect(page.getByText("Kafka unreachable. Every figure below is simulated.")).toBeVisible({ timeout: 30_000 });
    // A simulation in place of real figures hides no real alert, neither here nor in the bar.
    const { real_alerts: real } = await server.json("/api/v1/status");
    const urgent = real[2] + real[3];
    expect(urgent).toBeGreaterThan(0);
    await expect(page.locator(".wrong .counts")).toContainText(`${urgent} critical`);
    await expect(page.locator(".bar .badge")).toHaveText(`${urgent} critical`);
    broker("start", folder);
    await expect.poll(async () => (await server.json("/api/v1/status")).state, { timeout: 60_000 }).toBe("live");
    await expect(page.getByText("Kafka unreachable.")).toBeHidden();
    await produce(92_500_000);
    await page.goto(`${server.url}/budget`);
    await expect(page.locator("tr[data-entity=retail-banking]")).toContainText("92.5", { timeout: 30_000 });
    const events = await server.json("/api/v1/events?topic=budget&provenance=real");
    expect(events.items).toHaveLength(4);
    await page.goto(`${server.url}/operations`);
    const history = page.getByRole("region", { name: "Change-overs" }).locator("tbody tr");
    const steps = async () => (await history.allInnerTexts()).slice(0, 3).map((row) => row.split("\t").slice(1, 3));
    await expect.poll(steps).toEqual([
      ["Simulating", "Kafka live"],
      ["Kafka lost, figures held", "Simulating"],
      ["Kafka live", "Kafka lost, figures held"],
    ]);
  });
});
