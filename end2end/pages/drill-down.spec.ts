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
