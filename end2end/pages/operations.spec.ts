import { expect, open, test } from "../fixtures/test.ts";

/** A message that Kafka brought and nobody could read, as the API tells of it. */
const letter = {
  id: 7, topic: "budget", reason: "not_json", detail: "expected value at line 1 column 1",
  received: "2026-11-23T14:36:05.120Z", position: { partition: 3, offset: 1204 },
  key: "retail-banking", headers: [["content-type", "text/plain"]], size: 9,
  bytes: Buffer.from("not <JSON").toString("base64"),
};

test("the rules in force are listed", async ({ page, server }) => {
  await open(page, `${server.url}/operations`);
  const rules = page.getByRole("region", { name: "Rules in force" });
  const { items } = await server.json("/api/v1/rules");
  await expect(rules.locator("tbody")).toHaveCount(items.length);
  await expect(rules.getByRole("row").filter({ hasText: "budget" }).first()).toContainText("at or above 75.0 %");
});

test("rules that did not load are asked for again", async ({ page, server, complaints }) => {
  await page.route("**/api/v1/rules", (route) => route.abort());
  await open(page, `${server.url}/operations`);
  const rules = page.getByRole("region", { name: "Rules in force" });
  await expect(rules.getByRole("alert")).toContainText("Not loaded");
  await page.unroute("**/api/v1/rules");
  await rules.getByRole("button", { name: "Try again" }).click();
  await expect(rules.locator("tbody").first()).toBeVisible();
  await expect(rules.getByRole("alert")).toBeHidden();
  // The browser complains of the request that was cut off; that is the test's doing.
  complaints.length = 0;
});

test("where nothing was refused it says so", async ({ page, server }) => {
  await open(page, `${server.url}/operations`);
  const rejects = page.getByRole("region", { name: "Rejected messages" }).first();
  await rejects.getByRole("button", { name: "Load" }).click();
  await expect(rejects.getByText("Nothing was refused.")).toBeVisible();
});

test("a refused message opens to its reason and its bytes", async ({ page, server, complaints }) => {
  let answer = { status: 503, json: { title: "unavailable", detail: "the store is closed" } as object };
  await page.route("**/api/v1/dead-letters*", (route) => route.fulfill(answer));
  await open(page, `${server.url}/operations`);
  const rejects = page.locator("section.rejects");
  await rejects.getByRole("button", { name: "Load" }).click();
  await expect(rejects.getByRole("alert")).toContainText("the store is closed");
  answer = { status: 200, json: { items: [letter], next: null } };
  await rejects.getByRole("button", { name: "Try again" }).click();
  const row = rejects.locator("tbody tr").first();
  await expect(row).toContainText("not_json");
  await row.getByRole("button").click();
  await expect(rejects.getByRole("region", { name: "Bytes" })).toHaveText("not <JSON");
  await expect(rejects.locator(".letter")).toContainText("expected value at line 1 column 1");
  await expect(rejects.locator(".letter")).toContainText("content-type: text/plain");
  await row.getByRole("button").click();
  await expect(rejects.locator(".letter")).toBeHidden();
  // The browser complains of the answer that says no; that is the test's doing.
  complaints.length = 0;
});

test("a refused message is deleted after a question, by keyboard", async ({ page, server }) => {
  const asked: string[] = [];
  await page.route("**/api/v1/dead-letters*", (route) => route.fulfill({ json: { items: [letter], next: null } }));
  await page.route("**/api/v1/dead-letters/7", (route) => {
    asked.push(route.request().method());
    return route.fulfill({ status: 204 });
  });
  await open(page, `${server.url}/operations`);
  const rejects = page.locator("section.rejects");
  await rejects.getByRole("button", { name: "Load" }).click();
  await rejects.locator("tbody tr").first().getByRole("button").click();
  await rejects.getByRole("button", { name: "Delete" }).press("Enter");
  await rejects.getByRole("button", { name: "Keep" }).press("Enter");
  await rejects.getByRole("button", { name: "Delete" }).press("Enter");
  expect(asked).toEqual([]);
  await rejects.getByRole("button", { name: "Delete for good" }).press("Enter");
  await expect(rejects.getByRole("status").filter({ hasText: "Deleted." })).toBeVisible();
  expect(asked).toEqual(["DELETE"]);
});
