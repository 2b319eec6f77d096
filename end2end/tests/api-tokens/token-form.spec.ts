// The dialog "Create new token": whom the token is for, and what it is for.

import { type Locator, type Page } from "@playwright/test";
import { type Person } from "../../support/account.ts";
import { chooseAmong } from "../../support/people.ts";
import { apiTokens, dialog, open, press, section, signIn, valueOf } from "../../support/steps.ts";
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

test("the integration type Other asks for the integration's name", async ({ page, account }) => {
  await account.consumer("Website");
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  const name = form.getByLabel("Integration name");
  if (hasScript()) await expect(name).toBeHidden();
  await fill(form, account.admin.email, "Other");
  await expect(name).toBeVisible();
  await create(form);
  await expect(name).toHaveAccessibleDescription(/Enter a name\./);
  // Nothing that was filled in is lost.
  await expect(form.getByLabel("User", { exact: true })).toHaveValue(account.admin.email);
  await expect(form.getByLabel("Integration type")).toHaveValue("Other");
  await name.fill("House archive");
  await create(form);
  await press(dialog(page, "The token was created"), "OK");
  await expect(row(page)).toContainText("House archive");
});

test("a person is named by name, by e-mail, or as the suggestions do", async ({ page, account }) => {
  await account.consumer("Website");
  const grace = await account.person("Grace Hopper");
  await signIn(page, account.admin, apiTokens);
  for (const user of [grace.name, grace.email.toUpperCase(), `${grace.name} <${grace.email}>`]) {
    const form = await openForm(page);
    await fill(form, user);
    await create(form);
    await press(dialog(page, "The token was created"), "OK");
    await expect(dialog(page, "The token was created")).toHaveCount(0);
  }
  await expect(row(page).filter({ hasText: grace.email })).toHaveCount(3);
});

test("nobody of another account and nobody who is inactive can be named", async ({ page, account }) => {
  await account.consumer("Website");
  const grace = await account.person("Grace Hopper");
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

test("where several people have the name, one of them is chosen", async ({ page, account }) => {
  await account.consumer("Website");
  const [one, other] = [await account.person("Alex Doe"), await account.person("Alex Doe")];
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  await fill(form, "Alex Doe");
  await create(form);
  await expect(form.getByLabel("User", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await chooseAmong(form, [one, other], other);
  // What else was chosen is still there.
  await expect(form.getByLabel("Integration type")).toHaveValue("WordPress");
  await create(form);
  await press(dialog(page, "The token was created"), "OK");
  await expect(row(page)).toContainText(other.email);
});

test("a consumer's name is asked for, and may not be another's", async ({ page, account }) => {
  await account.consumer("Website");
  await signIn(page, account.admin, apiTokens);
  await open(page, `${apiTokens}?dialog=new-consumer`);
  const form = dialog(page, "Create new consumer");
  const name = form.getByLabel("Name");
  for (const [text, complaint] of [["   ", "Enter a name."], ["WEBSITE", "Another consumer has this name."]] as const) {
    await name.fill(text);
    await create(form);
    await expect(name).toHaveAccessibleDescription(new RegExp(complaint));
    if (hasScript()) await expect(name).toBeFocused();
  }
  await name.fill("Web shop");
  await create(form);
  await expect(dialog(page, "The consumer was created")).toContainText("Web shop");
  expect(await account.consumers()).toHaveLength(2);
});

test("an account without a consumer is told to create one first", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  await press(form, "Create new consumer");
  await expect(dialog(page, "Create new consumer").getByLabel("Name")).toBeVisible();
});

test("what is missing is said at each field when the form is sent", { tag: needsScript }, async ({ page, account }) => {
  await account.consumer("Website");
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  let sent = 0;
  page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  await create(form);
  for (const [field, complaint] of [
    ["User", "Enter the name or e-mail of a user."],
    ["Consumer", "Select a consumer."],
    ["Integration type", "Select an integration type."],
  ] as const) {
    await expect(form.getByLabel(field, { exact: true })).toHaveAccessibleDescription(new RegExp(complaint));
  }
  await expect(form.getByLabel("User", { exact: true })).toBeFocused();
  expect(sent).toBe(0);
  // A complaint goes when its cause does.
  await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
  await expect(form.getByText("Select a consumer.", { exact: true })).toHaveCount(0);
});

test("the suggestions show each person's e-mail, and say when nobody fits", { tag: needsScript }, async ({ page, account }) => {
  await account.consumer("Website");
  const people: Person[] = [await account.person("Alex Doe"), await account.person("Alex Doe")];
  await signIn(page, account.admin, apiTokens);
  const form = await openForm(page);
  const user = form.getByLabel("User", { exact: true });
  await user.pressSequentially("alex");
  for (const { email } of people) await expect(form.getByRole("option", { name: email })).toHaveCount(1);
  await user.fill("nobody");
  await expect(form.getByText("None of the active users match")).toBeVisible();
});

test("by the keyboard alone, from the button to the secret", { tag: needsScript }, async ({ page, account }) => {
  await account.consumer("Website");
  await account.person("Grace Hopper");
  const gracie = await account.person("Gracie Allen");
  await signIn(page, account.admin, apiTokens);
  await page.locator(".page-header").getByRole("link", { name: "Create new token" }).focus();
  await page.keyboard.press("Enter");
  const user = dialog(page, "Create new token").getByRole("combobox", { name: "User" });
  await expect(user).toBeFocused();
  await page.keyboard.type("grac");
  const options = page.getByRole("listbox", { name: "active users" }).getByRole("option");
  await expect(options).toHaveCount(2);
  await expect(user).toHaveAttribute("aria-expanded", "true");
  // Nothing is chosen for a person who only types.
  await expect(user).not.toHaveAttribute("aria-activedescendant");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(user).toHaveAttribute("aria-activedescendant", (await options.nth(1).getAttribute("id"))!);
  // Around the end and back.
  await page.keyboard.press("ArrowDown");
  await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(options).toHaveCount(0);
  await expect(user).toHaveValue(`Gracie Allen <${gracie.email}>`);
  // Escape closes the list before it closes the dialog.
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

test("a dialog keeps the focus, closes on Escape, and gives the focus back", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  const button = page.locator(".page-header").getByRole("link", { name: "Create new consumer" });
  await button.click();
  const form = dialog(page, "Create new consumer");
  await expect(form.getByLabel("Name")).toBeFocused();
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press("Tab");
    // The focus may leave a dialog for the browser's own bars only, while no other element of the page has it.
    expect(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement?.closest("dialog"))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await expect(button).toBeFocused();
  await expect(page).toHaveURL(apiTokens);
  // The way back and forth in the history opens and closes it as well.
  await page.goBack();
  await expect(form).toBeVisible();
  await page.goForward();
  await expect(form).toHaveCount(0);
});

test("the secret stays until OK, whatever is pressed", { tag: needsScript }, async ({ page, account }) => {
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
