// What a person does, in words. Helpers find things as a person does: by role, label and visible text.

import { type Locator, type Page, type Response } from "@playwright/test";
import type { Person } from "./account.ts";
import { expect, hasScript } from "./test.ts";

export const apiTokens = "/settings/portal/api-tokens";

/** Loads a page, and waits until the script has made it live, where there is script. */
export async function open(page: Page, address: string): Promise<Response | null> {
  const response = await page.goto(address);
  await live(page);
  return response;
}

export async function reload(page: Page): Promise<void> {
  await page.reload();
  await live(page);
}

/** The app sets this mark itself once it has hydrated; a page without script, as the sign-in page, is live as it comes. */
export async function live(page: Page): Promise<void> {
  const scripted = hasScript() && (await page.locator("link[rel=modulepreload]").count()) > 0;
  if (scripted) await page.locator("body[data-live]").waitFor({ state: "attached" });
}

/** Opens a page as somebody who has yet to sign in, and does. */
export async function signIn(page: Page, person: Person, address = "/integration"): Promise<void> {
  await open(page, address);
  await fillSignIn(page, person);
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(address);
  await live(page);
}

/** Types e-mail and password and sends them, right or wrong. */
export async function fillSignIn(page: Page, { email, password }: Pick<Person, "email" | "password">): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function signOut(page: Page): Promise<void> {
  await personMenu(page).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
}

/** What opens the menu with the person's name. */
export function personMenu(page: Page): Locator {
  return page.locator("summary").filter({ hasText: ", your menu" });
}

/** What a person clicks, whether it leads somewhere or does something. */
export function pressable(within: Page | Locator, name: string | RegExp): Locator {
  // "OK" is also a part of "Token".
  const exact = name === "OK";
  return within.getByRole("button", { name, exact }).or(within.getByRole("link", { name, exact }));
}

/** Where two places offer the same, the first will do. */
export async function press(within: Page | Locator, name: string | RegExp): Promise<void> {
  await pressable(within, name).first().click();
}

/** The open dialog with this title. */
export function dialog(page: Page, title: string | RegExp): Locator {
  return page.getByRole("dialog", { name: title });
}

/** The part of a page under this heading. */
export function section(page: Page, heading: string): Locator {
  return page.getByRole("region", { name: heading });
}

/** A value in a list of terms and values, such as the one that shows a secret. */
export function valueOf(within: Page | Locator, term: string): Locator {
  return within.locator("dt").filter({ hasText: new RegExp(`^${term}$`) }).locator("xpath=following-sibling::dd").locator("code");
}
