// Signing in and out, and the sessions that this opens and ends.

import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { Account } from "../support/account.ts";
import { fillSignIn, open, reload, signIn, signOut } from "../support/steps.ts";
import { expect, test, testOnFreshServer } from "../support/test.ts";

test("a wrong password and an unknown e-mail get the same words", async ({ page, account, tolerate }) => {
  tolerate(/status of 4\d\d.*session\/sign-in/);
  await open(page, "/sign-in");
  await fillSignIn(page, { email: account.admin.email, password: "not her password" });
  await expect(page.getByRole("alert")).toBeVisible();
  const wrongPassword = await page.getByRole("alert").textContent();

  await open(page, "/sign-in");
  await fillSignIn(page, { email: "nobody@example.com", password: "not her password" });
  await expect(page.getByRole("alert")).toHaveText(wrongPassword!);
  await expect(page.getByRole("alert")).toHaveText("The e-mail or the password is wrong.");
});

test("one comes to the page that one was going to", async ({ page, account }) => {
  const there = "/settings/portal/api-tokens?sort=user&q=50%25%20%26%20more";
  await signIn(page, account.admin, there);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("no address leads to another site after the sign-in", async ({ page, account, server }) => {
  for (const next of ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/"]) {
    await page.context().clearCookies();
    await open(page, `/sign-in?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, account.admin);
    await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(server.url);
  }
});

test("whoever is signed in has no use for the sign-in page", async ({ page, account }) => {
  await signIn(page, account.admin);
  await open(page, "/sign-in?next=%2Fsettings");
  await expect(page).toHaveURL("/settings");
});

test("after signing out, the cookie opens nothing any more", async ({ page, account }) => {
  await signIn(page, account.admin, "/settings");
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(["gatehouse", "gatehouse-browser"]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });

  await signOut(page);
  // What the browser is known by stays, so that somebody else's guesses do not keep it waiting.
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual(["gatehouse-browser"]);
  await page.context().addCookies(cookies);
  await open(page, "/settings");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a session is listed where its owner is signed in, and ended from there", async ({ page, account, anotherBrowser }) => {
  const other = await anotherBrowser();
  await signIn(other, account.admin, "/settings");

  await signIn(page, account.admin, "/sessions");
  const rows = page.getByRole("table", { name: "Your sessions" }).getByRole("row").filter({ hasText: "Chrome on Windows" });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "This session" })).toHaveCount(1);
  await rows.filter({ hasNotText: "This session" }).getByRole("button", { name: /^End / }).click();
  await expect(rows).toHaveCount(1);

  await reload(other);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await reload(page);
  await expect(rows).toHaveCount(1);
});

test("nobody sees or ends another person's session", async ({ page, account, anotherBrowser }) => {
  const grace = await account.person("Grace Hopper", "all");
  const other = await anotherBrowser();
  await signIn(other, grace, "/sessions");
  await signIn(page, account.admin, "/sessions");
  for (const own of [page, other]) {
    await expect(own.getByRole("table", { name: "Your sessions" }).getByText("Chrome on Windows")).toHaveCount(1);
  }
});

test("a form on another site signs nobody out", async ({ page, account, server, tolerate }) => {
  tolerate(/status of 403/);
  await signIn(page, account.admin);
  const elsewhere = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<form method="post" action="${server.url}/fn/session/sign-out"><button>Win a prize</button></form>`);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "localhost", resolve));
  try {
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}`);
    const answer = page.waitForResponse(/session\/sign-out/);
    await page.getByRole("button", { name: "Win a prize" }).click();
    expect((await answer).status()).toBe(403);
  } finally {
    elsewhere.close();
  }
  await open(page, "/settings");
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

testOnFreshServer("a session outlives a restart of the server", async ({ page, server }) => {
  const account = await Account.create(server);
  await signIn(page, account.admin, "/settings");
  await page.waitForLoadState("networkidle");
  await server.restart();
  await reload(page);
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

testOnFreshServer("whoever guesses has to wait, and holds up nobody else", async ({ page, server, tolerate }) => {
  tolerate(/status of 4\d\d.*session\/sign-in/);
  const account = await Account.create(server);
  const grace = await account.person("Grace Hopper");
  const guess = { email: account.admin.email, password: "not her password", next: "" };
  const send = () => page.request.post("/fn/session/sign-in", { form: guess, headers: { origin: server.url } });
  // The first few are free. Then each wait is twice the one before it, until it is longer than what a guess takes.
  await open(page, "/sign-in");
  await page.getByLabel("E-mail").fill(account.admin.email);
  await page.getByLabel("Password").fill(account.admin.password);
  const statuses: number[] = [];
  // Long enough for the button to be pressed meanwhile.
  let wait = 0;
  while (wait < 4) {
    const answer = await send();
    statuses.push(answer.status());
    wait = Number(answer.headers()["retry-after"] ?? 0);
  }
  expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in /);

  await expect(page.getByRole("alert")).toContainText("You can still sign in from a browser that you have used before.");

  await open(page, "/sign-in");
  await fillSignIn(page, grace);
  // Where somebody begins who may do nothing in particular.
  await expect(page.getByRole("heading", { name: "Asset tracking", level: 1 })).toBeVisible();
});
