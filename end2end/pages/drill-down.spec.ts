import { expect, test } from "../fixtures/test.ts";

test("two clicks lead from the overview to a raw event", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByRole("navigation").first().getByRole("link", { name: "Budget" }).click();
  await page.getByRole("row").filter({ hasText: "Retail Banking" }).getByRole("link").first().click();
  await expect(page).toHaveURL(/event=/);
  const id = new URL(page.url()).searchParams.get("event");
  await expect(page.getByText(id!)).toBeVisible();
  const event = await server.json(`/api/v1/events/${id}`);
  expect(event.topic).toBe("budget");
  expect(event.data.department).toBe("retail-banking");
  await expect(page.getByText("fiscal_period")).toBeVisible();
});

test("an event that did not load is asked for again", async ({ page, server, complaints }) => {
  await page.goto(`${server.url}/budget`);
  await page.route("**/api/v1/events/*", (route) => route.abort());
  await page.getByRole("row").filter({ hasText: "Retail Banking" }).getByRole("link").first().click();
  await expect(page.getByText("Not loaded")).toBeVisible();
  await page.unroute("**/api/v1/events/*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("fiscal_period")).toBeVisible();
  // The browser complains of the request that was cut off; that is the test's doing.
  complaints.length = 0;
});
