// The consent of OAuth 2 as a person sees it, and taking it back under "Connected apps".

import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { type Page } from "@playwright/test";
import type { Account } from "../support/account.ts";
import { type App, authorisationAddress, codeChallenge, registerApp } from "../support/oauth2.ts";
import { dialog, fillSignIn, open, personMenu, press, signIn } from "../support/steps.ts";
import { test as base, expect, hasScript } from "../support/test.ts";

/** An application on the other side, to which the browser goes. */
interface Application {
  redirectUri: string;
  /** The queries that browsers came with, in their order. */
  came: URLSearchParams[];
}

const test = base.extend<{ application: Application }>({
  application: async ({}, use) => {
    const came: URLSearchParams[] = [];
    const server = createServer((request, response) => {
      const url = new URL(request.url!, "http://application");
      response.setHeader("content-type", "text/html").end("<link rel=icon href='data:,'><h1>Back in the application</h1>");
      if (url.pathname === "/back") came.push(url.searchParams);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back?kept=yes`;
    await use({ redirectUri, came });
    server.closeAllConnections();
    server.close();
  },
});

/** An app of the account that asks people for their name and for staying connected. */
async function wiki(page: Page, account: Account, application: Application, grant: "authorization_code" | "public"): Promise<App> {
  await signIn(page, account.admin);
  const scopes = ["offline", "current.user:read", "admin.user:read"];
  return registerApp(page, { name: "Wiki", grant, redirectUris: [application.redirectUri], scopes });
}

const question = "Allow “Wiki” to use your account?";
const back = "Back in the application";

test("whoever allows is asked once, and can take it back", async ({ page, account, anotherBrowser, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  const grace = await account.person("Grace Hopper");
  const hers = await anotherBrowser();
  await open(hers, authorisationAddress(app, application.redirectUri));
  await fillSignIn(hers, grace);
  await expect(hers.getByRole("heading", { name: question })).toBeVisible();
  const main = hers.getByRole("main");
  for (const words of [account.name, grace.name, grace.email, new URL(application.redirectUri).host]) {
    await expect(main).toContainText(words);
  }
  await expect(main).toContainText("Read your name, e-mail and account");
  await expect(main).toContainText("Stay connected while you are away");
  // She could not read the users herself.
  await expect(main).not.toContainText("Read the users of the account");
  await hers.getByRole("button", { name: "Allow" }).click();
  await expect(hers.getByRole("heading", { name: back })).toBeVisible();
  const query = application.came[0]!;
  expect(query.get("kept")).toBe("yes");
  expect(query.get("state")).toBe("a state & more");
  expect(query.get("code")).toBeTruthy();

  await test.step("not a second time", async () => {
    await hers.goto(authorisationAddress(app, application.redirectUri));
    await expect(hers.getByRole("heading", { name: back })).toBeVisible();
    expect(application.came[1]!.get("code")).toBeTruthy();
  });
  await test.step("it is listed, and disconnected after a question", async () => {
    await open(hers, "/asset-tracking");
    await personMenu(hers).click();
    await hers.getByRole("link", { name: "Connected apps" }).click();
    const row = hers.getByRole("table", { name: "Your connected apps" }).locator("tbody").getByRole("row");
    await expect(row).toHaveCount(1);
    await expect(row).toContainText("Wiki");
    await expect(row).toContainText("Read your name, e-mail and account");
    await press(row, /^Disconnect/);
    await dialog(hers, "Disconnect “Wiki”?").getByRole("button", { name: "Disconnect" }).click();
    await expect(hers.getByRole("heading", { name: "No connected apps" })).toBeVisible();
  });
  await test.step("then she is asked again", async () => {
    await open(hers, authorisationAddress(app, application.redirectUri));
    await expect(hers.getByRole("heading", { name: question })).toBeVisible();
  });
});

test("whoever has allowed it goes on to the application from signing in", async ({ page, account, anotherBrowser, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  await open(page, authorisationAddress(app, application.redirectUri));
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  // The form of the sign-in page is followed by redirects that end in the application.
  const another = await anotherBrowser();
  await open(another, authorisationAddress(app, application.redirectUri));
  await fillSignIn(another, account.admin);
  await expect(another.getByRole("heading", { name: back })).toBeVisible();
  expect(application.came[1]!.get("code")).toBeTruthy();
});

for (const answer of ["Allow", "Refuse"]) {
  test(`an application with a scheme of its own is gone back to: ${answer}`, async ({ page, account }) => {
    await signIn(page, account.admin);
    const redirectUri = "com.example.wiki:/back";
    const app = await registerApp(page, { name: "Wiki", grant: "public", redirectUris: [redirectUri], scopes: ["current.user:read"] });
    const browser = await page.context().newCDPSession(page);
    await browser.send("Page.enable");
    const requested: string[] = [];
    browser.on("Page.frameRequestedNavigation", ({ url }) => requested.push(url));
    await open(page, authorisationAddress(app, redirectUri, codeChallenge()));
    await page.getByRole("button", { name: answer }).click();
    await expect.poll(() => requested.filter((url) => url.startsWith(redirectUri))).toHaveLength(1);
    const query = new URL(requested.pop()!).searchParams;
    expect(query.get("state")).toBe("a state & more");
    expect(query.has(answer === "Allow" ? "code" : "error")).toBe(true);
    if (hasScript()) return;
    // A browser that waits for a click before it opens another program has a link to click.
    const link = page.getByRole("link", { name: "Continue" });
    expect(await link.getAttribute("href")).toContain(`${redirectUri}?`);
  });
}

test("what was allowed before is marked when more is asked for", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  await open(page, authorisationAddress(app, application.redirectUri, { scope: "current.user:read" }));
  await page.getByRole("button", { name: "Allow" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  await open(page, authorisationAddress(app, application.redirectUri));
  const items = page.getByRole("main").getByRole("listitem");
  await expect(items.filter({ hasText: "Allowed before" })).toHaveCount(1);
  await expect(items.filter({ hasText: "Allowed before" })).toContainText("Read your name");
});

test("whoever refuses goes back without", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "public");
  await open(page, authorisationAddress(app, application.redirectUri, codeChallenge()));
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  expect(application.came[0]!.get("error")).toBe("access_denied");
  expect(application.came[0]!.has("code")).toBe(false);
  await open(page, "/connected-apps");
  await expect(page.getByRole("heading", { name: "No connected apps" })).toBeVisible();
});

test("what is wrong with a request is told to the app, once it is known where that is", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "public");
  // A public client without a code challenge.
  const answer = await page.request.get(authorisationAddress(app, application.redirectUri), { maxRedirects: 0 });
  expect(answer.status()).toBe(302);
  const address = new URL(answer.headers()["location"]!);
  expect(address.searchParams.get("error")).toBe("invalid_request");
});

test("a long state comes back exactly, whatever the answer is", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  const state = "a b+c%20d&e=f#g".repeat(200);
  await open(page, authorisationAddress(app, application.redirectUri, { state }));
  await page.getByRole("button", { name: "Refuse" }).click();
  await expect(page.getByRole("heading", { name: back })).toBeVisible();
  expect(application.came[0]!.get("state")).toBe(state);
});

test("an unknown app and a foreign redirect URI are shown, and lead nowhere", async ({ page, account, application, tolerate }) => {
  tolerate(/status of 400/);
  const app = await wiki(page, account, application, "authorization_code");
  for (const address of [
    "/oauth2/authorise",
    authorisationAddress({ ...app, id: "0192f0c1-2b3c-7d4e-8f90-123456789abc" }, application.redirectUri),
    authorisationAddress(app, "https://elsewhere.example/"),
    authorisationAddress(app, application.redirectUri.replace("/back", "/other")),
  ]) {
    expect((await open(page, address))?.status(), address).toBe(400);
    await expect(page.getByRole("heading", { name: "This request cannot be answered" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Allow" })).toHaveCount(0);
  }
  expect(application.came).toEqual([]);
});

test("whoever is signed in can be somebody else", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  const grace = await account.person("Grace Hopper");
  await open(page, authorisationAddress(app, application.redirectUri));
  await expect(page.getByRole("main")).toContainText(account.admin.email);
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await fillSignIn(page, grace);
  await expect(page.getByRole("heading", { name: question })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(grace.email);
});

test("another site can neither answer the question nor frame it", async ({ page, account, application }) => {
  const app = await wiki(page, account, application, "authorization_code");
  const address = authorisationAddress(app, application.redirectUri);
  const form = { request: address.split("?")[1]!, answer: "allow" };
  const forged = await page.request.post("/fn/oauth2/decide", { form, headers: { origin: "https://elsewhere.example" } });
  expect(forged.status()).toBe(403);
  const asked = await page.request.get(address);
  expect(asked.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(application.came).toEqual([]);
});
