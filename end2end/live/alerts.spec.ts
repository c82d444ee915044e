import { expect, test } from "../fixtures/test.ts";

test("acknowledging an alert reaches the API and a second tab", async ({ page, server, context }) => {
  const firing = async () =>
    (await server.json("/api/v1/alerts?state=firing&book=simulated&limit=1000")).items;
  await expect.poll(async () => (await firing()).length).toBeGreaterThan(0);
  const [alert] = await firing();
  const other = await context.newPage();
  await page.goto(`${server.url}/alerts/${alert.id}`);
  await other.goto(`${server.url}/alerts/${alert.id}`);
  await expect(other.getByRole("button", { name: "Acknowledge" })).toBeVisible();
  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByText("Acknowledged. Escalation stopped.")).toBeVisible();
  await expect(other.getByRole("button", { name: "Acknowledge" })).toBeHidden();
  const now = await server.json(`/api/v1/alerts/${alert.id}`);
  expect(now.state).toBe("acknowledged");
});
