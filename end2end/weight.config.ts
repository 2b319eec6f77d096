// Measures what each page of the release build loads, and when it is live on a slow line. `./script/bench weight` runs it.

import config from "./playwright.config.ts";

export default {
  ...config,
  testDir: "weight",
  projects: [{ name: "weight" }],
  reporter: "./weight/table.ts",
  // A second browser would change the times of the first.
  workers: 1,
  timeout: 300_000,
};
