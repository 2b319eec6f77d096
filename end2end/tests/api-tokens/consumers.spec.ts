// Consumers: their list, their page, another name, their keys, and their end.

import { generateKeyPairSync } from "node:crypto";
import { type Locator, type Page } from "@playwright/test";
import { credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, dialog, open, press, section, signIn, valueOf } from "../../support/steps.ts";
import { expect, hasScript, needsScript, test } from "../../support/test.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

function consumerRows(page: Page): Locator {
  return page.getByRole("table", { name: "Consumers" }).locator("tbody").getByRole("row");
}

test("consumers are listed with their key and the number of their tokens", async ({ page, account }) => {
  const consumer = await account.consumer("Website");
  await account.consumer("Intranet");
  await account.token(account.admin, consumer);
  await account.token(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  await page.getByRole("navigation", { name: "API tokens" }).getByRole("link", { name: "Consumers" }).click();
  await expect(consumerRows(page)).toHaveCount(2);
  await expect(consumerRows(page).first()).toContainText("Intranet");
  const website = consumerRows(page).filter({ hasText: "Website" });
  await expect(website).toContainText(consumer.consumer_key);
  await expect(website.getByRole("cell").nth(2)).toHaveText("2");

  await website.getByRole("link", { name: "Website" }).click();
  await expect(page.getByRole("heading", { name: "Website", level: 1 })).toBeVisible();
  await expect(valueOf(section(page, "About this consumer"), "Consumer key")).toHaveText(consumer.consumer_key);
  await expect(section(page, "Tokens").locator("tbody").getByRole("row")).toHaveCount(2);
});

test("a consumer gets another name, which may not be another's", async ({ page, account }) => {
  const consumer = await account.consumer("Website");
  await account.consumer("Intranet");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Rename");
  await form.getByLabel("Name").fill("intranet");
  await press(form, "Rename");
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/Another consumer has this name\./);
  await form.getByLabel("Name").fill("Web shop");
  await press(form, "Rename");
  await expect(page.getByRole("heading", { name: "Web shop", level: 1 })).toBeVisible();
  expect((await account.consumers()).map(({ name }) => name)).toEqual(["Intranet", "Web shop"]);
});

test("a consumer is deleted with its tokens after its name was typed", async ({ page, account, server }) => {
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  const status = async () =>
    (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credentialOf(consumer, token))).status;
  expect(await status()).toBe(200);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  await press(section(page, "Delete this consumer"), "Delete consumer");
  const question = dialog(page, "Delete “Website”?");
  await expect(question).toContainText("Its token stops working at once");
  const name = question.getByLabel("Type the consumer’s name to confirm");

  await name.fill("website");
  await press(question, "Delete consumer");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  expect(await account.consumers()).toHaveLength(1);
  expect(await status()).toBe(200);

  await name.fill("Website");
  await press(question, "Delete consumer");
  await expect(page.getByRole("heading", { name: "No consumers yet" })).toBeVisible();
  expect(await account.consumers()).toEqual([]);
  expect(await account.tokens("all")).toEqual([]);
  expect(await status()).toBe(401);
});

test("what was filled in is still there when a dialog over it closes", { tag: needsScript }, async ({ page, account }) => {
  const consumer = await account.consumer("Website");
  await account.token(account.admin, consumer);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const name = section(page, "Rename").getByLabel("Name");
  await name.fill("Not saved yet");

  await press(section(page, "Delete this consumer"), "Delete consumer");
  await press(dialog(page, "Delete “Website”?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");

  await press(section(page, "Tokens"), /^Revoke/);
  await press(dialog(page, "Revoke this token?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");

  await press(section(page, "Tokens"), /^Revoke/);
  await press(dialog(page, "Revoke this token?"), "Revoke");
  await expect(section(page, "Tokens")).toContainText("Revoked");
  expect(await account.tokens("current")).toEqual([]);
});

test("with its public key, a consumer signs by RSA-SHA1", async ({ page, account, server }) => {
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  const credential = credentialOf(consumer, token);
  const status = async () =>
    (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential, { privateKey })).status;
  expect(await status()).toBe(401);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Signing");
  const field = form.getByLabel("RSA public key");
  await field.fill(privateKey);
  await press(form, "Save changes");
  await expect(field).toHaveAccessibleDescription(/This is a private key\./);
  expect(page.url()).not.toContain("PRIVATE");
  await field.fill("no key at all");
  await press(form, "Save changes");
  await expect(field).toHaveAccessibleDescription(/Paste a public key in PEM form/);
  await field.fill("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
  await press(form, "Save changes");
  await expect(field).toHaveAttribute("aria-invalid", "true");

  const saved = page.waitForResponse(/consumers\/set-signing/);
  await field.fill(publicKey);
  await press(form, "Save changes");
  await saved;
  await expect(field).not.toHaveAttribute("aria-invalid", "true");
  await open(page, `${apiTokens}/consumers/${consumer.id}`);
  await expect(field).toHaveValue(publicKey.trim());
  expect(await status()).toBe(200);

  const removed = page.waitForResponse(/consumers\/set-signing/);
  await field.fill("");
  await press(form, "Save changes");
  await removed;
  expect(await status()).toBe(401);
});

test("the flow without verifier is off until it is allowed, and marked where it is", async ({ page, account, server }) => {
  const consumer = await account.consumer("Website");
  const alone = { consumerKey: consumer.consumer_key, consumerSecret: consumer.consumer_secret };
  const status = async () =>
    (await signedFetch("POST", `${server.url}/api/v4/oauth/request_token/`, alone)).status;
  expect(await status()).toBe(401);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Signing");
  const warning = form.getByText("This consumer uses the flow without verifier");
  await expect(warning).toHaveCount(0);
  await form.getByRole("checkbox", { name: /^Allow the flow without verifier/ }).check();
  await press(form, "Save changes");
  await expect(warning).toBeVisible();
  expect(await status()).toBe(200);

  await form.getByRole("checkbox", { name: /^Allow the flow without verifier/ }).uncheck();
  await press(form, "Save changes");
  await expect(warning).toHaveCount(0);
  expect(await status()).toBe(401);
});

test("a token for a consumer is made from its page", async ({ page, account }) => {
  await account.consumer("Intranet");
  const consumer = await account.consumer("Website");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  await page.locator(".page-header").getByRole("link", { name: "Create new token" }).click();
  const form = dialog(page, "Create new token");
  await expect(form.getByLabel("Consumer", { exact: true }).locator("option:checked")).toHaveText("Website");
  if (hasScript()) await expect(form.getByLabel("User", { exact: true })).toBeFocused();
});
