// Actions that tests perform on pages. Elements are found by role, label and visible text, as users find them.

import { type Locator, type Page, type Response } from "@playwright/test";
import type { User } from "./account.ts";
import { expect, hasScript } from "./test.ts";

export const apiTokens = "/settings/portal/api-tokens";

/** Opens a page and waits until it is hydrated, if scripts are on. */
export async function open(page: Page, address: string): Promise<Response | null> {
  const response = await page.goto(address);
  await waitForHydration(page);
  return response;
}

export async function reload(page: Page): Promise<void> {
  // A page that the answer to a form is just replacing cannot be reloaded: Chromium reports an error.
  await expect(async () => void (await page.reload())).toPass();
  await waitForHydration(page);
}

/** Returns the source of a page of the app and the data in it, which the document contains in Base64 for hydration. */
export async function pageSource(page: Page): Promise<string> {
  const source = await page.content();
  const scripts = source.split("<script").filter((script) => script.includes("__RESOLVED_RESOURCES"));
  const data = scripts.flatMap((script) => [...script.matchAll(/"([A-Za-z0-9+/]{4,})"/g)].map(([, text]) => text!));
  if (data.length === 0) throw new Error("The page contains no data.");
  return [source, ...data.map((text) => Buffer.from(text, "base64").toString("utf8"))].join("\n");
}

/** Waits for the attribute that the app sets after hydration. A page that loads no script, such as the sign-in page, needs no wait. */
export async function waitForHydration(page: Page): Promise<void> {
  const loadsScript = hasScript() && (await page.locator("link[rel=modulepreload]").count()) > 0;
  if (loadsScript) await page.locator("body[data-live]").waitFor({ state: "attached" });
}

/** Opens a page while signed out and signs in on the way. */
export async function signIn(page: Page, user: User, address = "/integration"): Promise<void> {
  await open(page, address);
  await fillSignIn(page, user);
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(address);
  await waitForHydration(page);
}

/** Types email and password and submits them, right or wrong. */
export async function fillSignIn(page: Page, { email, password }: Pick<User, "email" | "password">): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export async function signOut(page: Page): Promise<void> {
  await userMenu(page).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
}

/** Returns the button of the user menu. */
export function userMenu(page: Page): Locator {
  return page.locator("summary").filter({ hasText: ", account menu" });
}

/** Returns buttons and links with this name. */
export function buttonOrLink(within: Page | Locator, name: string | RegExp): Locator {
  // Without `exact`, "OK" also matches "Token".
  const exact = name === "OK";
  return within.getByRole("button", { name, exact }).or(within.getByRole("link", { name, exact }));
}

/** Clicks the first button or link with this name. */
export async function click(within: Page | Locator, name: string | RegExp): Promise<void> {
  await buttonOrLink(within, name).first().click();
}

/** Returns the open dialog with this title. */
export function dialog(page: Page, title: string | RegExp): Locator {
  return page.getByRole("dialog", { name: title });
}

/** Returns the region of a page with this heading. */
export function section(page: Page, heading: string): Locator {
  return page.getByRole("region", { name: heading });
}

/** Returns a value from a description list, such as one that shows a secret. */
export function valueOf(within: Page | Locator, term: string): Locator {
  return within.locator("dt").filter({ hasText: new RegExp(`^${term}$`) }).locator("xpath=following-sibling::dd").locator("code");
}
