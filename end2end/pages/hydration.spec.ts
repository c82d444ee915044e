// What the browser takes over is what the server sent: the same texts in the same elements.
import { expect, pages, test } from "../fixtures/test.ts";

/** Stops whatever moves a page by itself: its clock, and the measuring of its charts. */
function still() {
  window.setInterval = (() => 0) as typeof setInterval;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
}

/** Every element below `body` with its attributes, and the texts between them. */
function written() {
  const whole = document.body.cloneNode(true);
  const comments = document.createNodeIterator(whole, NodeFilter.SHOW_COMMENT);
  for (let next; (next = comments.nextNode()); ) (next as Comment).remove();
  whole.normalize();
  return (whole as HTMLElement).innerHTML.replaceAll("><", ">\n<").split("\n");
}

async function addresses(json: (path: string) => Promise<any>) {
  const [alert] = (await json("/api/v1/alerts?book=simulated&limit=1")).items;
  const [event] = (await json("/api/v1/events?topic=budget&limit=1")).items;
  return [
    ...pages, "/nowhere", "/alerts?severity=critical&state=firing", `/alerts/${alert.id}`,
    `/budget?event=${event.id}`, "/scenarios/none-1",
  ];
}

test("every page is taken over as it was served", async ({ page, server, complaints }) => {
  test.setTimeout(180_000);
  await page.addInitScript(still);
  let taken = () => {};
  await page.routeWebSocket("**/ws*", () => taken());
  await expect.poll(async () => (await server.json("/api/v1/alerts?book=simulated")).items.length).toBeGreaterThan(0);
  for (const address of await addresses((path) => server.json(path))) {
    await test.step(address, async () => {
      let begin = () => {};
      const held = new Promise<void>((done) => (begin = done));
      await page.route("**/frontend_bg.wasm", async (route) => {
        await held;
        await route.continue();
      });
      await page.route("**/api/v1/**", () => {});
      const over = new Promise<void>((done) => (taken = done));
      await page.goto(server.url + address, { waitUntil: "domcontentloaded" });
      const served = await page.evaluate(written);
      await page.evaluate(() => {
        const nodes = document.createNodeIterator(document.body, NodeFilter.SHOW_ELEMENT);
        for (let next; (next = nodes.nextNode()); ) (next as any).served = true;
      });
      begin();
      await over;
      expect.soft(await page.evaluate(written), address).toEqual(served);
      const anew = await page.evaluate(() =>
        [...document.body.querySelectorAll("*")].filter((it) => !(it as any).served).map((it) => it.outerHTML));
      expect.soft(anew, address).toEqual([]);
      await page.unrouteAll({ behavior: "ignoreErrors" });
    });
  }
  // The browser complains of the page that is not there; that is the test's doing.
  const ours = complaints.filter((complaint) => !complaint.includes("404"));
  complaints.length = 0;
  expect(ours).toEqual([]);
});
