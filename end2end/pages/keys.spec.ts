import { expect, open, test } from "../fixtures/test.ts";

test("? lists the keys, and Escape gives the focus back", async ({ page, server }) => {
  await open(page, `${server.url}/risk`);
  const link = page.getByRole("navigation").first().getByRole("link", { name: "Budget" });
  await link.focus();
  await page.keyboard.press("?");
  const keys = page.getByRole("complementary", { name: "Keys" });
  await expect(keys).toBeFocused();
  await expect(keys.getByText("Pause, resume")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(keys).toBeHidden();
  await expect(link).toBeFocused();
  await page.keyboard.press("?");
  await page.keyboard.press("?");
  await expect(keys).toBeHidden();
});

test("J and K move along the rows, Enter opens one, Escape closes it", async ({ page, server }) => {
  await open(page, `${server.url}/budget`);
  const rows = page.locator("tr[data-entity] th a");
  await page.keyboard.press("j");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("J");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("k");
  await expect(rows.nth(0)).toBeFocused();
  const entity = await rows.nth(0).innerText();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("complementary", { name: "Event" });
  await expect(drawer.getByRole("heading", { level: 2 })).toHaveText(entity);
  await expect(drawer).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).toHaveURL(`${server.url}/budget`);
  await expect(rows.nth(0)).toBeFocused();
});

test("G and a letter go to a page, and leave behind what belongs to this one", async ({ page, server }) => {
  await open(page, `${server.url}/alerts?book=simulated&severity=critical`);
  const go = async (letter: string, title: string, path: string) => {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page).toHaveURL(`${server.url}${path}?book=simulated`);
  };
  await go("r", "Risk", "/risk");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/event=/);
  await go("B", "Budget", "/budget");
  await go("e", "Pipelines", "/pipelines");
  await go("a", "Alerts", "/alerts");
});

test("T shows tables, and charts again", async ({ page, server }) => {
  await open(page, `${server.url}/risk`);
  const chart = page.getByRole("button", { name: "Chart" });
  const table = page.getByRole("button", { name: "Table" });
  await page.keyboard.press("t");
  await expect(table).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("figure.panel .canvas").first()).toBeHidden();
  await page.keyboard.press("T");
  await expect(chart).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("figure.panel .canvas").first()).toBeVisible();
});

test.describe("in the dark", () => {
  test.use({ colorScheme: "dark" });

  test("D changes the theme, which is kept, and is a letter within a field", async ({ page, server }) => {
    await open(page, `${server.url}/scenarios`);
    const root = page.locator("html");
    await page.keyboard.press("d");
    await expect(root).toHaveAttribute("data-theme", "light");
    await page.getByLabel("Seed").focus();
    await page.keyboard.press("d");
    await page.getByLabel("Speed").focus();
    await page.keyboard.press("d");
    await expect(root).toHaveAttribute("data-theme", "light");
    await open(page, `${server.url}/scenarios`);
    await expect(root).toHaveAttribute("data-theme", "light");
    await page.keyboard.press("D");
    await expect(root).toHaveAttribute("data-theme", "dark");
  });
});

test("Space pauses, counts what is new, and resumes", async ({ page, server }) => {
  await open(page, server.url);
  const foot = page.locator("footer");
  await page.keyboard.press("Space");
  const banner = page.getByRole("status").filter({ hasText: "Paused at" });
  await expect(banner).toContainText(/\+[1-9]\d* new/);
  await expect(page.getByRole("button", { name: "Resume", exact: true }).first()).toBeVisible();
  const figures = () => page.locator(".strips .now").allInnerTexts();
  const held = await figures();
  const count = async () => Number((await banner.innerText()).match(/\+([\d,]+) new/)![1].replaceAll(",", ""));
  const waiting = await count();
  await expect.poll(count).toBeGreaterThan(waiting);
  expect(await figures()).toEqual(held);
  await page.keyboard.press("Space");
  await expect(banner).toBeHidden();
  await expect.poll(figures).not.toEqual(held);
  await expect(foot).toBeVisible();
});
