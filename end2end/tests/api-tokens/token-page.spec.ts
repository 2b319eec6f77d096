// A token's page: its details and code examples.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type Page } from "@playwright/test";
import { type Account, type Consumer, type Token } from "../../support/account.ts";
import { apiTokens, click, dialog, section, signIn, valueOf } from "../../support/actions.ts";
import { expect, needsScript, test } from "../../support/test.ts";

const run = promisify(execFile);

async function openToken(page: Page, account: Account): Promise<{ consumer: Consumer; token: Token }> {
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, `${apiTokens}/tokens/${token.id}`);
  return { consumer, token };
}

/** Returns the example in a language with the secrets inserted. */
async function example(page: Page, language: string, consumer: Consumer, token: Token): Promise<string> {
  const part = section(page, "Example request");
  await part.getByRole("radio", { name: language }).check();
  const text = await part.locator("pre:visible").innerText();
  for (const secret of [consumer.consumer_secret, token.token_secret]) expect(text).not.toContain(secret);
  return text.replaceAll("CONSUMER_SECRET", consumer.consumer_secret).replaceAll("TOKEN_SECRET", token.token_secret);
}

test("the curl example works after inserting the secrets", async ({ page, account }) => {
  const { consumer, token } = await openToken(page, account);
  const { stdout } = await run("sh", ["-c", await example(page, "curl", consumer, token)]);
  expect(JSON.parse(stdout)).toMatchObject({ email: account.admin.email });
});

test("the JavaScript example works after inserting the secrets", async ({ page, account }, info) => {
  const { consumer, token } = await openToken(page, account);
  const file = info.outputPath("example.mjs");
  await writeFile(file, await example(page, "JavaScript", consumer, token));
  const { stdout } = await run(process.execPath, [file]);
  expect(stdout).toContain(account.admin.email);
});

test("the Python example can be selected with the arrow keys", async ({ page, account }) => {
  const { token } = await openToken(page, account);
  const part = section(page, "Example request");
  await part.getByRole("radio", { name: "curl" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(part.getByRole("radio", { name: "Python" })).toBeChecked();
  await expect(part.locator("pre:visible")).toContainText("OAuth1Session");
  await expect(part.locator("pre:visible")).toContainText(token.token);
});

test("Copy copies the token and confirms it", async ({ page, account, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { token } = await openToken(page, account);
  const part = section(page, "About this token");
  await part.getByRole("button", { name: "Copy" }).click();
  await expect(part.getByRole("status")).toHaveText("Token copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token.token);
});

test("Copy copies the key and secret of a new consumer", async ({ page, account, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, account.admin, `${apiTokens}?dialog=new-consumer`);
  const form = dialog(page, "Create new consumer");
  await form.getByLabel("Name").fill("Website");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  const shown = dialog(page, "The consumer was created");
  for (const what of ["Consumer key", "Consumer secret"]) {
    const button = shown.getByRole("button", { name: what });
    await button.click();
    await expect(button).toContainText("Copied");
    await expect(shown.getByRole("status").filter({ hasText: `${what} copied` })).toHaveCount(1);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await valueOf(shown, what).innerText());
  }
});

test("a token revoked from its page is shown as revoked", async ({ page, account }) => {
  await openToken(page, account);
  await click(page.locator(".page-header"), "Revoke");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(section(page, "About this token")).toContainText("Revoked");
  await expect(page.locator(".page-header").getByRole("link", { name: "Revoke" })).toHaveCount(0);
  expect(await account.tokens()).toEqual([]);
});

test("Copy selects the token if the browser denies clipboard access", { tag: needsScript }, async ({ page, account }) => {
  const { token } = await openToken(page, account);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
    document.execCommand = () => false;
  });
  const part = section(page, "About this token");
  await part.getByRole("button", { name: "Copy" }).click();
  await expect(part.getByRole("status")).toHaveText("Couldn’t copy automatically. Token is selected. Press Ctrl+C or ⌘C to copy.");
  expect(await page.evaluate(() => String(getSelection()))).toBe(token.token);
});
