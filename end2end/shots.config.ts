// Pictures of every page and dialog, for people to look at: `npm run shots` writes them into target/shots.

import config from "./playwright.config.ts";

export default { ...config, testDir: "shots", projects: [{ name: "pictures" }], use: { ...config.use, screenshot: "off" as const } };
