// One picture of each sight, in light and dark, on a phone and on a desk.

import { join } from "node:path";
import { sights } from "../support/sights.ts";
import { testWithDemo as test } from "../support/test.ts";

const folder = join(import.meta.dirname, "../../target/shots");

for (const [name, go] of Object.entries(sights)) {
  test(name, async ({ page, server, demo, tolerate }) => {
    tolerate(/status of 4\d\d/);
    await go({ page, server, demo });
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
