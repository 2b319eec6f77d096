// Emails through a real mail server, as the person who gets them reads them.

import { click, open } from "../support/actions.ts";
import { askForLink } from "../support/mail.ts";
import { Server } from "../support/server.ts";
import { SmtpServer } from "../support/smtp.ts";
import { expect, test as base } from "../support/test.ts";

/** Runs a portal that sends its emails to a mail server of the test's own. */
const test = base.extend<{ mail: SmtpServer }>({
  mail: async ({}, use) => {
    const mail = await SmtpServer.start();
    await use(mail);
    mail.stop();
  },
  server: async ({ mail }, use) => {
    const server = await Server.start(mail.settings);
    await use(server);
    await server.stop();
  },
});

/** Returns the link in an email: the only line of the text that is one. */
function linkIn(text: string): string {
  const links = text.split(/\r?\n/).filter((line) => line.startsWith("http"));
  expect(links).toHaveLength(1);
  return links[0]!;
}

test("a forgotten password is replaced with the link in an email", async ({ page, account, mail, server }) => {
  const { email } = account.admin;
  await askForLink(page, email);
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  await expect.poll(() => mail.received.length, { timeout: 15_000 }).toBe(1);
  const reset = mail.received[0]!;
  expect(reset).toMatchObject({ to: [email], subject: "Reset your Gatehouse password", defects: [] });
  expect(reset.from).toBe("Gatehouse <gatehouse@portal.example>");
  const link = linkIn(reset.text);
  expect(link.startsWith(`${server.url}/reset-password?token=`)).toBe(true);

  // The HTML part leads to the same page, and loads nothing from elsewhere.
  const reader = await page.context().newPage();
  await reader.setContent(reset.html);
  await expect(reader.getByRole("link", { name: "Reset password" })).toHaveAttribute("href", link);
  await expect(reader.locator("img, script, link")).toHaveCount(0);
  await reader.close();

  await open(page, link);
  await page.getByLabel("New password", { exact: true }).fill("tunnel of seven lanterns");
  await click(page, "Set password and sign in");
  await expect(page.getByRole("heading", { name: "Integration", level: 1 })).toBeVisible();
  await expect.poll(() => mail.received.length, { timeout: 15_000 }).toBe(2);
  expect(mail.received[1]).toMatchObject({ to: [email], subject: "Your Gatehouse password was changed", defects: [] });
});

test("an unknown address gets no email and the same page", async ({ page, account, mail }) => {
  await askForLink(page, "nobody@example.com");
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  // Emails are sent in the order of the requests.
  await askForLink(page, account.admin.email);
  await expect.poll(() => mail.received.length, { timeout: 15_000 }).toBe(1);
  expect(mail.received[0]!.to).toEqual([account.admin.email]);
});
