// Signing out other sessions.

import { type Locator, type Page } from "@playwright/test";
import { click, dialog, reload, signIn } from "../support/actions.ts";
import { expect, hasScript, test } from "../support/test.ts";

function rows(page: Page): Locator {
  return page.getByRole("table", { name: "Your sessions" }).locator("tbody").getByRole("row");
}

test("Sign out all others asks with the number of sessions, then ends them", async ({ page, account, anotherBrowser }) => {
  const others = [await anotherBrowser(), await anotherBrowser()];
  for (const other of others) await signIn(other, account.admin);
  await signIn(page, account.admin, "/sessions");
  const question = dialog(page, "Sign out your 2 other sessions?");

  await click(page, "Sign out all others");
  await click(question, "Cancel");
  await expect(question).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);
  if (hasScript()) await expect(page.getByRole("link", { name: "Sign out all others" })).toBeFocused();

  await click(page, "Sign out all others");
  await click(question, "Sign out all others");
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL("/sessions");
  for (const other of others) {
    await reload(other);
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  }
  if (!hasScript()) return;
  await expect(page.getByText("Signed out 2 other sessions")).toBeVisible();
  // The button that opened the dialog is no longer on the page.
  await expect(page.getByRole("heading", { name: "Sessions", level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL("/sessions");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("Sign out all others with one other session uses the singular", async ({ page, account, anotherBrowser }) => {
  await signIn(await anotherBrowser(), account.admin);
  await signIn(page, account.admin, "/sessions");
  await click(page, "Sign out all others");
  await click(dialog(page, "Sign out your other session?"), "Sign out all others");
  await expect(rows(page)).toHaveCount(1);
});
