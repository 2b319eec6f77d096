// What must hold for every page and dialog, in light and dark, on a phone and on a desk.

import AxeBuilder from "@axe-core/playwright";
import { type Page } from "@playwright/test";
import { open } from "../support/steps.ts";
import { sights } from "../support/sights.ts";
import { expect, testOnFreshServer, testWithDemo as test } from "../support/test.ts";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function looksRight(page: Page): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `how far the page scrolls sideways at ${width} px`).toBe(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page }).withTags(rules).setLegacyMode().analyze();
      const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect(found, `what axe finds at ${width} px, ${colorScheme}`).toEqual([]);
    }
  }
}

for (const [name, go] of Object.entries(sights)) {
  test(name, async ({ page, server, demo, tolerate }) => {
    // Some of these are refusals; what each answers is checked where its subject is.
    tolerate(/status of 4\d\d/);
    await go({ page, server, demo });
    await looksRight(page);
  });
}

testOnFreshServer("setup", async ({ page }) => {
  await open(page, "/setup");
  await looksRight(page);
});
