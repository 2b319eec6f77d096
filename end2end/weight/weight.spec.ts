// Measures each page as a browser with an empty cache loads it.

import { type Browser, type Page } from "@playwright/test";
import { pageWeights, total } from "./pages.mjs";
import { open } from "../support/actions.ts";
import { routePages } from "../support/pages.ts";
import { site } from "../support/server.ts";
import { expect, testOnFreshServer, testWithDemo as test } from "../support/test.ts";
import { type Times, Visitor } from "./visitor.ts";

/** Times are the median of so many loads. */
const loads = 5;
const weights = pageWeights(site);

for (const [route, setUp] of Object.entries(routePages)) {
  test(route, async ({ browser, page, server, demo, allowConsoleError }) => {
    // The page for paths that don't exist is an error response.
    allowConsoleError(/status of 404/);
    await setUp({ page, server, demo });
    await measure(browser, page, route);
  });
}

testOnFreshServer("/setup", async ({ browser, page }) => {
  await open(page, "/setup");
  await measure(browser, page, "/setup");
});

const nextjs = process.env["NEXTJS_URL"];
if (nextjs) {
  test("API tokens in Next.js, sent with gzip", async ({ browser, page, allowConsoleError }) => {
    allowConsoleError(/status of 404 .*favicon/);
    await page.goto(nextjs);
    const { code, readable, live } = await load(browser, page, (page) => page.locator("body[data-live]").waitFor());
    report([kilobytes(total(code)), "", "", code.length, "", readable, live]);
  });
}

/** Measures the page that a browser shows, and expects it to load the files that `./script/test` counts. */
async function measure(browser: Browser, shown: Page, route: string): Promise<void> {
  const weight = weights.find((page) => page.route === route)!;
  const { code, readable, live } = await load(browser, shown);
  const more = weight.second && (await loadedAfter(browser, shown, weight.second.from));
  const { goal, ceiling } = weight.budget;
  report([kilobytes(total(code)), goal, ceiling, code.length, more ? kilobytes(total(more)) : "", readable, live]);
  const byName = <File extends { name: string }>(files: File[]) => files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(byName(code), "the code that the page loads").toEqual(byName(weight.files));
  if (more) expect(total(more), `the code that the page loads after ${weight.second!.from}`).toBe(weight.second!.bytes);
}

/** Returns the code that the shown page loads, and its times on the slow line. */
async function load(browser: Browser, shown: Page, hydrated?: (page: Page) => Promise<void>) {
  const visitor = await Visitor.arrive(browser, shown);
  await visitor.open(shown.url(), hydrated);
  const code = visitor.code();
  await visitor.leave();
  const times: Times[] = [];
  while (times.length < loads) {
    const visitor = await Visitor.arrive(browser, shown);
    await visitor.slowDown();
    times.push(await visitor.open(shown.url(), hydrated));
    await visitor.leave();
  }
  return { code, readable: median(times.map(({ readable }) => readable)), live: median(times.map(({ live }) => live)) };
}

function report(cells: (string | number)[]): void {
  for (const cell of cells) test.info().annotations.push({ type: "cell", description: String(cell) });
}

/** Returns the code that the shown page loads after the page at `first`. */
async function loadedAfter(browser: Browser, shown: Page, first: string) {
  const visitor = await Visitor.arrive(browser, shown);
  await visitor.open(first);
  visitor.forgetCode();
  await visitor.open(shown.url());
  const code = visitor.code();
  await visitor.leave();
  return code;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}

/** Returns the median of milliseconds, in seconds. */
function median(milliseconds: number[]): string {
  return (milliseconds.toSorted((a, b) => a - b)[Math.floor(milliseconds.length / 2)]! / 1000).toFixed(1);
}
