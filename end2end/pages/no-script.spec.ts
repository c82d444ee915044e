import { expect, test } from "../fixtures/test.ts";

test.use({ javaScriptEnabled: false });

test("the overview is there without script", async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText("Every figure below is simulated.")).toBeVisible();
  const figures = page.locator("main");
  for (const domain of ["Budget", "Projects", "Compliance", "Transactions", "Risk", "Systems", "Pipelines"]) {
    await expect(figures.getByText(domain, { exact: true }).first()).toBeVisible();
  }
  await expect(figures).toContainText(/USD [\d.]+ M of 408\.5 M/);
});

test("a domain page has its figures without script", async ({ page, server }) => {
  await page.goto(`${server.url}/budget`);
  for (const department of ["Retail Banking", "Technology & Operations", "Wealth Management"]) {
    await expect(page.locator("tr[data-entity]").filter({ hasText: department })).toContainText(/\d+\.\d/);
  }
});
