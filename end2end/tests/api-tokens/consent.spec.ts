// The three-legged flow as a person sees it: sign in, decide, go back to the application.

import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { type Page } from "@playwright/test";
import { Account, type Consumer, type Person } from "../../support/account.ts";
import { type Credential, signedFetch } from "../../support/oauth1.ts";
import { fillSignIn, open, signIn } from "../../support/steps.ts";
import { test as base, expect } from "../../support/test.ts";

/** An application on the other side, which waits for the browser to come back. */
interface Application {
  callback: string;
  /** The query that the browser came back with. */
  cameBack: Promise<URLSearchParams>;
}

const test = base.extend<{ application: Application }>({
  application: async ({}, use) => {
    let arrive: (query: URLSearchParams) => void;
    const cameBack = new Promise<URLSearchParams>((resolve) => (arrive = resolve));
    const server = createServer((request, response) => {
      const url = new URL(request.url!, "http://application");
      response.setHeader("content-type", "text/html").end("<link rel=icon href='data:,'><h1>Back in the application</h1>");
      if (url.pathname === "/back") arrive(url.searchParams);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const callback = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back?kept=yes`;
    await use({ callback, cameBack });
    server.closeAllConnections();
    server.close();
  },
});

async function requestToken(origin: string, consumer: Consumer, callback: string): Promise<Required<Credential>> {
  const alone = { consumerKey: consumer.consumer_key, consumerSecret: consumer.consumer_secret };
  const more: [string, string][] = [["oauth_callback", callback]];
  const answer = await signedFetch("POST", `${origin}/api/v4/oauth/request_token/`, alone, { more });
  expect(answer.status).toBe(200);
  return { ...alone, ...tokenOf(await answer.text()) };
}

function exchange(origin: string, asked: Credential, verifier: string): Promise<Response> {
  const more: [string, string][] = [["oauth_verifier", verifier]];
  return signedFetch("POST", `${origin}/api/v4/oauth/access_token/`, asked, { more });
}

function tokenOf(form: string): { token: string; tokenSecret: string } {
  const pairs = new URLSearchParams(form);
  return { token: pairs.get("oauth_token")!, tokenSecret: pairs.get("oauth_token_secret")! };
}

/** The application sends the browser here; the person signs in on the way. */
async function beAsked(page: Page, asked: Required<Credential>, person: Person): Promise<void> {
  await open(page, `/api/v4/oauth/authorise/?oauth_token=${asked.token}`);
  await fillSignIn(page, person);
  await expect(page.getByRole("heading", { name: "Allow “Product information” to use your account?" })).toBeVisible();
}

test("whoever allows goes back with a verifier, and the application acts in their name", async ({ page, account, server, application }) => {
  const consumer = await account.consumer("Product information");
  const grace = await account.person("Grace Hopper", ["manage-users"]);
  const asked = await requestToken(server.url, consumer, application.callback);
  await beAsked(page, asked, grace);
  const main = page.getByRole("main");
  for (const words of [account.name, grace.name, grace.email, new URL(application.callback).host]) {
    await expect(main).toContainText(words);
  }
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "Back in the application" })).toBeVisible();

  const query = await application.cameBack;
  expect(query.get("kept")).toBe("yes");
  expect(query.get("oauth_token")).toBe(asked.token);
  const exchanged = await exchange(server.url, asked, query.get("oauth_verifier")!);
  expect(exchanged.status).toBe(200);
  const credential = { ...asked, ...tokenOf(await exchanged.text()) };
  const answer = await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential);
  expect(await answer.json()).toMatchObject({ email: grace.email });
  // Once is enough.
  expect((await exchange(server.url, asked, query.get("oauth_verifier")!)).status).toBe(401);
});

test("whoever refuses goes back without, and the application gets nothing", async ({ page, account, server, application }) => {
  const consumer = await account.consumer("Product information");
  const asked = await requestToken(server.url, consumer, application.callback);
  await beAsked(page, asked, account.admin);
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("heading", { name: "Back in the application" })).toBeVisible();

  const query = await application.cameBack;
  expect(query.get("oauth_problem")).toBe("permission_denied");
  expect(query.has("oauth_verifier")).toBe(false);
  expect((await exchange(server.url, asked, "guessed")).status).toBe(401);
});

test("an application without an address shows a code to type", async ({ page, account, server }) => {
  const consumer = await account.consumer("Product information");
  const asked = await requestToken(server.url, consumer, "oob");
  await beAsked(page, asked, account.admin);
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: "Access allowed" })).toBeVisible();
  const code = await page.locator("code").innerText();

  // Nobody loses it by reloading, and it is in no address that a history would keep.
  await page.reload();
  await expect(page.locator("code")).toHaveText(code);
  expect(page.url()).not.toContain(code);
  expect((await exchange(server.url, asked, "0000")).status).toBe(401);
  expect((await exchange(server.url, asked, code)).status).toBe(200);
});

test("whoever refuses an application without an address reads that it got nothing", async ({ page, account, server }) => {
  const consumer = await account.consumer("Product information");
  const asked = await requestToken(server.url, consumer, "oob");
  await beAsked(page, asked, account.admin);
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("heading", { name: "Access refused" })).toBeVisible();
});

test("whoever is signed in is asked at once, and can be somebody else", async ({ page, account, server }) => {
  const consumer = await account.consumer("Product information");
  const grace = await account.person("Grace Hopper");
  const asked = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  await open(page, `/api/v4/oauth/authorise/?oauth_token=${asked.token}`);
  await expect(page.getByRole("main")).toContainText(account.admin.email);
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await fillSignIn(page, grace);
  await expect(page.getByRole("main")).toContainText(grace.email);
});

test("what cannot be answered is said, and leads nowhere", async ({ page, account, server, tolerate }) => {
  tolerate(/status of 404/);
  const consumer = await account.consumer("Product information");
  const asked = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  const heading = page.getByRole("heading", { name: "There is nothing to answer here" });
  await test.step("a request that is unknown", async () => {
    await open(page, "/api/v4/oauth/authorise/?oauth_token=0123456789abcdef0123456789abcdef&callback=https://elsewhere.example/");
    await expect(heading).toBeVisible();
  });
  await test.step("a request of another account's application", async () => {
    const stranger = await Account.create(server);
    await page.context().clearCookies();
    await signIn(page, stranger.admin);
    await open(page, `/oauth1/authorise?oauth_token=${asked.token}`);
    await expect(heading).toBeVisible();
  });
});

test("another site can neither answer the question nor frame it", async ({ page, account, server }) => {
  const consumer = await account.consumer("Product information");
  const asked = await requestToken(server.url, consumer, "oob");
  await signIn(page, account.admin);
  const form = { oauth_token: asked.token, answer: "allow" };
  const forged = await page.request.post("/fn/authorise/decide", { form, headers: { origin: "https://elsewhere.example" } });
  expect(forged.status()).toBe(403);
  const question = await page.request.get(`/oauth1/authorise?oauth_token=${asked.token}`);
  expect(question.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect((await exchange(server.url, asked, "guessed")).status).toBe(401);
});
