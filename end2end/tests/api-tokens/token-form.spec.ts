// The dialog "Create new token".

import { type Locator, type Page } from "@playwright/test";
import { type User } from "../../support/account.ts";
import { chooseUser } from "../../support/users.ts";
import { apiTokens, click, dialog, open, section, signIn, valueOf } from "../../support/actions.ts";
import { expect, hasScript, needsScript, test } from "../../support/test.ts";

async function openForm(page: Page): Promise<Locator> {
  await open(page, `${apiTokens}?dialog=new-token`);
  return dialog(page, "Create new token");
}

async function fill(form: Locator, user: string, integrationType = "WordPress"): Promise<void> {
  await form.getByLabel("User", { exact: true }).fill(user);
  await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
  await form.getByLabel("Integration type").selectOption(integrationType);
}

async function create(form: Locator): Promise<void> {
  await form.getByRole("button", { name: "Create", exact: true }).click();
}

function row(page: Page): Locator {
  return section(page, "Tokens").locator("tbody").getByRole("row");
}

test("integration type Other requires an integration name", async ({ page, account }) => {
  await account.createConsumer("Website");
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  const name = form.getByLabel("Integration name");
  if (hasScript()) await expect(name).toBeHidden();
  await fill(form, account.admin.email, "Other");
  await expect(name).toBeVisible();
  await create(form);
  await expect(name).toHaveAccessibleDescription(/Enter a name\./);
  // The form keeps its input.
  await expect(form.getByLabel("User", { exact: true })).toHaveValue(account.admin.email);
  await expect(form.getByLabel("Integration type")).toHaveValue("Other");
  await name.fill("House archive");
  await create(form);
  await click(dialog(page, "The token was created"), "OK");
  await expect(row(page)).toContainText("House archive");
});

test("User accepts a name, an email, or a suggestion's text", async ({ page, account }) => {
  await account.createConsumer("Website");
  const grace = await account.createUser("Grace Hopper");
  await signIn(page, account.admin, apiTokens);
  for (const user of [grace.name, grace.email.toUpperCase(), `${grace.name} <${grace.email}>`]) {
    const form = await openForm(page);
    await fill(form, user);
    await create(form);
    await click(dialog(page, "The token was created"), "OK");
    await expect(dialog(page, "The token was created")).toHaveCount(0);
  }
  await expect(row(page).filter({ hasText: grace.email })).toHaveCount(3);
});

test("User rejects unknown and inactive users", async ({ page, account }) => {
  await account.createConsumer("Website");
  const grace = await account.createUser("Grace Hopper");
  await account.deactivate(grace);
  await signIn(page, account.admin, apiTokens);
  for (const user of ["nobody@example.com", "Nobody", grace.email]) {
    const form = await openForm(page);
    await fill(form, user);
    await create(form);
    await expect(form.getByLabel("User", { exact: true })).toHaveAttribute("aria-invalid", "true");
    await expect(form.getByLabel("User", { exact: true })).toHaveValue(user);
  }
  expect(await account.tokens()).toEqual([]);
});

test("if several users share the name, the form asks which one", async ({ page, account }) => {
  await account.createConsumer("Website");
  const [one, other] = [await account.createUser("Alex Doe"), await account.createUser("Alex Doe")];
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  await fill(form, "Alex Doe");
  await create(form);
  await expect(form.getByLabel("User", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await chooseUser(form, [one, other], other);
  // The other fields keep their input.
  await expect(form.getByLabel("Integration type")).toHaveValue("WordPress");
  await create(form);
  await click(dialog(page, "The token was created"), "OK");
  await expect(row(page)).toContainText(other.email);
});

test("a consumer name must be present and unique", async ({ page, account }) => {
  await account.createConsumer("Website");
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  const form = dialog(page, "Create new consumer");
  const name = form.getByLabel("Name");
  for (const [text, message] of [["   ", "Enter a name."], ["WEBSITE", "This name is already in use."]] as const) {
    await name.fill(text);
    await create(form);
    await expect(name).toHaveAccessibleDescription(new RegExp(message));
    if (hasScript()) await expect(name).toBeFocused();
  }
  await name.fill("Web shop");
  await create(form);
  await expect(dialog(page, "The consumer was created")).toContainText("Web shop");
  expect(await account.consumers()).toHaveLength(2);
});

test("without a consumer, Create new token leads to Create new consumer", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  await click(form, "Create new consumer");
  await expect(dialog(page, "Create new consumer").getByLabel("Name")).toBeVisible();
});

test("an empty token form shows an error at each field and sends nothing", { tag: needsScript }, async ({ page, account }) => {
  await account.createConsumer("Website");
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  let sent = 0;
  page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  await create(form);
  for (const [field, message] of [
    ["User", "Enter the name or email of a user."],
    ["Consumer", "Select a consumer."],
    ["Integration type", "Select an integration type."],
  ] as const) {
    await expect(form.getByLabel(field, { exact: true })).toHaveAccessibleDescription(new RegExp(message));
  }
  await expect(form.getByLabel("User", { exact: true })).toBeFocused();
  expect(sent).toBe(0);
  // An error disappears when its cause does.
  await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
  await expect(form.getByText("Select a consumer.", { exact: true })).toHaveCount(0);
});

test("user suggestions show emails, or that no user was found", { tag: needsScript }, async ({ page, account }) => {
  await account.createConsumer("Website");
  const users: User[] = [await account.createUser("Alex Doe"), await account.createUser("Alex Doe")];
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  const user = form.getByLabel("User", { exact: true });
  await user.pressSequentially("alex");
  for (const { email } of users) await expect(form.getByRole("option", { name: email })).toHaveCount(1);
  await user.fill("nobody");
  await expect(form.getByText("No active users found")).toBeVisible();
});

test("a token can be created with the keyboard only", { tag: needsScript }, async ({ page, account }) => {
  await account.createConsumer("Website");
  await account.createUser("Grace Hopper");
  const gracie = await account.createUser("Gracie Allen");
  await signIn(page, account.admin, apiTokens);
  await page.locator(".page-header").getByRole("link", { name: "Create new token" }).focus();
  await page.keyboard.press("Enter");
  const user = dialog(page, "Create new token").getByRole("combobox", { name: "User" });
  await expect(user).toBeFocused();
  await page.keyboard.type("grac");
  const options = page.getByRole("listbox", { name: "active users" }).getByRole("option");
  await expect(options).toHaveCount(2);
  await expect(user).toHaveAttribute("aria-expanded", "true");
  // Typing alone selects no option.
  await expect(user).not.toHaveAttribute("aria-activedescendant");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(user).toHaveAttribute("aria-activedescendant", (await options.nth(1).getAttribute("id"))!);
  // ArrowDown wraps around from the last option.
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(options).toHaveCount(0);
  await expect(user).toHaveValue(`Gracie Allen <${gracie.email}>`);
  // The first Escape closes the list, not the dialog.
  await page.keyboard.press("ArrowDown");
  await expect(options).not.toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(options).toHaveCount(0);
  await expect(user).toBeFocused();

  await page.keyboard.press("Tab");
  await page.keyboard.type("Web");
  await page.keyboard.press("Tab");
  await page.keyboard.type("WordP");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const shown = dialog(page, "The token was created");
  await expect(shown).toContainText("Gracie Allen");
  await expect(valueOf(shown, "Token secret")).not.toBeEmpty();
  await shown.getByRole("button", { name: "OK", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expect(shown).toHaveCount(0);
  await expect(row(page)).toContainText(gracie.email);
});

test("a dialog traps focus, closes on Escape and restores focus", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  const button = page.locator(".page-header").getByRole("link", { name: "Create new consumer" });
  await button.click();
  const form = dialog(page, "Create new consumer");
  await expect(form.getByLabel("Name")).toBeFocused();
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press("Tab");
    // Focus may leave the dialog for the browser's own controls, but not for another element of the page.
    expect(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement?.closest("dialog"))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(page).toHaveURL(apiTokens);
  // Back and Forward open and close it too.
  await page.goBack();
  await expect(form).toBeVisible();
  await page.goForward();
  await expect(form).toHaveCount(0);
});

test("the secret dialog stays open until OK is clicked", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await create(dialog(page, "Create new consumer"));
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(5, 5);
  await expect(shown).toBeVisible();
  await expect(valueOf(shown, "Consumer secret")).not.toBeEmpty();
});
