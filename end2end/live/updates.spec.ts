// Live figures move under whoever reads them: focus and scroll stay where they are.
import type { Locator, Page } from "@playwright/test";
import type { Server } from "../fixtures/server.ts";
import { expect, open, test } from "../fixtures/test.ts";

/** Waits until so many messages of the server have been drawn. */
async function updates(page: Page, count: number) {
  await page.evaluate((count) => new Promise<void>((done) => {
    let drawn = 0;
    const observer = new MutationObserver((changes) => {
      const within = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest("main");
      if (changes.some(({ target }) => within(target)) && ++drawn >= count) {
        observer.disconnect();
        done();
      }
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  }), count);
}

/** Focuses a link and holds that it keeps the focus and leads to the same. */
async function keepsFocus(page: Page, link: Locator) {
  await link.focus();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  const words = await focused();
  expect(words).not.toBe("");
  await page.evaluate(() => ((window as any).held = document.activeElement));
  await updates(page, 12);
  expect(await focused()).toBe(words);
  expect(await page.evaluate(() => document.activeElement === (window as any).held)).toBe(true);
}

const post = (url: string, body: object) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Starts a drill and gives its run. */
async function drill(server: Server): Promise<string> {
  const answer = await post(`${server.url}/api/v1/scenarios/market-volatility/runs`, { seed: 4127, speed: 60 });
  return (await answer.json()).id;
}

const stop = (server: Server, id: string) => post(`${server.url}/api/v1/scenarios/runs/${id}/stop`, {});

test("a focused alert of the stream keeps the focus", async ({ page, server }) => {
  const stream = page.getByRole("region", { name: "Alerts" });
  await open(page, server.url);
  await expect(stream.locator("a.title").first()).toBeVisible();
  await keepsFocus(page, stream.locator("a.title").first());
});

for (const path of ["/budget", "/systems", "/transactions", "/risk"]) {
  test(`a focused row of ${path} keeps the focus`, async ({ page, server }) => {
    await open(page, server.url + path);
    await keepsFocus(page, page.locator("main tbody th a").nth(1));
  });
}

test("what is scrolled stays where it is", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 600 });
  await open(page, `${server.url}/systems`);
  const table = page.locator(".entities .grid-frame");
  await table.scrollIntoViewIfNeeded();
  await table.evaluate((frame) => (frame.scrollLeft = 60));
  // What a reader sees, not the page's own offset: that one moves with the banners above.
  const places = () => table.evaluate((frame) => [frame.scrollLeft, frame.getBoundingClientRect().top]);
  const before = await places();
  expect(before[0]).toBe(60);
  expect(await page.evaluate(() => scrollY)).toBeGreaterThan(0);
  await updates(page, 12);
  expect(await places()).toEqual(before);
  // A drill elsewhere puts a banner above the page, and takes it away when it ends.
  const id = await drill(server);
  const notice = page.locator(".banner.notice");
  await expect(notice).toHaveCount(1);
  expect(await places()).toEqual(before);
  await stop(server, id);
  await expect(notice).toHaveCount(0);
  expect(await places()).toEqual(before);
});

test("the stream holds still while it has the pointer or the focus", async ({ page, server }) => {
  const id = await drill(server);
  await open(page, `${server.url}/?book=drill:${id}`);
  const stream = page.getByRole("region", { name: "Alerts" });
  const titles = stream.locator("a.title");
  const rows = () => titles.allInnerTexts();
  await expect(titles.nth(1)).toBeVisible({ timeout: 30_000 });
  // The pointer holds the rows still before one of them is chosen: else it may have moved by then.
  await titles.nth(1).hover();
  await titles.nth(1).focus();
  const held = await rows();
  await page.keyboard.press("k");
  await expect(titles.nth(0)).toBeFocused();
  await page.mouse.move(400, 500);
  const fresh = stream.getByRole("button", { name: /^\d+ new$/ });
  await expect(fresh).toBeVisible({ timeout: 30_000 });
  expect(await rows()).toEqual(held);
  await expect(titles.nth(0)).toBeFocused();
  await fresh.click();
  await expect(fresh).toBeHidden();
  // The list is bounded, so that newer rows may stand in place of older ones.
  await expect.poll(rows).not.toEqual(held);
  await stop(server, id);
});
