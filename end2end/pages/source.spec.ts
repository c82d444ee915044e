import { expect, pages, test } from "../fixtures/test.ts";

for (const path of pages) {
  test(`${path} says that it is simulated, and fits a phone`, async ({ page, server }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(server.url + path);
    await expect(page.getByText("Every figure below is simulated.")).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
  });
}
