import { expect, open, pages, test } from "../fixtures/test.ts";

test("thirty pages later the browser holds no more than before", async ({ page, server }) => {
  test.setTimeout(180_000);
  await open(page, server.url);
  const session = await page.context().newCDPSession(page);
  const held = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
    return { nodes, listeners: jsEventListeners };
  };
  const places = page.getByRole("navigation", { name: "Pages" });
  const round = async () => {
    for (const path of [...pages.slice(1), "/"]) {
      await places.locator(`a[href="${path}"]`).click();
      await expect(places.locator(`a[href="${path}"]`)).toHaveAttribute("aria-current", "page");
      await expect(page.locator("main h1").first()).toBeVisible();
    }
  };
  await round();
  const before = await held();
  await round();
  await round();
  await round();
  const after = await held();
  // The last hour of the simulation grows by some rows and alerts meanwhile.
  expect(after.nodes).toBeLessThan(before.nodes * 1.15);
  expect(after.listeners).toBeLessThan(before.listeners * 1.15);
});
