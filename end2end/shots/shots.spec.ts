// Takes screenshots of every page and dialog, in light and dark, at phone and desktop width.

import { join } from "node:path";
import { pages } from "../support/pages.ts";
import { testWithDemo as test } from "../support/test.ts";

const folder = join(import.meta.dirname, "../../target/shots");

for (const [name, setUp] of Object.entries(pages)) {
  test(name, async ({ page, server, demo, allowConsoleError }) => {
    allowConsoleError(/status of 4\d\d/);
    await setUp({ page, server, demo });
    for (const width of [1280, 360]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const file = `${name.replaceAll(/[^a-z]+/gi, "-")}-${width}-${colorScheme}.png`;
        await page.screenshot({ path: join(folder, file), fullPage: true });
      }
    }
  });
}
