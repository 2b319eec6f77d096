import { defineConfig, devices } from "@playwright/test";
import { chromium } from "./support/chromium.ts";

// Files whose tests must also pass with scripts off.
const withoutScript = [
  ...["after-creating", "connection", "consent", "consumers", "field-settings", "guide", "integration", "mail", "oauth-apps", "oauth2-consent", "password", "rights", "session-ended", "sessions", "settings-file", "setup", "sign-in", "stored-markup", "token-form", "tokens"],
].map((name) => `${name}.spec.ts`);

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  retries: 0,
  use: {
    ...devices["Desktop Chrome"],
    locale: "en-GB",
    timezoneId: "UTC",
    launchOptions: chromium,
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "with script", grepInvert: /@no-script/ },
    { name: "without script", testMatch: withoutScript, grepInvert: /@script/, use: { javaScriptEnabled: false } },
  ],
});
