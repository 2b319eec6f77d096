// Checks every page and dialog for accessibility and overflow, in light and dark, at phone and desktop width.

import AxeBuilder from "@axe-core/playwright";
import { type Page } from "@playwright/test";
import { open } from "../support/actions.ts";
import { pages, routePages } from "../support/pages.ts";
import { expect, testOnFreshServer, testWithDemo as test } from "../support/test.ts";
import { routes } from "../weight/pages.mjs";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function expectAccessible(page: Page): Promise<void> {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `horizontal overflow at ${width} px`).toBe(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const { violations } = await new AxeBuilder({ page }).withTags(rules).setLegacyMode().analyze();
      const messages = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
      expect(messages, `accessibility violations at ${width} px, ${colorScheme}`).toEqual([]);
    }
  }
}

for (const [name, setUp] of Object.entries(pages)) {
  test(name, async ({ page, server, demo, allowConsoleError }) => {
    // Some of these pages are error responses, whose status other tests check.
    allowConsoleError(/status of 4\d\d/);
    await setUp({ page, server, demo });
    await expectAccessible(page);
  });
}

test("every route of the app has a page to measure", () => {
  const measured = [...Object.keys(routePages), "/setup"];
  expect(measured.toSorted()).toEqual(routes().map(({ route }) => route).toSorted());
});

testOnFreshServer("setup", async ({ page }) => {
  await open(page, "/setup");
  await expectAccessible(page);
});
