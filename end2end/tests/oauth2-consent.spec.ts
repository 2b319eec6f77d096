// OAuth 2.0 consent, and withdrawing it under "Connected apps".

import { type Page } from "@playwright/test";
import type { Account } from "../support/account.ts";
import { type App, authorizationUrl, codeChallenge, registerApp } from "../support/oauth2.ts";
import { click, dialog, fillSignIn, open, signIn, userMenu } from "../support/actions.ts";
import { type Application, expect, hasScript, testWithApplication as test } from "../support/test.ts";

/** Signs in and registers an app that requests profile and offline access. */
async function registerWiki(page: Page, account: Account, application: Application, grant: "authorization_code" | "public"): Promise<App> {
  await signIn(page, account.admin);
  const scopes = ["offline", "current.user:read", "admin.user:read"];
  return registerApp(page, { name: "Wiki", grant, redirectUris: [application.redirectUri], scopes });
}

const question = "Allow “Wiki” to use your account?";
const back = "Back in the application";

test("consent is asked once and can be withdrawn", async ({ page, account, anotherBrowser, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  const grace = await account.createUser("Grace Hopper");
  const hers = await anotherBrowser();
  await open(hers, authorizationUrl(app, application.redirectUri));
  await fillSignIn(hers, grace);
  await expect(hers.getByRole("heading", { name: question })).toBeVisible();
  const main = hers.getByRole("main");
  for (const words of [account.name, grace.name, grace.email, new URL(application.redirectUri).host]) {
    await expect(main).toContainText(words);
  }
  await expect(main).toContainText("Read your name, email and account");
  await expect(main).toContainText("Keep access when you’re not signed in");
  // Her rights do not allow reading users.
  await expect(main).not.toContainText("Read the account’s users");
  await hers.getByRole("button", { name: "Allow" }).click();
  await expect(hers.getByRole("heading", { name: back })).toBeVisible();
  const query = application.redirects[0]!;
  expect(query.get("kept")).toBe("yes");
  expect(query.get("state")).toBe("a state & more");
  expect(query.get("code")).toBeTruthy();

  await test.step("the second request is not asked", async () => {
    await hers.goto(authorizationUrl(app, application.redirectUri));
    await expect(hers.getByRole("heading", { name: back })).toBeVisible();
    expect(application.redirects[1]!.get("code")).toBeTruthy();
  });
  await test.step("the app is listed and can be disconnected", async () => {
    await open(hers, "/asset-tracking");
    await userMenu(hers).click();
    await hers.getByRole("link", { name: "Connected apps" }).click();
    const row = hers.getByRole("table", { name: "Your connected apps" }).locator("tbody").getByRole("row");
    await expect(row).toHaveCount(1);
    await expect(row).toContainText("Wiki");
    await expect(row).toContainText("Read your name, email and account");
    await click(row, /^Disconnect/);
    await dialog(hers, "Disconnect “Wiki”?").getByRole("button", { name: "Disconnect" }).click();
    await expect(hers.getByRole("heading", { name: "No connected apps" })).toBeVisible();
  });
  await test.step("the next request is asked again", async () => {
    await open(hers, authorizationUrl(app, application.redirectUri));
    await expect(hers.getByRole("heading", { name: question })).toBeVisible();
  });
});

test("signing in redirects to the application if consent was given before", async ({ page, account, anotherBrowser, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  await open(page, authorizationUrl(app, application.redirectUri));
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  // Redirects from the sign-in form end at the application.
  const another = await anotherBrowser();
  await open(another, authorizationUrl(app, application.redirectUri));
  await fillSignIn(another, account.admin);
  await expect(another.getByRole("heading", { name: back })).toBeVisible();
  expect(application.redirects[1]!.get("code")).toBeTruthy();
});

for (const answer of ["Allow", "Deny"]) {
  test(`${answer} redirects to an application with a custom URL scheme`, async ({ page, account }) => {
    await signIn(page, account.admin);
    const redirectUri = "com.example.wiki:/back";
    const app = await registerApp(page, { name: "Wiki", grant: "public", redirectUris: [redirectUri], scopes: ["current.user:read"] });
    const browser = await page.context().newCDPSession(page);
    await browser.send("Page.enable");
    const requested: string[] = [];
    browser.on("Page.frameRequestedNavigation", ({ url }) => requested.push(url));
    await open(page, authorizationUrl(app, redirectUri, codeChallenge()));
    await page.getByRole("button", { name: answer }).click();
    await expect.poll(() => requested.filter((url) => url.startsWith(redirectUri))).toHaveLength(1);
    const query = new URL(requested.pop()!).searchParams;
    expect(query.get("state")).toBe("a state & more");
    expect(query.has(answer === "Allow" ? "code" : "error")).toBe(true);
    if (hasScript()) return;
    // A browser that needs a click to open another program gets a link.
    const link = page.getByRole("link", { name: "Continue" });
    expect(await link.getAttribute("href")).toContain(`${redirectUri}?`);
  });
}

test("scopes allowed before are marked when more are requested", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  await open(page, authorizationUrl(app, application.redirectUri, { scope: "current.user:read" }));
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  await open(page, authorizationUrl(app, application.redirectUri));
  const items = page.getByRole("main").getByRole("listitem");
  await expect(items.filter({ hasText: "Already granted" })).toHaveCount(1);
  await expect(items.filter({ hasText: "Already granted" })).toContainText("Read your name");
});

test("Deny returns access_denied without a code", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "public");
  await open(page, authorizationUrl(app, application.redirectUri, codeChallenge()));
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  expect(application.redirects[0]!.get("error")).toBe("access_denied");
  expect(application.redirects[0]!.has("code")).toBe(false);
  await open(page, "/connected-apps");
  await expect(page.getByRole("heading", { name: "No connected apps" })).toBeVisible();
});

test("an invalid request from a known redirect URI returns an error to the app", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "public");
  // A public client without a code challenge.
  const response = await page.request.get(authorizationUrl(app, application.redirectUri), { maxRedirects: 0 });
  expect(response.status()).toBe(302);
  const address = new URL(response.headers()["location"]!);
  expect(address.searchParams.get("error")).toBe("invalid_request");
});

test("a long state is returned unchanged", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  const state = "a b+c%20d&e=f#g".repeat(200);
  await open(page, authorizationUrl(app, application.redirectUri, { state }));
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  expect(application.redirects[0]!.get("state")).toBe(state);
});

test("an unknown app or redirect URI shows an error without a redirect", async ({ page, account, application, allowConsoleError }) => {
  allowConsoleError(/status of 400/);
  const app = await registerWiki(page, account, application, "authorization_code");
  for (const address of [
    "/oauth2/authorise",
    authorizationUrl({ ...app, id: "0192f0c1-2b3c-7d4e-8f90-123456789abc" }, application.redirectUri),
    authorizationUrl(app, "https://elsewhere.example/"),
    authorizationUrl(app, application.redirectUri.replace("/back", "/other")),
  ]) {
    expect((await open(page, address))?.status(), address).toBe(400);
    await expect(page.getByRole("heading", { name: "Invalid authorization request" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Allow" })).toHaveCount(0);
  }
  expect(application.redirects).toEqual([]);
});

test("the consent page can switch users", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  const grace = await account.createUser("Grace Hopper");
  await open(page, authorizationUrl(app, application.redirectUri));
  await expect(page.getByRole("main")).toContainText(account.admin.email);
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await fillSignIn(page, grace);
  await expect(page.getByRole("heading", { name: question })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(grace.email);
});

test("the consent form rejects cross-site requests and framing", async ({ page, account, application }) => {
  const app = await registerWiki(page, account, application, "authorization_code");
  const address = authorizationUrl(app, application.redirectUri);
  const form = { request: address.split("?")[1]!, answer: "allow" };
  const forged = await page.request.post("/fn/oauth2/decide", { form, headers: { origin: "https://elsewhere.example" } });
  expect(forged.status()).toBe(403);
  const consentPage = await page.request.get(address);
  expect(consentPage.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(application.redirects).toEqual([]);
});
