// A page that is open when its session ends: it says so, keeps what was typed, and goes on after signing in again.

import { type Locator, type Page } from "@playwright/test";
import { type Account, type Person } from "../support/account.ts";
import { cards, integration, saved } from "../support/integration.ts";
import { apiTokens, dialog, fillSignIn, open, press, signIn, signOut } from "../support/steps.ts";
import { expect, test } from "../support/test.ts";

const consumerName = "Website";

/** Signs out as a person does who has the portal open in two tabs. */
async function signOutInAnotherTab(page: Page): Promise<void> {
  const tab = await page.context().newPage();
  await open(tab, "/subscription");
  await signOut(tab);
  await tab.close();
}

/** Follows the link to the sign-in page, which opens in a tab of its own. */
async function signInInAnotherTab(page: Page, person: Person): Promise<void> {
  const opened = page.waitForEvent("popup");
  await press(ended(page), "Sign in again");
  const tab = await opened;
  await fillSignIn(tab, person);
  await expect(tab.getByRole("heading", { name: "You’re signed in", level: 1 })).toBeVisible();
  await expect(tab.getByText("Go back to the tab with your changes.")).toBeVisible();
  await tab.close();
}

/** Comes back to a tab. Every tab of a browser that is driven has the focus at all times, so the event is made. */
async function comeBack(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
}

function ended(page: Page): Locator {
  return dialog(page, "You’re signed out");
}

function user(form: Locator): Locator {
  return form.getByLabel("User", { exact: true });
}

async function fillTokenForm(page: Page, account: Account): Promise<Locator> {
  await account.consumer(consumerName);
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-token`);
  const form = dialog(page, "Create new token");
  await user(form).fill(account.admin.email);
  await form.getByLabel("Consumer", { exact: true }).selectOption(consumerName);
  await form.getByLabel("Integration type").selectOption("Other");
  await form.getByLabel("Integration name").fill("House archive");
  return form;
}

test.beforeEach(({ tolerate }) => tolerate(/status of 401/));

test("a dialog sent after signing out in another tab keeps what was typed, and is sent after signing in again", async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await press(form, "Create");
  await expect(ended(page)).toContainText("Your changes are still on this page.");
  expect(new URL(page.url()).pathname).toBe(apiTokens);

  await signInInAnotherTab(page, account.admin);
  await comeBack(page);
  await expect(ended(page)).toHaveCount(0);
  await expect(page.getByText("Signed in again")).toBeVisible();
  await expect(form.getByText("You are signed out.")).toHaveCount(0);
  await expect(user(form)).toHaveValue(account.admin.email);
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");
  await expect(form.getByRole("button", { name: "Create", exact: true })).toBeFocused();
  await press(form, "Create");
  await expect(dialog(page, "The token was created")).toContainText("House archive");
  expect(await account.tokens()).toHaveLength(1);
});

test("a page saved after signing out in another tab keeps what was typed, and is saved after signing in again", async ({ page, account }) => {
  await signIn(page, account.admin, integration);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("acme.bynder.com");
  await signOutInAnotherTab(page);
  await press(card, "Save");
  await signInInAnotherTab(page, account.admin);
  await comeBack(page);
  await expect(ended(page)).toHaveCount(0);
  await expect(card.getByLabel("Portal URL")).toHaveValue("acme.bynder.com");
  await press(card, "Save");
  await saved(page, 1);
});

test("a search for users that finds no session throws nobody out of the dialog", async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await user(form).fill("Grace");
  await expect(ended(page)).toBeVisible();
  await press(ended(page), "Not now");
  await expect(ended(page)).toHaveCount(0);
  await expect(user(form)).toBeFocused();
  await expect(user(form)).toHaveValue("Grace");

  const asked = page.waitForResponse(/people\/choices/);
  await user(form).fill("Ada");
  expect((await asked).status()).toBe(401);
  await expect(form.getByText("None of the active users match")).toBeVisible();
  await expect(ended(page)).toHaveCount(0);
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");

  await user(form).fill(account.admin.email);
  await press(form, "Create");
  await expect(ended(page)).toBeVisible();
  await expect(user(form)).toHaveValue(account.admin.email);
});

test("coming back to a tab that was signed out in another one says so before anything is sent", async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await comeBack(page);
  await expect(ended(page)).toBeVisible();
  await signInInAnotherTab(page, account.admin);
  await comeBack(page);
  await expect(page.getByText("Signed in again")).toBeVisible();
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");
});

test("where another user has signed in, nothing of the page is sent in that user's name", async ({ page, account }) => {
  const grace = await account.person("Grace Hopper", "all");
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await press(form, "Create");
  await signInInAnotherTab(page, grace);
  await comeBack(page);
  const other = dialog(page, "Another user is signed in");
  await expect(other).toContainText("Grace Hopper");
  await page.keyboard.press("Escape");
  await expect(other).toBeVisible();
  await press(other, "Reload page");
  await expect(other).toHaveCount(0);
  await expect(page.locator("summary").filter({ hasText: "Grace Hopper" })).toBeVisible();
  await expect(user(form)).toHaveValue("");
  expect(await account.tokens()).toEqual([]);
});

test("another user who signs in while the page stays open is noticed on coming back", async ({ page, account }) => {
  const grace = await account.person("Grace Hopper", "all");
  await fillTokenForm(page, account);
  const tab = await page.context().newPage();
  await open(tab, "/subscription");
  await signOut(tab);
  await fillSignIn(tab, grace);
  await tab.getByRole("heading", { level: 1 }).waitFor();
  await comeBack(page);
  await expect(dialog(page, "Another user is signed in")).toBeVisible();
});

test("a page on which nothing was typed leads to the sign-in page in the same tab, and back", async ({ page, account }) => {
  await signIn(page, account.admin, "/settings");
  await signOutInAnotherTab(page);
  await page.getByRole("link", { name: "Permission management" }).click();
  await press(ended(page), "Sign in again");
  await fillSignIn(page, account.admin);
  await expect(page.getByRole("heading", { name: "Permission management", level: 1 })).toBeVisible();
});
