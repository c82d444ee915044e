import AxeBuilder from "@axe-core/playwright";
import { expect, pages, test } from "../fixtures/test.ts";

for (const colorScheme of ["dark", "light"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const path of pages) {
      test(`${path} is accessible`, async ({ page, server }) => {
        await page.goto(server.url + path);
        const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
        const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
        expect(told).toEqual([]);
      });
    }
  });
}
