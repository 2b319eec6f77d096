// A page whose session ends while it is open shows a dialog, keeps its input and continues after signing in again. Without
// scripts, the next form is answered with a page that does the same.

import { type Locator, type Page } from "@playwright/test";
import { type Account, type User } from "../support/account.ts";
import { cards, expectSaved, integration } from "../support/integration.ts";
import { apiTokens, click, dialog, fillSignIn, open, signIn, signOut, userMenu } from "../support/actions.ts";
import { expect, needsNoScript, needsScript, test } from "../support/test.ts";

const consumerName = "Website";

/** Signs out in a second tab. */
async function signOutInAnotherTab(page: Page): Promise<void> {
  const tab = await page.context().newPage();
  await open(tab, "/subscription");
  await signOut(tab);
  await tab.close();
}

/** Signs out in a second tab and signs in as another user. */
async function switchUserInAnotherTab(page: Page, user: User): Promise<void> {
  const tab = await page.context().newPage();
  await open(tab, "/subscription");
  await signOut(tab);
  await fillSignIn(tab, user);
  await expect(userMenu(tab)).toContainText(user.name);
}

/** Follows the link to the sign-in page, which opens in a new tab. */
async function signInInAnotherTab(page: Page, user: User, signedOut: Page | Locator = signedOutDialog(page)): Promise<void> {
  const opened = page.waitForEvent("popup");
  await click(signedOut, "Sign in again");
  const tab = await opened;
  await fillSignIn(tab, user);
  await expect(tab.getByRole("heading", { name: "You’re signed in", level: 1 })).toBeVisible();
  await expect(tab.getByText("Go back to the tab with your changes.")).toBeVisible();
  await tab.close();
}

/** Returns to a tab. Automated tabs always have focus, so the event is dispatched by hand. */
async function returnToTab(page: Page): Promise<void> {
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
}

function signedOutDialog(page: Page): Locator {
  return dialog(page, "You’re signed out");
}

function userField(form: Locator): Locator {
  return form.getByLabel("User", { exact: true });
}

async function fillTokenForm(page: Page, account: Account): Promise<Locator> {
  await account.createConsumer(consumerName);
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-token`);
  const form = dialog(page, "Create new token");
  await userField(form).fill(account.admin.email);
  await form.getByLabel("Consumer", { exact: true }).selectOption(consumerName);
  await form.getByLabel("Integration type").selectOption("Other");
  await form.getByLabel("Integration name").fill("House archive");
  return form;
}

test.beforeEach(({ allowConsoleError }) => allowConsoleError(/status of 401/));

test("submitting a dialog after signing out in another tab keeps its input until signing in again", { tag: needsScript }, async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await click(form, "Create");
  await expect(signedOutDialog(page)).toContainText("Your changes are still on this page.");
  expect(new URL(page.url()).pathname).toBe(apiTokens);

  await signInInAnotherTab(page, account.admin);
  await returnToTab(page);
  await expect(signedOutDialog(page)).toHaveCount(0);
  await expect(page.getByText("Signed in again")).toBeVisible();
  await expect(form.getByText("You are signed out.")).toHaveCount(0);
  await expect(userField(form)).toHaveValue(account.admin.email);
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");
  await expect(form.getByRole("button", { name: "Create", exact: true })).toBeFocused();
  await click(form, "Create");
  await expect(dialog(page, "The token was created")).toContainText("House archive");
  expect(await account.tokens()).toHaveLength(1);
});

test("saving a page after signing out in another tab keeps its input until signing in again", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, integration);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("acme.bynder.com");
  await signOutInAnotherTab(page);
  await click(card, "Save");
  await signInInAnotherTab(page, account.admin);
  await returnToTab(page);
  await expect(signedOutDialog(page)).toHaveCount(0);
  await expect(card.getByLabel("Portal URL")).toHaveValue("acme.bynder.com");
  await click(card, "Save");
  await expectSaved(page, 1);
});

test("a user search after the session ended keeps the dialog open", { tag: needsScript }, async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await userField(form).fill("Grace");
  await expect(signedOutDialog(page)).toBeVisible();
  await click(signedOutDialog(page), "Not now");
  await expect(signedOutDialog(page)).toHaveCount(0);
  await expect(userField(form)).toBeFocused();
  await expect(userField(form)).toHaveValue("Grace");

  const searched = page.waitForResponse(/users\/suggestions/);
  await userField(form).fill("Ada");
  expect((await searched).status()).toBe(401);
  await expect(form.getByText("No active users found")).toBeVisible();
  await expect(signedOutDialog(page)).toHaveCount(0);
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");

  await userField(form).fill(account.admin.email);
  await click(form, "Create");
  await expect(signedOutDialog(page)).toBeVisible();
  await expect(userField(form)).toHaveValue(account.admin.email);
});

test("returning to a tab after signing out in another one shows the signed-out dialog", { tag: needsScript }, async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await returnToTab(page);
  await expect(signedOutDialog(page)).toBeVisible();
  await signInInAnotherTab(page, account.admin);
  await returnToTab(page);
  await expect(page.getByText("Signed in again")).toBeVisible();
  await expect(form.getByLabel("Integration name")).toHaveValue("House archive");
});

test("if another user signed in, the page submits nothing and must be reloaded", { tag: needsScript }, async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await click(form, "Create");
  await signInInAnotherTab(page, grace);
  await returnToTab(page);
  const other = dialog(page, "Another user is signed in");
  await expect(other).toContainText("Grace Hopper");
  await page.keyboard.press("Escape");
  await expect(other).toBeVisible();
  await click(other, "Reload page");
  await expect(other).toHaveCount(0);
  await expect(userMenu(page).filter({ hasText: "Grace Hopper" })).toBeVisible();
  await expect(userField(form)).toHaveValue("");
  expect(await account.tokens()).toEqual([]);
});

test("returning to a tab after another user signed in shows a dialog", { tag: needsScript }, async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  await fillTokenForm(page, account);
  await switchUserInAnotherTab(page, grace);
  await returnToTab(page);
  await expect(dialog(page, "Another user is signed in")).toBeVisible();
});

test("a form sent before the page knows that another user signed in changes nothing", { tag: needsScript }, async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  const form = await fillTokenForm(page, account);
  await switchUserInAnotherTab(page, grace);
  const created = page.waitForResponse((response) => response.request().method() === "POST");
  await click(form, "Create");
  expect((await created).status()).toBe(412);
  await expect(dialog(page, "Another user is signed in")).toContainText("Grace Hopper");
  expect(await account.tokens()).toEqual([]);
});

test("a page without input signs in again in the same tab and returns", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, "/settings");
  await signOutInAnotherTab(page);
  await page.getByRole("link", { name: "Permission management" }).click();
  await click(signedOutDialog(page), "Sign in again");
  await fillSignIn(page, account.admin);
  await expect(page.getByRole("heading", { name: "Permission management", level: 1 })).toBeVisible();
});

async function expectHeading(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

test("without script, a form is kept and sent again after signing in", { tag: needsNoScript }, async ({ page, account }) => {
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await click(form, "Create");
  await expectHeading(page, "You’re signed out");
  await expect(page.getByText(/Your input is kept on this page\. Sign in again as the same user in a new tab/)).toBeVisible();

  // Sent too early, it is kept again.
  await click(page, "Send again");
  await expectHeading(page, "You’re signed out");
  expect(await account.tokens()).toEqual([]);

  await signInInAnotherTab(page, account.admin, page);
  await click(page, "Send again");
  await expect(dialog(page, "The token was created")).toContainText("House archive");
  expect(new URL(page.url()).pathname).toBe(apiTokens);
  expect(await account.tokens()).toHaveLength(1);
});

test("without script, a form is not sent again by another user", { tag: needsNoScript }, async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  const form = await fillTokenForm(page, account);
  await signOutInAnotherTab(page);
  await click(form, "Create");
  await signInInAnotherTab(page, grace, page);
  await click(page, "Send again");
  await expectHeading(page, "Another user is signed in");
  expect(await account.tokens()).toEqual([]);
  await click(page, "Open the page");
  await expect(userMenu(page).filter({ hasText: "Grace Hopper" })).toBeVisible();
  await expect(userField(dialog(page, "Create new token"))).toHaveValue("");
});

test("without script, a form of a user who was replaced by another changes nothing", { tag: needsNoScript }, async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  const form = await fillTokenForm(page, account);
  await switchUserInAnotherTab(page, grace);
  await click(form, "Create");
  await expectHeading(page, "Another user is signed in");
  expect(await account.tokens()).toEqual([]);
});

test("without script, a secret is entered again", { tag: needsNoScript }, async ({ page, account }) => {
  await signIn(page, account.admin, integration);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("acme.bynder.com");
  await card.getByLabel("OAuth2 Client Secret").fill("hush-hush");
  await signOutInAnotherTab(page);
  await click(card, "Save");
  await expectHeading(page, "You’re signed out");
  await expect(page.getByText("Secrets and keys aren’t kept. Enter them again.")).toBeVisible();
  expect(await page.content()).not.toContain("hush-hush");

  await signInInAnotherTab(page, account.admin, page);
  await page.getByLabel("OAuth2 Client Secret").fill("hush-hush");
  await click(page, "Send again");
  await expectSaved(page, 1);
  await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
  await expect(cards.bynder(page).getByText(/^Set on /)).toBeVisible();
});
