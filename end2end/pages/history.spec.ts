import { expect, open, pages, test } from "../fixtures/test.ts";

const names: Record<string, string> = {
  "/": "Overview", "/budget": "Budget", "/projects": "Projects", "/compliance": "Compliance",
  "/transactions": "Transactions", "/risk": "Risk", "/systems": "Systems", "/pipelines": "Pipelines",
  "/alerts": "Alerts", "/scenarios": "Scenarios", "/operations": "Operations",
};
const title = (name: string) => `${name} \u2013 Streamboard`;

test("every page has its title, loaded and gone to by a link", async ({ page, server }) => {
  test.setTimeout(90_000);
  for (const path of pages) {
    const answer = await fetch(server.url + path);
    expect(await answer.text()).toContain(`<title>${title(names[path])}</title>`);
  }
  await open(page, `${server.url}/risk`);
  for (const path of pages) {
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: names[path] }).first().click();
    await expect(page).toHaveURL(server.url + path);
    await expect(page).toHaveTitle(title(names[path]));
    await expect(page.locator("main h1").first()).toBeVisible();
  }
});

test("back and forward go through pages, the drawer and filters", async ({ page, server }) => {
  await open(page, server.url);
  const places = page.getByRole("navigation", { name: "Pages" });
  const drawer = page.getByRole("complementary", { name: "Event" });
  const heading = (name: string) => expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await places.getByRole("link", { name: "Budget" }).click();
  await heading("Budget");
  await page.getByRole("row").filter({ hasText: "Retail Banking" }).getByRole("link").first().click();
  await expect(drawer.getByRole("heading", { level: 2 })).toHaveText("Retail Banking");
  const first = page.url();
  await page.getByRole("row").filter({ hasText: "Wealth Management" }).getByRole("link").first().click();
  await expect(drawer.getByRole("heading", { level: 2 })).toHaveText("Wealth Management");
  const second = page.url();
  await places.getByRole("link", { name: "Alerts" }).click();
  await heading("Alerts");
  await page.locator(".inbox").getByRole("link", { name: "Warning" }).first().click();
  await expect(page).toHaveURL(/severity=/);
  const filtered = page.url();

  await page.goBack();
  await expect(page).toHaveURL(`${server.url}/alerts`);
  await page.goBack();
  await expect(page).toHaveURL(second);
  await heading("Budget");
  await expect(page).toHaveTitle(title("Budget"));
  await expect(drawer.getByRole("heading", { level: 2 })).toHaveText("Wealth Management");
  await page.goBack();
  await expect(page).toHaveURL(first);
  await expect(drawer.getByRole("heading", { level: 2 })).toHaveText("Retail Banking");
  await page.goBack();
  await expect(drawer).toBeHidden();
  await heading("Budget");
  await page.goBack();
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(page).toHaveTitle(title("Overview"));
  for (let steps = 0; steps < 5; steps++) await page.goForward();
  await expect(page).toHaveURL(filtered);
  await heading("Alerts");
  await expect(page).toHaveTitle(title("Alerts"));
});

test("a link to where one is adds no step", async ({ page, server }) => {
  await open(page, server.url);
  const risk = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Risk" });
  const steps = () => page.evaluate(() => history.length);
  await risk.click();
  await expect(page).toHaveTitle(title("Risk"));
  const before = await steps();
  await risk.click();
  expect(await steps()).toBe(before);
});

test("a new page begins at its top, and back is where one was", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, server.url);
  const scrolled = () => page.evaluate(() => Math.round(scrollY));
  await page.locator(".strips").getByRole("link", { name: "Risk", exact: true }).scrollIntoViewIfNeeded();
  const at = await scrolled();
  expect(at).toBeGreaterThan(300);
  await page.locator(".strips").getByRole("link", { name: "Risk", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Risk" })).toBeVisible();
  expect(await scrolled()).toBe(0);
  await page.goBack();
  await expect(page).toHaveTitle(title("Overview"));
  await expect.poll(async () => Math.abs((await scrolled()) - at)).toBeLessThan(60);
});

test("a link with a key held is the browser's", async ({ page, server, context }) => {
  await open(page, server.url);
  const opened = context.waitForEvent("page");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Risk" })
    .click({ modifiers: ["ControlOrMeta"] });
  const other = await opened;
  await expect(other).toHaveTitle(title("Risk"));
  await expect(page).toHaveURL(`${server.url}/`);
  await expect(page).toHaveTitle(title("Overview"));
});

for (const path of ["/nowhere", "/budget/x", "/alerts/a/b"]) {
  test(`${path} is no page, and says so`, async ({ page, server, complaints }) => {
    const answer = await open(page, server.url + path);
    expect(answer!.status()).toBe(404);
    await expect(page).toHaveTitle(title("No such page"));
    await expect(page.getByRole("heading", { level: 1, name: "No such page" })).toBeVisible();
    await page.getByRole("link", { name: "Open the overview" }).click();
    await expect(page).toHaveTitle(title("Overview"));
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "No such page" })).toBeVisible();
    await expect(page).toHaveTitle(title("No such page"));
    // The browser complains of the page that is not there; that is the test's doing.
    complaints.length = 0;
  });
}
