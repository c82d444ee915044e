import { expect, test } from "../fixtures/test.ts";

const drills = [
  { title: "Budget crisis", name: "budget-crisis", topic: "budget", incidents: 5 },
  { title: "Project deadlines", name: "project-deadlines", topic: "projects", incidents: 3 },
  { title: "Compliance audit", name: "compliance-audit", topic: "compliance", incidents: 4 },
  { title: "Market volatility", name: "market-volatility", topic: "risk", incidents: 6 },
];

for (const { title, name, topic, incidents } of drills) {
  test(`the button ${title} leads to its ${incidents} incidents`, async ({ page, server }) => {
    test.setTimeout(90_000);
    const simulated = await server.json("/api/v1/alerts?book=simulated&limit=1000");
    await page.goto(`${server.url}/scenarios`);
    await page.getByLabel("Speed").selectOption("60");
    await page.getByRole("button", { name: `Run ${title}` }).click();
    await expect(page).toHaveURL(/\/scenarios\/.+book=drill/);
    const shown = page.getByRole("region", { name: title });
    await expect(shown.getByText(`${incidents} of ${incidents} incidents`)).toBeVisible({ timeout: 60_000 });
    await expect(shown.getByText("Finished")).toBeVisible({ timeout: 30_000 });
    const id = page.url().match(/scenarios\/([^?]+)/)![1];
    const run = await server.json(`/api/v1/scenarios/runs/${id}`);
    expect(run.expected).toHaveLength(incidents);
    const entities = (list: { entity: string }[]) => list.map(({ entity }) => entity).sort();
    expect(entities(run.raised)).toEqual(entities(run.expected));
    await expect(page.locator("main tbody tr")).toHaveCount(incidents);
    await expect(page.getByText("Real figures are untouched.")).toBeVisible();
    const alerts = await server.json(`/api/v1/alerts?book=drill:${id}&topic=${topic}&limit=1000`);
    expect(new Set(alerts.items.map(({ entity }: { entity: string }) => entity)).size)
      .toBeGreaterThanOrEqual(incidents);
    const after = await server.json("/api/v1/alerts?book=simulated&limit=1000");
    expect(after.items.every(({ book }: { book: string }) => book === "simulated")).toBe(true);
    expect(after.items.length).toBeGreaterThanOrEqual(simulated.items.length);
    expect(name).toBe(run.name);
  });
}

test("a drill is held, let go on and stopped, and run again with its seed", async ({ page, server }) => {
  await page.goto(`${server.url}/scenarios`);
  await page.getByLabel("Seed").fill("4127");
  await page.getByRole("button", { name: "Run Market volatility" }).click();
  await expect(page).toHaveURL(/\/scenarios\/market-volatility.+book=drill/);
  const shown = page.getByRole("region", { name: "Market volatility" });
  await expect(shown.getByRole("heading", { level: 1 })).toHaveText("Market volatility");
  await shown.getByRole("button", { name: "Pause Market volatility" }).click();
  await expect(shown.getByText("Paused, seed 4127")).toBeVisible();
  await shown.getByRole("button", { name: "Resume Market volatility" }).click();
  await expect(shown.getByText("Paused, seed 4127")).toBeHidden();
  await shown.getByRole("button", { name: "Stop drill Market volatility" }).click();
  await expect(page).not.toHaveURL(/book=drill/);
  await expect(shown.getByText("Stopped, seed 4127")).toBeVisible();
  const first = page.url();
  await shown.getByRole("button", { name: "Run again Market volatility" }).click();
  await expect(page).not.toHaveURL(first);
  await expect(page).toHaveURL(/book=drill/);
  await expect(shown.getByText("Seed 4127, 8 x")).toBeVisible();
  await page.goto(server.url);
  await expect(page.getByText("Market volatility is under way in a book of its own.")).toBeVisible();
  await page.getByRole("link", { name: "Open drill" }).click();
  await page.getByRole("status").getByRole("button", { name: "Stop drill Market volatility" }).click();
  await expect(shown.getByText("Stopped, seed 4127")).toBeVisible();
});
