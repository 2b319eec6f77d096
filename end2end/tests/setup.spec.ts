// The first minutes: an empty database, a code on the console, the first account.

import { type Page } from "@playwright/test";
import { fillSignIn, open, signOut } from "../support/steps.ts";
import { expect, testOnFreshServer as test } from "../support/test.ts";

const admin = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery staple" };

async function fillSetup(page: Page, code: string, { account = "Northwind", person = admin } = {}): Promise<void> {
  await page.getByLabel("Setup code").fill(code);
  await page.getByLabel("Account name").fill(account);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

test("every page leads to the setup, which makes the first account and signs its administrator in", async ({ page, server }) => {
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

test("a code that the console did not print makes no account", async ({ page, server, tolerate }) => {
  tolerate(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  await fillSetup(page, "ABCDE-FGHJK-LMNPQ-RSTUV");
  await expect(page.getByText("This is not the code that the console printed last.")).toBeVisible();
  await expect(page.getByLabel("Setup code")).toHaveAccessibleDescription(/not the code that the console printed last/);
  expect(await server.command("account list".split(" "))).toEqual([]);
});

test("the code may be typed in small letters and without hyphens", async ({ page, server }) => {
  await open(page, "/setup");
  await fillSetup(page, (await server.setupCode()).toLowerCase().replaceAll("-", ""));
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();
});

test("a password that is easy to guess is said at its field, and nothing is made", async ({ page, server, tolerate }) => {
  tolerate(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  const code = await server.setupCode();
  for (const password of ["aaaaaaaaaaaa", admin.email, "Northwind 2026"]) {
    await fillSetup(page, code, { person: { ...admin, password } });
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/This password is too easy to guess\./);
  }
  expect(await server.command(["account", "list"])).toEqual([]);
  await fillSetup(page, code);
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();
});

test("what is missing is said at its field, and nothing is made", async ({ page, server, tolerate }) => {
  tolerate(/status of 4\d\d.*setup\/complete/);
  await open(page, "/setup");
  // Spaces pass for something typed until somebody reads them.
  await fillSetup(page, await server.setupCode(), { account: "   " });
  await expect(page.getByLabel("Account name")).toHaveAccessibleDescription(/Enter a name\./);
  await expect(page.getByLabel("Your name")).not.toHaveAccessibleDescription(/Enter a name\./);
  expect(await server.command("account list".split(" "))).toEqual([]);
});

test("the setup is there once only", async ({ page, server }) => {
  await open(page, "/setup");
  const code = await server.setupCode();
  await fillSetup(page, code);
  await expect(page.getByRole("heading", { name: "Portal settings" })).toBeVisible();

  await open(page, "/setup");
  await expect(page.getByRole("heading", { name: "Set up Gatehouse" })).toHaveCount(0);
  const again = { code, account_name: "Southwind", name: "Eve", email: "eve@example.com", password: admin.password };
  const answer = await page.request.post("/fn/setup/complete", { form: again, headers: { origin: server.url } });
  expect(answer.status()).toBe(409);
  expect(await server.command<unknown[]>("account list".split(" "))).toHaveLength(1);
});
