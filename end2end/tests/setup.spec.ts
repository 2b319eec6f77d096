// Setup on an empty database, with the code that the server prints.

import { type Page } from "@playwright/test";
import { fillSignIn, open, signOut } from "../support/actions.ts";
import { expect, needsNoScript, testOnFreshServer as test } from "../support/test.ts";

const admin = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery staple" };

async function fillSetup(page: Page, code: string, { account = "Northwind", user = admin } = {}): Promise<void> {
  await page.getByLabel("Setup code").fill(code);
  await page.getByLabel("Account name").fill(account);
  await page.getByLabel("Your name").fill(user.name);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

test("on an empty database every page redirects to setup, which creates the account and signs in", async ({ page, server }) => {
  for (const address of ["/", "/sign-in", "/settings/portal", "/nowhere"]) {
    await open(page, address);
    await expect(page).toHaveURL("/setup");
  }
  await fillSetup(page, await server.setupCode());
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();
  await expect(page.getByText("Northwind")).toBeVisible();

  await signOut(page);
  await fillSignIn(page, admin);
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
});

test("setup with a wrong code is rejected", async ({ page, server, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  await fillSetup(page, "ABCDE-FGHJK-LMNPQ-RSTUV");
  await expect(page.getByText("This isn't the latest setup code.")).toBeVisible();
  await expect(page.getByLabel("Setup code")).toHaveAccessibleDescription(/the latest setup code/);
  expect(await server.command("account list".split(" "))).toEqual([]);
});

test("a rejected setup keeps the input except for the code and the password", { tag: needsNoScript }, async ({ page }) => {
  await open(page, "/setup");
  await fillSetup(page, "ABCDE-FGHJK-LMNPQ-RSTUV");
  for (const [label, value] of [
    ["Setup code", ""],
    ["Account name", "Northwind"],
    ["Your name", admin.name],
    ["Email", admin.email],
    ["Password", ""],
  ] as const) {
    await expect(page.getByLabel(label)).toHaveValue(value);
  }
  expect(page.url()).not.toMatch(/ABCDE|battery/);
});

test("setup accepts the code in lower case and without hyphens", async ({ page, server }) => {
  await open(page, "/setup");
  await fillSetup(page, (await server.setupCode()).toLowerCase().replaceAll("-", ""));
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();
});

test("setup with a weak password is rejected", async ({ page, server, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  const code = await server.setupCode();
  for (const password of ["aaaaaaaaaaaa", admin.email, "Northwind 2026"]) {
    await fillSetup(page, code, { user: { ...admin, password } });
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/This password is too easy to guess\./);
  }
  expect(await server.command(["account", "list"])).toEqual([]);
  await fillSetup(page, code);
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();
});

test("setup with a blank account name is rejected", async ({ page, server, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  // The browser accepts spaces as input, the server does not.
  await fillSetup(page, await server.setupCode(), { account: "   " });
  await expect(page.getByLabel("Account name")).toHaveAccessibleDescription(/Enter a name\./);
  await expect(page.getByLabel("Your name")).not.toHaveAccessibleDescription(/Enter a name\./);
  expect(await server.command("account list".split(" "))).toEqual([]);
});

test("setup after the first account exists is rejected", async ({ page, server }) => {
  await open(page, "/setup");
  const code = await server.setupCode();
  await fillSetup(page, code);
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();

  await open(page, "/setup");
  await expect(page.getByRole("heading", { name: "Set up Gatehouse" })).toHaveCount(0);
  const again = { code, account_name: "Southwind", name: "Eve", email: "eve@example.com", password: admin.password };
  const response = await page.request.post("/fn/setup/complete", { form: again, headers: { origin: server.url } });
  expect(response.status()).toBe(409);
  expect(await server.command<unknown[]>("account list".split(" "))).toHaveLength(1);
});
