// The part of the program that draws a page is loaded when somebody opens it, which may fail.
import { expect, open, test } from "../fixtures/test.ts";

test("a part that does not arrive is asked for again", async ({ page, server, complaints }) => {
  await open(page, server.url);
  await page.route(/\/pkg\/.*\.wasm|\/readyz/, (route) => route.abort());
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Risk" }).click();
  await expect.poll(() => complaints.length).toBeGreaterThan(0);
  await expect(page.getByRole("region", { name: "At a glance" })).toBeVisible();
  await page.unroute(/\/pkg\/.*\.wasm|\/readyz/);
  await expect(page.getByRole("heading", { level: 1, name: "Risk" })).toBeVisible();
  await page.keyboard.press("t");
  await expect(page.getByRole("button", { name: "Table" })).toHaveAttribute("aria-pressed", "true");
  // The browser complains of the requests that were cut off; that is the test's doing.
  complaints.length = 0;
});

test("a part that is gone from the server has the page loaded as a whole", async ({ page, server, complaints }) => {
  await open(page, server.url);
  await page.route("**/pkg/split_*.wasm", (route) => route.fulfill({ status: 404 }));
  const loaded = page.waitForEvent("load");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Risk" }).click();
  await loaded;
  await expect(page).toHaveURL(`${server.url}/risk`);
  await expect(page.getByRole("heading", { level: 1, name: "Risk" })).toBeVisible();
  // The browser complains of the part that is not there; that is the test's doing.
  complaints.length = 0;
});
