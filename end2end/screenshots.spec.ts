import { pages, test } from "./fixtures/test.ts";

const sizes = [{ width: 1440, height: 900 }, { width: 390, height: 844 }];

for (const colorScheme of ["dark", "light"] as const) {
  for (const size of sizes) {
    test.describe(`${colorScheme} ${size.width}`, () => {
      test.use({ colorScheme, viewport: size });
      for (const path of pages) {
        test(path, async ({ page, server }) => {
          await page.goto(server.url + path);
          await page.waitForTimeout(1_500);
          const name = path === "/" ? "overview" : path.slice(1);
          await page.screenshot({ path: `screenshots/${name}-${size.width}-${colorScheme}.png` });
        });
      }
    });
  }
}
