// Setting a new password with a mailed link, and changing the own one.

import { type Page } from "@playwright/test";
import { click, fillSignIn, open, reload, signIn, signOut, userMenu } from "../support/actions.ts";
import { askForLink, mailedLink } from "../support/mail.ts";
import { expect, hasScript, needsScript, test } from "../support/test.ts";

const newPassword = "tunnel of seven lanterns";

async function setPassword(page: Page, password: string): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(password);
  await click(page, "Set password and sign in");
}

async function changePassword(page: Page, current: string, password: string): Promise<void> {
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Change password" }).click();
}

test("a forgotten password is replaced with a mailed link, which signs in", async ({ page, account, server }) => {
  const { email } = account.admin;
  await open(page, "/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  const link = await mailedLink(page, server, email);
  // The test's server sends no email.
  await expect(page.getByText("This portal doesn’t send email. Ask your Gatehouse administrator for the link.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(email);
  expect(page.url()).not.toContain("example.com");

  await open(page, link);
  await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  await expect(page.getByText(`For ${email}.`)).toBeVisible();
  await setPassword(page, newPassword);
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();

  await signOut(page);
  await fillSignIn(page, { email, password: newPassword });
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
  await open(page, link);
  await expect(page.getByRole("alert")).toHaveText("This link was already used. It works only once.");
});

test("an unknown address leads to the same page", async ({ page, account: _ }) => {
  await askForLink(page, "nobody@example.com");
  await expect(page.getByRole("heading", { name: "Ask for the link" })).toBeVisible();
  await expect(page.getByText("If nobody@example.com has an account")).toBeVisible();
  await click(page, "Send again");
  await expect(page.getByLabel("Email")).toHaveValue("nobody@example.com");
});

test("the page for a forgotten password loads no code", async ({ page, account: _ }) => {
  await open(page, "/forgot-password");
  await expect(page.locator("script[src], script[type=module], link[rel=preload], link[rel=modulepreload]")).toHaveCount(0);
});

test("a weak password is rejected at its field, and the link still works", async ({ page, account, server, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*password-resets\/complete/);
  const link = await mailedLink(page, server, account.admin.email);
  await open(page, link);
  await setPassword(page, account.admin.email);
  await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(/This password is too easy to guess\./);
  await expect(page.getByLabel("New password", { exact: true })).toBeFocused();
  expect(page.url()).not.toContain("example.com");
  await setPassword(page, newPassword);
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
});

test("a link that is used elsewhere while its page is open says so and leads to a new one", async ({ page, account, server, anotherBrowser, allowConsoleError }) => {
  allowConsoleError(/status of 409.*password-resets\/complete/);
  const { email } = account.admin;
  const link = await mailedLink(page, server, email);
  await open(page, link);
  const other = await anotherBrowser();
  await open(other, link);
  await setPassword(other, newPassword);
  await expect(other.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();

  await setPassword(page, "another seven lanterns");
  await expect(page.getByRole("heading", { name: "This link doesn’t work" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveText("This link was already used. It works only once.");
  if (hasScript()) await expect(page.getByRole("alert")).toBeFocused();
  await click(page, "Send a new link");
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
});

test("going back after the new password was set doesn’t show the form again", { tag: needsScript }, async ({ page, account, server }) => {
  await open(page, "/sign-in");
  const link = await mailedLink(page, server, account.admin.email);
  await open(page, link);
  await setPassword(page, newPassword);
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page).not.toHaveURL(/reset-password/);
});

test("the account menu leads to the page that changes the password and ends other sessions", async ({ page, account, anotherBrowser }) => {
  const { email, password } = account.admin;
  const other = await anotherBrowser();
  await signIn(other, account.admin, "/settings");
  await signIn(page, account.admin);
  await userMenu(page).click();
  await page.getByRole("link", { name: "Password", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Change password", level: 1 })).toBeVisible();
  await changePassword(page, password, newPassword);
  await expect(page.getByText("Password changed. Your other sessions were ended.")).toBeVisible();
  await expect(page.getByLabel("Current password")).toHaveValue("");
  await expect(page.getByLabel("New password", { exact: true })).toHaveValue("");

  await reload(other);
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await fillSignIn(other, { email, password: newPassword });
  await expect(other.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await open(page, "/settings");
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("a wrong current password is rejected at its field", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/status of 4\d\d.*password\/change/);
  await signIn(page, account.admin, "/password");
  await changePassword(page, "not her password", newPassword);
  const current = page.getByLabel("Current password");
  await expect(current).toHaveAccessibleDescription(/This isn’t your current password\./);
  await expect(current).toBeFocused();
  await expect(page.getByLabel("New password", { exact: true })).not.toHaveAccessibleDescription(/current password/);
  expect(page.url()).not.toMatch(/lantern|her%20password/);
  await changePassword(page, account.admin.password, newPassword);
  await expect(page.getByText("Password changed. Your other sessions were ended.")).toBeVisible();
});

test("the strength of a password is shown while it is typed", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, "/password");
  const strength = page.getByRole("status").filter({ hasText: "Strength" });
  const field = page.getByLabel("New password", { exact: true });
  await field.fill("v9#Kq!x2pWz");
  await expect(strength).toHaveText("Strength: WeakUse at least 12 characters.");
  await field.fill("password1234");
  await expect(strength).toContainText("This is a very common password.");
  await field.fill(account.admin.email);
  await expect(strength).toContainText("Don't base it on your name, email address, or organization.");
  await field.fill(newPassword);
  await expect(strength).toHaveText("Strength: Strong");
  await field.fill("");
  await expect(strength).toHaveCount(0);
});
