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
    await expect(page.getByText(`${incidents} of ${incidents} raised`)).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText("Finished")).toBeVisible({ timeout: 30_000 });
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
