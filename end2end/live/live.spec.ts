import { expect, test } from "../fixtures/test.ts";

const sequence = (text: string) => Number(text.match(/sequence ([\d,]+)/)![1].replaceAll(",", ""));

test("the page goes live and stays live across pages", async ({ page, server }) => {
  await page.goto(server.url);
  const foot = page.locator("footer");
  const first = sequence(await foot.innerText());
  await expect.poll(async () => sequence(await foot.innerText())).toBeGreaterThan(first + 2);
  await page.getByRole("navigation").first().getByRole("link", { name: "Transactions" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Transactions" })).toBeVisible();
  const rows = page.getByRole("table", { name: "The newest transactions" }).locator("tbody tr");
  const newest = async () => (await rows.first().innerText()).trim();
  const before = await newest();
  await expect.poll(newest, { timeout: 30_000 }).not.toBe(before);
});

test("a lost connection shows and recovers without a gap", async ({ page, server, complaints }) => {
  await page.goto(server.url);
  const foot = page.locator("footer");
  const first = sequence(await foot.innerText());
  await expect.poll(async () => sequence(await foot.innerText())).toBeGreaterThan(first);
  await server.end("SIGKILL");
  await expect(page.getByText("Connection lost. Figures stand still.")).toBeVisible();
  await server.again();
  await expect(page.getByText("Connection lost. Figures stand still.")).toBeHidden({ timeout: 30_000 });
  await expect
    .poll(async () => {
      const { sequence: now } = await server.json("/api/v1/snapshot");
      return Math.abs(now - sequence(await foot.innerText()));
    })
    .toBeLessThan(3);
  // The browser complains of connections that were refused meanwhile; that is the test's doing.
  complaints.length = 0;
});
