// Signing in and out, sessions, and throttling of wrong passwords.

import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { Account } from "../support/account.ts";
import { fillSignIn, open, reload, signIn, signOut } from "../support/actions.ts";
import { expect, test, testOnFreshServer } from "../support/test.ts";

test("a wrong password and an unknown email show the same message", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*session\/sign-in/);
  await open(page, "/sign-in");
  await fillSignIn(page, { email: account.admin.email, password: "not her password" });
  await expect(page.getByRole("alert")).toBeVisible();
  const wrongPassword = await page.getByRole("alert").textContent();

  await open(page, "/sign-in");
  await fillSignIn(page, { email: "nobody@example.com", password: "not her password" });
  await expect(page.getByRole("alert")).toHaveText(wrongPassword!);
  await expect(page.getByRole("alert")).toHaveText("Incorrect email or password.");
});

// The page takes passwords, and it is there at once.
test("the sign-in page loads no code", async ({ page, account: _ }) => {
  await open(page, "/sign-in");
  await expect(page.locator("script[src], script[type=module], link[rel=preload], link[rel=modulepreload]")).toHaveCount(0);
});

test("sign-in continues to the requested page", async ({ page, account }) => {
  const there = "/settings/portal/api-tokens?sort=user&q=50%2525%20%26%20more";
  await signIn(page, account.admin, there);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
});

test("sign-in does not redirect to another site", async ({ page, account, server }) => {
  for (const next of ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example/"]) {
    await page.context().clearCookies();
    await open(page, `/sign-in?next=${encodeURIComponent(next)}`);
    await fillSignIn(page, account.admin);
    await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
    expect(new URL(page.url()).origin).toBe(server.url);
  }
});

test("the sign-in page redirects a signed-in user", async ({ page, account }) => {
  await signIn(page, account.admin);
  await open(page, "/sign-in?next=%2Fsettings");
  await expect(page).toHaveURL("/settings");
});

test("a session cookie is invalid after signing out", async ({ page, account }) => {
  await signIn(page, account.admin, "/settings");
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(["gatehouse", "gatehouse-browser"]);
  for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });

  await signOut(page);
  // The cookie that identifies the browser stays, so that wrong passwords from elsewhere do not throttle it.
  expect((await page.context().cookies()).map(({ name }) => name)).toEqual(["gatehouse-browser"]);
  await page.context().addCookies(cookies);
  await open(page, "/settings");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a session can be ended from another one of the same user", async ({ page, account, anotherBrowser }) => {
  const other = await anotherBrowser();
  await signIn(other, account.admin, "/settings");

  await signIn(page, account.admin, "/sessions");
  const rows = page.getByRole("table", { name: "Your sessions" }).getByRole("row").filter({ hasText: "Chrome on Windows" });
  await expect(rows).toHaveCount(2);
  await expect(rows.filter({ hasText: "This session" })).toHaveCount(1);
  await rows.filter({ hasNotText: "This session" }).getByRole("button", { name: /^Sign out / }).click();
  await expect(rows).toHaveCount(1);

  await reload(other);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await reload(page);
  await expect(rows).toHaveCount(1);
});

test("another user's sessions are not listed", async ({ page, account, anotherBrowser }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  const other = await anotherBrowser();
  await signIn(other, grace, "/sessions");
  await signIn(page, account.admin, "/sessions");
  for (const own of [page, other]) {
    await expect(own.getByRole("table", { name: "Your sessions" }).getByText("Chrome on Windows")).toHaveCount(1);
  }
});

test("a cross-site sign-out request is rejected", async ({ page, account, server, allowConsoleError }) => {
  allowConsoleError(/status of 403/);
  await signIn(page, account.admin);
  const elsewhere = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<form method="post" action="${server.url}/fn/session/sign-out"><button>Win a prize</button></form>`);
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "localhost", resolve));
  try {
    await page.goto(`http://localhost:${(elsewhere.address() as AddressInfo).port}`);
    const response = page.waitForResponse(/session\/sign-out/);
    await page.getByRole("button", { name: "Win a prize" }).click();
    expect((await response).status()).toBe(403);
  } finally {
    elsewhere.close();
  }
  await open(page, "/settings");
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

testOnFreshServer("a session is kept when the server restarts", async ({ page, server }) => {
  const account = await Account.create(server);
  await signIn(page, account.admin, "/settings");
  await page.waitForLoadState("networkidle");
  await server.restart();
  await reload(page);
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

testOnFreshServer("repeated wrong passwords are throttled without affecting other users", async ({ page, server, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*session\/sign-in/);
  const account = await Account.create(server);
  const grace = await account.createUser("Grace Hopper");
  const attempt = { email: account.admin.email, password: "not her password", next: "" };
  const send = () => page.request.post("/fn/session/sign-in", { form: attempt, headers: { origin: server.url } });
  // The first attempts are not throttled. After that the wait doubles each time, until it exceeds the time of an attempt.
  await open(page, "/sign-in");
  await page.getByLabel("Email").fill(account.admin.email);
  await page.getByLabel("Password").fill(account.admin.password);
  const statuses: number[] = [];
  // In seconds, long enough to click the button meanwhile.
  let wait = 0;
  while (wait < 4) {
    const response = await send();
    statuses.push(response.status());
    wait = Number(response.headers()["retry-after"] ?? 0);
  }
  expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText(/^Too many attempts\. Try again in /);

  await expect(page.getByRole("alert")).toContainText("You can still sign in from a browser that you have used before.");

  await open(page, "/sign-in");
  await fillSignIn(page, grace);
  // The start page of a user without rights.
  await expect(page.getByRole("heading", { name: "Asset tracking", level: 1 })).toBeVisible();
});
