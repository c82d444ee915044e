// What is handed in while the broker is down is in Kafka once it is back: each event once, in the
// order of its key, whatever was killed. Read by a third-party client.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kafka, logLevel } from "kafkajs";
import { broker } from "../fixtures/broker.ts";
import { Server } from "../fixtures/server.ts";
import { expect, test } from "../fixtures/test.ts";

const COUNT = 10_000;
const BATCH = 500;
const SERVICES = 20;

/** One CloudEvent; its number is in its id and in a figure. */
const event = (number: number, time: number) => ({
  specversion: "1.0", id: `spool-${number}`, source: "/test/spool", type: "metrics",
  time: new Date(time + number).toISOString(),
  data: {
    service: `service-${number % SERVICES}`, up: true, "system.cpu.utilization": 0.4,
    "system.memory.utilization": 0.5, request_rate: number, error_ratio: 0.0001,
    latency_p50_ms: 5, latency_p95_ms: 20, latency_p99_ms: 80,
  },
});

test("10,000 events handed in without a broker arrive once, in order", async ({ page }) => {
  test.setTimeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "streamboard-spool-"));
  broker("start", folder);
  const brokers = readFileSync(join(folder, "brokers"), "utf8").trim();
  const server = await Server.start({
    args: ["--source", "auto", "--brokers", brokers],
    env: { STREAMBOARD_STORE__SPOOL_SIZE: "9 MB" },
  });
  const begin = Date.now() - COUNT;
  const spool = async () => (await server.json("/api/v1/status")).spool;
  const handIn = (from: number) => fetch(`${server.url}/api/v1/events/system`, {
    method: "POST", headers: { "content-type": "application/cloudevents-batch+json" },
    body: JSON.stringify(Array.from({ length: BATCH }, (_, n) => event(from + n, begin))),
  });
  const handInAll = async (from: number, to: number) => {
    for (let n = from; n < to; n += BATCH) expect((await handIn(n)).status).toBe(202);
  };
  try {
    await expect.poll(async () => (await server.json("/api/v1/status")).state, { timeout: 60_000 }).toBe("live");
    broker("kill", folder);
    await handInAll(0, COUNT / 2);
    await server.end("SIGKILL");
    await server.again();
    await handInAll(COUNT / 2, COUNT);
    await expect.poll(async () => (await spool()).records).toBe(COUNT);

    // Full, it says so and takes nothing of a batch.
    let more = COUNT;
    let answer = await handIn(more);
    while (answer.status === 202) answer = await handIn((more += BATCH));
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await answer.json()).detail).toMatch(/wait for Kafka/);
    await expect.poll(async () => (await spool()).records).toBe(more);
    await page.goto(`${server.url}/operations`);
    await expect(page.getByRole("region", { name: "Source", exact: true })).toContainText(`${more.toLocaleString("en")} for`);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(`streamboard_spool_records ${more}`);
    await page.goto("about:blank");

    broker("start", folder);
    await expect.poll(async () => (await spool()).records, { timeout: 90_000, intervals: [20] }).toBeLessThan(more);
    await server.end("SIGKILL");
    await server.again();
    await expect.poll(async () => (await spool()).records, { timeout: 90_000 }).toBe(0);

    // Every event once, in the order of its key.
    const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
    const numbers = await read(kafka, more);
    expect(numbers.length).toBe(more);
    expect(new Set(numbers).size).toBe(more);
    const last = new Map<number, number>();
    for (const number of numbers) {
      expect(number).toBeGreaterThan(last.get(number % SERVICES) ?? -1);
      last.set(number % SERVICES, number);
    }
    // Here each is stored once, and knows its place in Kafka since it came back from there.
    await expect.poll(() => stored(server), { timeout: 60_000 }).toEqual({ events: more, ids: more, placed: more });
  } finally {
    await server.stop();
    broker("stop", folder);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** The numbers that stand in Kafka, in the order of each partition; waits a while for any too many. */
async function read(kafka: Kafka, count: number) {
  const consumer = kafka.consumer({ groupId: "reader" });
  await consumer.connect();
  await consumer.subscribe({ topic: "streamboard.system", fromBeginning: true });
  const numbers: number[] = [];
  await consumer.run({ eachBatch: async ({ batch }) => {
    const ids = batch.messages.map(({ headers }) => `${headers!.ce_source}: ${headers!.ce_id}`);
    numbers.push(...ids.map((id) => Number(id.replace("/test/spool: spool-", ""))));
  } });
  await expect.poll(() => numbers.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
  await new Promise((done) => setTimeout(done, 1_500));
  await consumer.disconnect();
  return numbers;
}

/** How many events are stored, under how many ids, and how many with a place in Kafka. */
async function stored(server: Server) {
  const ids = new Set<string>();
  let events = 0, placed = 0, cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: any[]; next: string | null } = await server.json(
      `/api/v1/events?topic=system&provenance=real&limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    for (const { envelope, id, offset } of page.items) {
      events += 1;
      ids.add(id ?? envelope.id);
      placed += typeof offset === "number" ? 1 : 0;
    }
    cursor = page.next;
  }
  return { events, ids: ids.size, placed };
}
