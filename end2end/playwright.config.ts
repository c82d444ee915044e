import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const debian = "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  timeout: 45_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  forbidOnly: true,
  reporter: [["list"], ["./summary.ts"]],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      // Playwright's own browser where Debian's is not installed.
      executablePath: existsSync(debian) ? debian : undefined,
      args: [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desk", testMatch: ["pages/**/*.spec.ts", "live/**/*.spec.ts"] },
    { name: "screenshots", testMatch: "screenshots.spec.ts" },
  ],
});
