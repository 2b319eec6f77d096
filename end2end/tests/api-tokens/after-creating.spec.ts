// After a consumer or token is created: focus, Back, and the preselected consumer. Also names that are too long.

import { type Page } from "@playwright/test";
import { apiTokens, buttonOrLink, click, dialog, open, section, signIn } from "../../support/actions.ts";
import { expect, hasScript, needsNoScript, needsScript, test } from "../../support/test.ts";

const consumers = `${apiTokens}?show=consumers`;

async function createConsumer(page: Page, name: string): Promise<void> {
  await click(page, "Create new consumer");
  const form = dialog(page, "Create new consumer");
  await form.getByLabel("Name").fill(name);
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await click(dialog(page, "The consumer was created"), "OK");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

async function fillTokenForm(page: Page, user: string): Promise<void> {
  const form = dialog(page, "Create new token");
  await form.getByLabel("User", { exact: true }).fill(user);
  await form.getByLabel("Integration type").selectOption("WordPress");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await click(dialog(page, "The token was created"), "OK");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("a new consumer is preselected in Create new token", async ({ page, account }) => {
  await account.createConsumer("Intranet");
  await account.createConsumer("Zoo");
  await signIn(page, account.admin, apiTokens);
  await createConsumer(page, "Website");
  await expect(buttonOrLink(page, "Create new token")).toBeFocused();
  await click(page, "Create new token");
  const form = dialog(page, "Create new token");
  await expect(form.getByLabel("Consumer", { exact: true }).locator("option:checked")).toHaveText("Website");
  await fillTokenForm(page, account.admin.email);
  await expect(section(page, "Tokens").locator("tbody").getByRole("row")).toContainText("Website");
});

test("OK moves focus to the new row", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  const grace = await account.createUser("Grace Hopper");
  for (let count = 0; count < 3; count++) await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, consumers);
  await createConsumer(page, "Intranet");
  await expect(page.getByRole("link", { name: "Intranet", exact: true })).toBeFocused();

  await open(page, `${apiTokens}?dialog=new-token&consumer=${consumer.id}`);
  await fillTokenForm(page, grace.email);
  await expect(page.getByRole("link", { name: grace.name, exact: true })).toBeFocused();
});

test("OK moves focus to the list heading if the new row is not listed", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, `${apiTokens}?filter=ended&dialog=new-token&consumer=${consumer.id}`);
  await fillTokenForm(page, account.admin.email);
  await expect(section(page, "Tokens").getByRole("heading", { level: 2 })).toBeFocused();
});

test("Back after OK does not reopen the dialog", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, consumers);
  await createConsumer(page, "Website");
  await page.goBack();
  await expect(page).toHaveURL(consumers);
  await expect(page.getByRole("link", { name: "Website", exact: true })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("without script, Back after OK leads from the dialog to its result", { tag: needsNoScript }, async ({ page, account }) => {
  await signIn(page, account.admin, consumers);
  await createConsumer(page, "Website");
  for (let count = 0; count < 2; count++) {
    await page.goBack();
    await expect(page.getByRole("link", { name: "Website", exact: true })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await expect(page).toHaveURL(/created_consumer=/);

  // The dialog still opens.
  await open(page, `${consumers}&dialog=new-consumer`);
  await expect(dialog(page, "Create new consumer")).toBeVisible();
});

test("without script, Back after revoking a token leads to the list", { tag: needsNoScript }, async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  const rows = section(page, "Tokens").locator("tbody").getByRole("row");
  await click(rows.last(), /^Revoke/);
  await click(dialog(page, "Revoke this token?"), "Revoke");
  await expect(rows).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveURL(apiTokens);
});

test("Back after revoking a token does not reopen the dialog, and focus is kept", { tag: needsScript }, async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  for (const integration of ["WordPress", "Contentful"]) await account.createToken(account.admin, consumer, integration);
  await signIn(page, account.admin, apiTokens);
  const rows = section(page, "Tokens").locator("tbody").getByRole("row");
  for (const left of [1, 0]) {
    await click(rows.last(), /^Revoke/);
    await click(dialog(page, "Revoke this token?"), "Revoke");
    await expect(rows).toHaveCount(left);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(page.locator(":focus")).toHaveCount(1);
  }
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a name that is too long is rejected, not truncated", async ({ page, account }) => {
  const long = "x".repeat(200);
  const sentence = /Use at most 100 characters\. You entered 200\./;
  const consumer = await account.createConsumer("Website");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const rename = section(page, "Rename");
  await rename.getByLabel("Name").fill("");
  await paste(page, rename.getByLabel("Name"), long);
  await click(rename, "Rename");
  await expect(rename.getByLabel("Name")).toHaveAccessibleDescription(sentence);

  await open(page, `${apiTokens}?dialog=new-consumer`);
  const form = dialog(page, "Create new consumer");
  await paste(page, form.getByLabel("Name"), long);
  await click(form, "Create");
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(sentence);
  await expect(form.getByLabel("Name")).toHaveValue(long);
  await expect(form.getByLabel("Name")).toBeFocused();

  await open(page, `${apiTokens}?dialog=new-token`);
  const token = dialog(page, "Create new token");
  await token.getByLabel("Integration type").selectOption("Other");
  await paste(page, token.getByLabel("Integration name"), long);
  await token.getByLabel("User", { exact: true }).fill(account.admin.email);
  await token.getByLabel("Consumer", { exact: true }).selectOption("Website");
  await click(token, "Create");
  await expect(token.getByLabel("Integration name")).toHaveAccessibleDescription(sentence);
  await expect(token.getByLabel("Integration name")).toHaveValue(long);
  expect(await account.tokens()).toEqual([]);
  expect(await account.consumers()).toHaveLength(1);
});

test("a name too long for a URL is rejected with a validation error", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  const form = dialog(page, "Create new consumer");
  await form.getByLabel("Name").fill("x".repeat(40_000));
  await click(form, "Create");
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/Use at most 100 characters\. You entered 40000\./);
  if (hasScript()) await expect(form.getByLabel("Name")).toHaveValue(/^x{40000}$/);
  expect(page.url().length).toBeLessThan(32_000);
});

/** Inserts text as pasting does, so that the browser applies `maxlength`. */
async function paste(page: Page, field: ReturnType<Page["getByLabel"]>, text: string): Promise<void> {
  await field.focus();
  await page.keyboard.insertText(text);
}
