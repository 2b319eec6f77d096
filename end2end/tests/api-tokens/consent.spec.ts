// OAuth 1.0a authorization in the browser: sign in, allow or deny, return to the application.

import { type Page } from "@playwright/test";
import { Account, type Consumer, type User } from "../../support/account.ts";
import { type Credential, signedFetch } from "../../support/oauth1.ts";
import { apiTokens, click, fillSignIn, open, section, signIn } from "../../support/actions.ts";
import { expect, testWithApplication as test } from "../../support/test.ts";

/** Requests a token, in the legacy flow without a callback URL. */
async function requestToken(origin: string, consumer: Consumer, callback?: string): Promise<Required<Credential>> {
  const consumerOnly = { consumerKey: consumer.consumer_key, consumerSecret: consumer.consumer_secret };
  const extra: [string, string][] = callback === undefined ? [] : [["oauth_callback", callback]];
  const response = await signedFetch("POST", `${origin}/api/v4/oauth/request_token/`, consumerOnly, { extra });
  expect(response.status).toBe(200);
  return { ...consumerOnly, ...tokenOf(await response.text()) };
}

function exchange(origin: string, requested: Credential, verifier: string): Promise<Response> {
  const extra: [string, string][] = [["oauth_verifier", verifier]];
  return signedFetch("POST", `${origin}/api/v4/oauth/access_token/`, requested, { extra });
}

function tokenOf(form: string): { token: string; tokenSecret: string } {
  const pairs = new URLSearchParams(form);
  return { token: pairs.get("oauth_token")!, tokenSecret: pairs.get("oauth_token_secret")! };
}

/** Opens the authorization page and signs in on the way. */
async function openConsentPage(page: Page, requested: Required<Credential>, user: User): Promise<void> {
  await open(page, `/api/v4/oauth/authorise/?oauth_token=${requested.token}`);
  await fillSignIn(page, user);
  await expect(page.getByRole("heading", { name: "Allow “Product information” to use your account?" })).toBeVisible();
}

test("Allow returns a verifier, and the application acts for the user", async ({ page, account, server, application }) => {
  const consumer = await account.createConsumer("Product information");
  const grace = await account.createUser("Grace Hopper", ["manage-users"]);
  const requested = await requestToken(server.url, consumer, application.redirectUri);
  await openConsentPage(page, requested, grace);
  const main = page.getByRole("main");
  for (const words of [account.name, grace.name, grace.email, new URL(application.redirectUri).host]) {
    await expect(main).toContainText(words);
  }
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "Back in the application" })).toBeVisible();

  const query = application.redirects[0]!;
  expect(query.get("kept")).toBe("yes");
  expect(query.get("oauth_token")).toBe(requested.token);
  const exchanged = await exchange(server.url, requested, query.get("oauth_verifier")!);
  expect(exchanged.status).toBe(200);
  const credential = { ...requested, ...tokenOf(await exchanged.text()) };
  const response = await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential);
  expect(await response.json()).toMatchObject({ email: grace.email });
  // A verifier can be used only once.
  expect((await exchange(server.url, requested, query.get("oauth_verifier")!)).status).toBe(401);
});

test("Deny returns without a verifier, and no token is issued", async ({ page, account, server, application }) => {
  const consumer = await account.createConsumer("Product information");
  const requested = await requestToken(server.url, consumer, application.redirectUri);
  await openConsentPage(page, requested, account.admin);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: "Back in the application" })).toBeVisible();

  const query = application.redirects[0]!;
  expect(query.get("oauth_problem")).toBe("permission_denied");
  expect(query.has("oauth_verifier")).toBe(false);
  expect((await exchange(server.url, requested, "guessed")).status).toBe(401);
});

test("Allow without a callback URL shows a code", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Product information");
  const requested = await requestToken(server.url, consumer, "oob");
  await openConsentPage(page, requested, account.admin);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "Access allowed" })).toBeVisible();
  const code = await page.locator("code").innerText();

  // The code stays after a reload and does not appear in the URL.
  await page.reload();
  await expect(page.locator("code")).toHaveText(code);
  expect(page.url()).not.toContain(code);
  expect((await exchange(server.url, requested, "0000")).status).toBe(401);
  expect((await exchange(server.url, requested, code)).status).toBe(200);
});

test("Deny without a callback URL shows that access was denied", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Product information");
  const requested = await requestToken(server.url, consumer, "oob");
  await openConsentPage(page, requested, account.admin);
  await page.getByRole("button", { name: "Deny" }).click();
  await expect(page.getByRole("heading", { name: "Access denied" })).toBeVisible();
});

test("the legacy flow returns to the callback as the browser's query contains it", async ({ page, account, server, application }) => {
  const consumer = await account.createConsumer("Product information");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const signing = section(page, "Signing");
  await signing.getByRole("checkbox", { name: /^Allow the legacy flow without verifier/ }).check();
  await click(signing, "Save changes");
  await expect(signing.getByText("Legacy OAuth 1.0 flow (without verifier) is on")).toBeVisible();

  const { token } = await requestToken(server.url, consumer);
  const callback = `${application.redirectUri}&text=50%2525`;
  await open(page, `/api/v4/oauth/authorise/?oauth_token=${token}&callback=${encodeURIComponent(callback)}`);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "Back in the application" })).toBeVisible();
  expect(application.redirects[0]!.get("text")).toBe("50%25");
});

test("a signed-in user sees the consent page at once and can switch users", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Product information");
  const grace = await account.createUser("Grace Hopper");
  const requested = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  await open(page, `/api/v4/oauth/authorise/?oauth_token=${requested.token}`);
  await expect(page.getByRole("main")).toContainText(account.admin.email);
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await fillSignIn(page, grace);
  await expect(page.getByRole("main")).toContainText(grace.email);
});

test("an unknown request and another account's request show an error without a redirect", async ({ page, account, server, allowConsoleError }) => {
  allowConsoleError(/status of 404/);
  const consumer = await account.createConsumer("Product information");
  const requested = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  const heading = page.getByRole("heading", { name: "Request no longer valid" });
  await test.step("unknown request", async () => {
    await open(page, "/api/v4/oauth/authorise/?oauth_token=0123456789abcdef0123456789abcdef&callback=https://elsewhere.example/");
    await expect(heading).toBeVisible();
  });
  await test.step("request of another account's application", async () => {
    const stranger = await Account.create(server);
    await page.context().clearCookies();
    await signIn(page, stranger.admin);
    await open(page, `/oauth1/authorise?oauth_token=${requested.token}`);
    await expect(heading).toBeVisible();
  });
});

test("the consent form rejects cross-site requests and framing", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Product information");
  const requested = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  const form = { oauth_token: requested.token, answer: "allow" };
  const forged = await page.request.post("/fn/authorise/decide", { form, headers: { origin: "https://elsewhere.example" } });
  expect(forged.status()).toBe(403);
  const question = await page.request.get(`/oauth1/authorise?oauth_token=${requested.token}`);
  expect(question.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect((await exchange(server.url, requested, "guessed")).status).toBe(401);
});
