// Ending one's other sessions.

import { type Locator, type Page } from "@playwright/test";
import { dialog, press, reload, signIn } from "../support/steps.ts";
import { expect, hasScript, test } from "../support/test.ts";

function rows(page: Page): Locator {
  return page.getByRole("table", { name: "Your sessions" }).locator("tbody").getByRole("row");
}

test("all other sessions are ended after a question that says how many", async ({ page, account, anotherBrowser }) => {
  const others = [await anotherBrowser(), await anotherBrowser()];
  for (const other of others) await signIn(other, account.admin);
  await signIn(page, account.admin, "/sessions");
  const question = dialog(page, "End your 2 other sessions?");

  await press(page, "End all others");
  await press(question, "Cancel");
  await expect(question).toHaveCount(0);
  await expect(rows(page)).toHaveCount(3);
  if (hasScript()) await expect(page.getByRole("link", { name: "End all others" })).toBeFocused();

  await press(page, "End all others");
  await press(question, "End all others");
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL("/sessions");
  for (const other of others) {
    await reload(other);
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  }
  if (!hasScript()) return;
  await expect(page.getByText("2 other sessions ended")).toBeVisible();
  // What opened the question has gone with the sessions.
  await expect(page.getByRole("heading", { name: "Sessions", level: 1 })).toBeFocused();
  await page.goBack();
  await expect(page).toHaveURL("/sessions");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("one other session is named as one", async ({ page, account, anotherBrowser }) => {
  await signIn(await anotherBrowser(), account.admin);
  await signIn(page, account.admin, "/sessions");
  await press(page, "End all others");
  await press(dialog(page, "End your other session?"), "End all others");
  await expect(rows(page)).toHaveCount(1);
});
