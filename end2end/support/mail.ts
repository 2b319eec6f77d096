// Reads mailed links from the outbox, as the operator does where no mail server is configured.

import type { Page } from "@playwright/test";
import type { Server } from "./server.ts";
import { open } from "./actions.ts";
import { expect } from "./test.ts";

interface Email {
  id: string;
  kind: string;
  recipient: string;
}

/** Returns the ids of the emails with a link to set a new password for this address, newest first. */
async function resetEmails(server: Server, recipient: string): Promise<string[]> {
  const emails = await server.command<Email[]>(["outbox", "list"]);
  return emails.filter((email) => email.kind === "password-reset" && email.recipient === recipient).map(({ id }) => id);
}

/** Fills in the page for a forgotten password and submits it. */
export async function askForLink(page: Page, email: string): Promise<void> {
  await open(page, "/forgot-password");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

/** Asks for a link to set a new password, and returns its path once it is in the outbox. */
export async function mailedLink(page: Page, server: Server, email: string): Promise<string> {
  const before = (await resetEmails(server, email)).length;
  await askForLink(page, email);
  await expect(page.getByRole("button", { name: "Send again" })).toBeVisible();
  let ids: string[] = [];
  await expect(async () => {
    ids = await resetEmails(server, email);
    expect(ids.length).toBeGreaterThan(before);
  }).toPass({ timeout: 15_000 });
  const { link } = await server.command<{ link: string }>(["outbox", "show", ids[0]!]);
  const { pathname, search } = new URL(link);
  return pathname + search;
}
