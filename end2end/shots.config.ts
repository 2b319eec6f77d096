// Screenshots of every page and dialog for visual review. `npm run shots` writes them to target/shots.

import config from "./playwright.config.ts";

export default { ...config, testDir: "shots", projects: [{ name: "screenshots" }], use: { ...config.use, screenshot: "off" as const } };
