// Consumers: list, details, renaming, signing settings and deletion.

import { generateKeyPairSync } from "node:crypto";
import { type Locator, type Page } from "@playwright/test";
import { credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, click, dialog, open, section, signIn, valueOf } from "../../support/actions.ts";
import { expect, hasScript, needsNoScript, needsScript, test } from "../../support/test.ts";

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

function consumerRows(page: Page): Locator {
  return page.getByRole("table", { name: "Consumers" }).locator("tbody").getByRole("row");
}

test("the consumer list shows each key and token count", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createConsumer("Intranet");
  await account.createToken(account.admin, consumer);
  await account.createToken(account.admin, consumer);
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

test("renaming a consumer requires a unique name", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createConsumer("Intranet");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Rename");
  await form.getByLabel("Name").fill("intranet");
  await click(form, "Rename");
  await expect(form.getByLabel("Name")).toHaveAccessibleDescription(/This name is already in use\./);
  await expect(form.getByLabel("Name")).toHaveValue("intranet");
  await form.getByLabel("Name").fill("Web shop");
  await click(form, "Rename");
  await expect(page.getByRole("heading", { name: "Web shop", level: 1 })).toBeVisible();
  expect((await account.consumers()).map(({ name }) => name)).toEqual(["Intranet", "Web shop"]);
});

test("deleting a consumer requires its name and deletes its tokens", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  const status = async () =>
    (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credentialOf(consumer, token))).status;
  expect(await status()).toBe(200);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  await click(section(page, "Delete this consumer"), "Delete consumer");
  const question = dialog(page, "Delete “Website”?");
  await expect(question).toContainText("Its token stops working immediately");
  const name = question.getByLabel("Type the consumer’s name to confirm");

  await name.fill("website");
  await click(question, "Delete consumer");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveValue("website");
  expect(await account.consumers()).toHaveLength(1);
  expect(await status()).toBe(200);

  await name.fill("Website");
  await click(question, "Delete consumer");
  await expect(page.getByRole("heading", { name: "No consumers yet" })).toBeVisible();
  expect(await account.consumers()).toEqual([]);
  expect(await account.tokens("all")).toEqual([]);
  expect(await status()).toBe(401);
});

test("unsaved input stays after a dialog closes", { tag: needsScript }, async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const name = section(page, "Rename").getByLabel("Name");
  await name.fill("Not saved yet");

  await click(section(page, "Delete this consumer"), "Delete consumer");
  await click(dialog(page, "Delete “Website”?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");

  await click(section(page, "Tokens"), /^Revoke/);
  await click(dialog(page, "Revoke this token?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");

  await click(section(page, "Tokens"), /^Revoke/);
  await click(dialog(page, "Revoke this token?"), "Revoke");
  await expect(section(page, "Tokens")).toContainText("Revoked");
  expect(await account.tokens("current")).toEqual([]);
});

test("RSA-SHA1 requires a valid registered public key", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  const credential = credentialOf(consumer, token);
  const status = async () =>
    (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential, { privateKey })).status;
  expect(await status()).toBe(401);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Signing");
  const field = form.getByLabel("RSA public key");
  await field.fill(privateKey);
  await click(form, "Save changes");
  await expect(field).toHaveAccessibleDescription(/This is a private key\./);
  expect(page.url()).not.toContain("PRIVATE");
  await field.fill("no key at all");
  await click(form, "Save changes");
  await expect(field).toHaveAccessibleDescription(/Paste a public key in PEM format/);
  await field.fill("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----");
  await click(form, "Save changes");
  await expect(field).toHaveAttribute("aria-invalid", "true");

  const saved = page.waitForResponse(/consumers\/set-signing/);
  await field.fill(publicKey);
  await click(form, "Save changes");
  await saved;
  await expect(field).not.toHaveAttribute("aria-invalid", "true");
  await open(page, `${apiTokens}/consumers/${consumer.id}`);
  await expect(field).toHaveValue(publicKey.trim());
  expect(await status()).toBe(200);

  const removed = page.waitForResponse(/consumers\/set-signing/);
  await field.fill("");
  await click(form, "Save changes");
  await removed;
  expect(await status()).toBe(401);
});

test("a rejected form of a consumer keeps its input, but no private key", { tag: needsNoScript }, async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createConsumer("Intranet");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  await test.step("Rename", async () => {
    const form = section(page, "Rename");
    const name = form.getByLabel("Name");
    for (const typed of ["intranet", "50% & more + ü?".repeat(10)]) {
      await name.fill(typed);
      await click(form, "Rename");
      await expect(name).toHaveAttribute("aria-invalid", "true");
      await expect(name).toHaveValue(typed);
    }
    await expect(page.getByRole("heading", { name: "Website", level: 1 })).toBeVisible();
    await name.fill("Web shop");
    await click(form, "Rename");
    await expect(page.getByRole("heading", { name: "Web shop", level: 1 })).toBeVisible();
    await expect(page).toHaveURL(`${apiTokens}/consumers/${consumer.id}`);
  });
  await test.step("Signing", async () => {
    const form = section(page, "Signing");
    const field = form.getByLabel("RSA public key");
    const legacyFlow = form.getByRole("checkbox", { name: /^Allow the legacy flow without verifier/ });
    await legacyFlow.check();
    const malformedKey = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    for (const typed of [privateKey, malformedKey]) {
      await field.fill(typed);
      await click(form, "Save changes");
      await expect(field).toHaveAttribute("aria-invalid", "true");
      await expect(field).toHaveValue(typed === privateKey ? "" : typed);
      await expect(legacyFlow).toBeChecked();
      expect(page.url()).not.toContain("PRIVATE");
    }
    await expect(form.getByText("Legacy OAuth 1.0 flow (without verifier) is on")).toHaveCount(0);
  });
});

test("the legacy flow without verifier is off by default and shows a warning when on", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Website");
  const alone = { consumerKey: consumer.consumer_key, consumerSecret: consumer.consumer_secret };
  const status = async () =>
    (await signedFetch("POST", `${server.url}/api/v4/oauth/request_token/`, alone)).status;
  expect(await status()).toBe(401);
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  const form = section(page, "Signing");
  const warning = form.getByText("Legacy OAuth 1.0 flow (without verifier) is on");
  await expect(warning).toHaveCount(0);
  await form.getByRole("checkbox", { name: /^Allow the legacy flow without verifier/ }).check();
  await click(form, "Save changes");
  await expect(warning).toBeVisible();
  expect(await status()).toBe(200);

  await form.getByRole("checkbox", { name: /^Allow the legacy flow without verifier/ }).uncheck();
  await click(form, "Save changes");
  await expect(warning).toHaveCount(0);
  expect(await status()).toBe(401);
});

test("Create new token on a consumer's page preselects the consumer", async ({ page, account }) => {
  await account.createConsumer("Intranet");
  const consumer = await account.createConsumer("Website");
  await signIn(page, account.admin, `${apiTokens}/consumers/${consumer.id}`);
  await page.locator(".page-header").getByRole("link", { name: "Create new token" }).click();
  const form = dialog(page, "Create new token");
  await expect(form.getByLabel("Consumer", { exact: true }).locator("option:checked")).toHaveText("Website");
  if (hasScript()) await expect(form.getByLabel("User", { exact: true })).toBeFocused();
});
