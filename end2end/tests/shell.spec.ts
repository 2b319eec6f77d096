// The layout around every page: navigation, menus, error pages and response headers.

import { type Page } from "@playwright/test";
import { apiTokens, open, signIn, userMenu, waitForHydration } from "../support/actions.ts";
import { expect, needsScript, test } from "../support/test.ts";

const sections = [
  ["Integration", "/integration"],
  ["Asset tracking", "/asset-tracking"],
  ["Subscription", "/subscription"],
  ["Support ticket", "/support"],
  ["Settings", "/settings"],
] as const;

function sideBar(page: Page) {
  return page.getByRole("navigation", { name: "Main" });
}

test("the side bar navigates without loading a document", async ({ page, account }) => {
  await signIn(page, account.admin);
  let documents = 0;
  page.on("request", (request) => (documents += request.resourceType() === "document" ? 1 : 0));
  for (const [name, address] of sections) {
    await sideBar(page).getByRole("link", { name }).click();
    await expect(page).toHaveURL(address);
    await expect(page).toHaveTitle(`${name} · Gatehouse`);
    const heading = page.getByRole("heading", { name, level: 1 });
    await expect(heading).toBeVisible();
    await expect(sideBar(page).locator("[aria-current=page]")).toHaveText(name);
  }
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Support ticket", level: 1 })).toBeVisible();
  expect(documents).toBe(0);
});

test("navigation moves focus to the new page's heading", async ({ page, account }) => {
  await signIn(page, account.admin);
  await sideBar(page).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeFocused();
});

test("a subpage marks its section as current", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await expect(sideBar(page).locator("[aria-current]")).toHaveText("Settings");
});

test("the code of a page group is fetched once, on the first visit", async ({ page, account }) => {
  await signIn(page, account.admin);
  await open(page, "/asset-tracking");
  const chunks: string[] = [];
  page.on("request", (request) => {
    if (/\.wasm$/.test(new URL(request.url()).pathname)) chunks.push(request.url());
  });
  const visit = async (link: string) => {
    await sideBar(page).getByRole("link", { name: link }).click();
    await expect(page.getByRole("heading", { name: link, level: 1 })).toBeVisible();
  };
  await visit("Subscription");
  expect(chunks).toEqual([]);
  await visit("Settings");
  expect(chunks.length).toBeGreaterThan(0);
  const first = chunks.length;
  await page.getByRole("main").getByRole("link", { name: "Portal settings" }).click();
  await expect(page.getByRole("heading", { name: "Portal settings", level: 1 })).toBeVisible();
  await visit("Subscription");
  await visit("Settings");
  expect(chunks).toHaveLength(first);
});

test("a page requests no data that its document contains", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  for (const address of ["/integration", "/integration/fields", "/integration/history", apiTokens, "/settings/portal/oauth-apps", "/sessions"]) {
    await open(page, address);
    await page.waitForLoadState("networkidle");
  }
  // A page that gets the focus checks who is signed in.
  expect(requests.filter((path) => path.startsWith("/fn/") && path !== "/fn/session/me")).toEqual([]);
  expect(requests.filter((path) => path.endsWith(".wasm")).length).toBeGreaterThan(0);
});

test("the user menu works with the keyboard", async ({ page, account }) => {
  await signIn(page, account.admin);
  const menu = page.getByRole("group").filter({ hasText: ", account menu" });
  const button = userMenu(page);
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(menu.getByRole("link", { name: "Sessions" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(menu.getByRole("link", { name: "Sessions" })).toBeHidden();
  await expect(button).toBeFocused();

  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/sessions");
  await expect(page.getByRole("heading", { name: "Sessions", level: 1 })).toBeVisible();
  await expect(menu.getByRole("button", { name: "Sign out" })).toBeHidden();
});

test("at phone width the sections are in a menu", async ({ page, account }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, account.admin);
  await expect(sideBar(page).getByRole("link", { name: "Settings" })).toBeHidden();
  await page.locator("summary").filter({ hasText: "Menu" }).first().click();
  await sideBar(page).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await expect(sideBar(page).getByRole("link", { name: "Settings" })).toBeHidden();
});

test("an unknown address returns 404 within the signed-in layout", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/status of 404/);
  await signIn(page, account.admin);
  for (const address of ["/nowhere", "/settings/nowhere/at/all"]) {
    const response = await open(page, address);
    expect(response?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    await expect(page).toHaveTitle("Not found · Gatehouse");
    await sideBar(page).getByRole("link", { name: "Integration" }).click();
    await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
  }
});

test("unknown files and functions return 404", async ({ request }) => {
  for (const address of ["/pkg/nothing.wasm", "/fn/nothing", "/api/v4/nothing"]) {
    expect((await request.get(address)).status(), address).toBe(404);
  }
});

test("pages have an icon and a title", async ({ page, account, request }) => {
  await signIn(page, account.admin);
  await expect(page).toHaveTitle("Integration · Gatehouse");
  for (const icon of await page.locator("link[rel=icon]").all()) {
    const address = await icon.getAttribute("href");
    const response = await request.get(address!);
    expect(response.status(), address!).toBe(200);
    expect(response.headers()["content-type"]).toMatch(/^image\//);
  }
});

test("responses carry a request ID, the client's own if it is valid", async ({ request }) => {
  const [one, two] = [await request.get("/sign-in"), await request.get("/sign-in")];
  expect(one.headers()["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(one.headers()["x-request-id"]).not.toBe(two.headers()["x-request-id"]);
  const own = await request.get("/sign-in", { headers: { "x-request-id": "my-own-id.1" } });
  expect(own.headers()["x-request-id"]).toBe("my-own-id.1");
});

test("navigation while the server is unreachable shows an error, and works after a reload", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/ERR_FAILED/);
  await signIn(page, account.admin);
  await page.route("**/fn/**", (route) => route.abort());
  await sideBar(page).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByText("The portal didn’t respond. Check your connection and try again.")).toBeVisible();
  await page.unroute("**/fn/**");
  await page.reload();
  await waitForHydration(page);
  await expect(page.getByRole("link", { name: "Portal settings" })).toBeVisible();
});

test("the first Tab stop is a skip link to the content", async ({ page, account }) => {
  await signIn(page, account.admin);
  await open(page, "/integration");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to main content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await expect(page).toHaveURL(/\/integration(#main)?$/);
});

test("a menu opened before hydration stays open", async ({ page, account }) => {
  await signIn(page, account.admin);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/settings");
  await userMenu(page).click();
  const signOutButton = page.getByRole("button", { name: "Sign out" });
  await expect(signOutButton).toBeVisible();
  release();
  await waitForHydration(page);
  await expect(signOutButton).toBeVisible();
});
