// A token's own page: what is known of it, and examples that run.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { type Page } from "@playwright/test";
import { type Account, type Consumer, type Token } from "../../support/account.ts";
import { apiTokens, dialog, press, section, signIn, valueOf } from "../../support/steps.ts";
import { expect, needsScript, test } from "../../support/test.ts";

const run = promisify(execFile);

async function openToken(page: Page, account: Account): Promise<{ consumer: Consumer; token: Token }> {
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  await signIn(page, account.admin, `${apiTokens}/tokens/${token.id}`);
  return { consumer, token };
}

/** The example in a language, with the secrets put in as the page asks. */
async function example(page: Page, language: string, consumer: Consumer, token: Token): Promise<string> {
  const part = section(page, "Example request");
  await part.getByRole("radio", { name: language }).check();
  const text = await part.locator("pre:visible").innerText();
  for (const secret of [consumer.consumer_secret, token.token_secret]) expect(text).not.toContain(secret);
  return text.replaceAll("CONSUMER_SECRET", consumer.consumer_secret).replaceAll("TOKEN_SECRET", token.token_secret);
}

test("the curl example runs as it stands, once the secrets are put in", async ({ page, account }) => {
  const { consumer, token } = await openToken(page, account);
  const { stdout } = await run("sh", ["-c", await example(page, "curl", consumer, token)]);
  expect(JSON.parse(stdout)).toMatchObject({ email: account.admin.email });
});

test("the JavaScript example runs as it stands, once the secrets are put in", async ({ page, account }, info) => {
  const { consumer, token } = await openToken(page, account);
  const file = info.outputPath("example.mjs");
  await writeFile(file, await example(page, "JavaScript", consumer, token));
  const { stdout } = await run(process.execPath, [file]);
  expect(stdout).toContain(account.admin.email);
});

test("there is a Python example as well, and the arrow keys lead to it", async ({ page, account }) => {
  const { token } = await openToken(page, account);
  const part = section(page, "Example request");
  await part.getByRole("radio", { name: "curl" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(part.getByRole("radio", { name: "Python" })).toBeChecked();
  await expect(part.locator("pre:visible")).toContainText("OAuth1Session");
  await expect(part.locator("pre:visible")).toContainText(token.token);
});

test("what can be copied is copied, and says so", async ({ page, account, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { token } = await openToken(page, account);
  const part = section(page, "About this token");
  await part.getByRole("button", { name: "Copy" }).click();
  await expect(part.getByRole("status")).toHaveText("Token copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token.token);
});

test("new secrets are copied from where they are shown", async ({ page, account, context }) => {
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

test("a token is revoked from its page, which then says so", async ({ page, account }) => {
  await openToken(page, account);
  await press(page.locator(".page-header"), "Revoke");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(section(page, "About this token")).toContainText("Revoked");
  await expect(page.locator(".page-header").getByRole("link", { name: "Revoke" })).toHaveCount(0);
  expect(await account.tokens()).toEqual([]);
});

test("a copy that the browser refuses is not claimed, and is ready to be made by hand", { tag: needsScript }, async ({ page, account }) => {
  const { token } = await openToken(page, account);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
    document.execCommand = () => false;
  });
  const part = section(page, "About this token");
  await part.getByRole("button", { name: "Copy" }).click();
  await expect(part.getByRole("status")).toHaveText("Token is selected. Press Ctrl+C to copy it.");
  expect(await page.evaluate(() => String(getSelection()))).toBe(token.token);
});
