// The steps of the guide "Set up API Tokens", word for word, and how secrets are shown.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Page } from "@playwright/test";
import { type Credential, signedFetch } from "../../support/oauth1.ts";
import { apiTokens, buttonOrLink, click, dialog, open, pageSource, reload, section, signIn, valueOf, waitForHydration } from "../../support/actions.ts";
import { expect, hasScript, test } from "../../support/test.ts";

/** Follows the thirteen steps and returns the copied values. */
async function setUpApiTokens(page: Page): Promise<Required<Credential>> {
  await test.step("1. Go to Settings > Advanced settings > Portal settings", async () => {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
    await section(page, "Advanced settings").getByRole("link", { name: "Portal settings" }).click();
  });
  await test.step("2. In the Account section, select API tokens", async () => {
    await section(page, "Account").getByRole("link", { name: "API tokens" }).click();
    await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
  });
  await test.step("3. Click Create new consumer", () => click(page, "Create new consumer"));
  await test.step("4. Enter the name of the consumer to use the API token", () =>
    dialog(page, "Create new consumer").getByLabel("Name").fill("Website"));
  await test.step("5. Click Create", () =>
    dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click());
  const [consumerKey, consumerSecret] = await test.step("6. Copy the consumer key and consumer secret", async () => {
    const shown = dialog(page, "The consumer was created");
    return [await valueOf(shown, "Consumer key").innerText(), await valueOf(shown, "Consumer secret").innerText()] as const;
  });
  await test.step("When you click OK the data disappears", async () => {
    await click(dialog(page, "The consumer was created"), "OK");
    await expect(page.getByText(consumerSecret)).toHaveCount(0);
  });
  await test.step("7. Click Create new token", () => click(page, "Create new token"));
  const form = dialog(page, "Create new token");
  await test.step("8. Enter user", async () => {
    await form.getByLabel("User", { exact: true }).fill("Ada Lovelace");
    if (hasScript()) await form.getByRole("option", { name: "Ada Lovelace" }).click();
  });
  await test.step("9. Select the Consumer from the dropdown menu", () =>
    form.getByLabel("Consumer", { exact: true }).selectOption("Website"));
  await test.step("10. Select the Integration Type from the dropdown menu", () =>
    form.getByLabel("Integration type").selectOption("WordPress"));
  await test.step("11. Click Create", () => form.getByRole("button", { name: "Create", exact: true }).click());
  const [token, tokenSecret] = await test.step("12. The Token and Token Secret will appear", async () => {
    const shown = dialog(page, "The token was created");
    return [await valueOf(shown, "Token").innerText(), await valueOf(shown, "Token secret").innerText()] as const;
  });
  await test.step("13. Click OK", async () => {
    await click(dialog(page, "The token was created"), "OK");
    await expect(page.getByText(tokenSecret)).toHaveCount(0);
  });
  return { consumerKey, consumerSecret, token, tokenSecret };
}

test("the guide's steps create a token that signs requests until it is revoked", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const credential = await setUpApiTokens(page);

  const currentUser = () => signedFetch("GET", `${server.url}/api/v4/currentUser`, credential);
  const response = await currentUser();
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ email: account.admin.email });

  await test.step("You can create multiple tokens for a consumer", async () => {
    await click(page, "Create new token");
    const form = dialog(page, "Create new token");
    await form.getByLabel("User", { exact: true }).fill(account.admin.email);
    await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
    await form.getByLabel("Integration type").selectOption("Akeneo PIM");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await click(dialog(page, "The token was created"), "OK");
    await expect(section(page, "Tokens").getByRole("row").filter({ hasText: "Website" })).toHaveCount(2);
  });

  await test.step("To delete a token, click … next to the token you want to revoke", async () => {
    const row = section(page, "Tokens").getByRole("row").filter({ hasText: "WordPress" });
    await click(row, /^Revoke/);
    const question = page.getByRole("dialog");
    // The dialog names what stops working.
    for (const words of ["WordPress", "Ada Lovelace", "Website"]) await expect(question).toContainText(words);
    await question.getByRole("button", { name: "Revoke" }).click();
    await expect(row).toHaveCount(0);
  });
  const rejection = await currentUser();
  expect(rejection.status).toBe(401);
  expect(await rejection.json()).toMatchObject({ oauth_problem: "token_revoked" });
});

test("secrets and passwords appear neither in the data folder nor in the log", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const { consumerSecret, tokenSecret } = await setUpApiTokens(page);
  for (const file of await readdir(server.dataFolder)) {
    const content = await readFile(join(server.dataFolder, file), "latin1");
    for (const secret of [consumerSecret, tokenSecret, account.admin.password]) {
      expect(content.includes(secret), `a secret in ${file}`).toBe(false);
    }
  }
  const log = await server.log();
  for (const secret of [consumerSecret, tokenSecret, account.admin.password]) expect(log).not.toContain(secret);
});

test("a secret is shown again after a reload until OK is clicked", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await click(page, "Create new consumer");
  await dialog(page, "Create new consumer").getByLabel("Name").fill("Website");
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();

  const shown = dialog(page, "The consumer was created");
  const secret = await valueOf(shown, "Consumer secret").innerText();
  await reload(page);
  await expect(valueOf(shown, "Consumer secret")).toHaveText(secret);
  // Returning from another page shows it too.
  await open(page, "/settings");
  await open(page, apiTokens);
  await expect(valueOf(shown, "Consumer secret")).toHaveText(secret);

  await click(shown, "OK");
  await expect(shown).toHaveCount(0);
  await reload(page);
  await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
  await expect(shown).toHaveCount(0);
  await page.goBack();
  await waitForHydration(page);
  await expect(page.getByText(secret)).toHaveCount(0);
  expect(await pageSource(page)).not.toContain(secret);
});

test("/pysettings/ redirects to Portal settings", async ({ page, account }) => {
  await signIn(page, account.admin);
  await open(page, "/pysettings/");
  await expect(page).toHaveURL("/settings/portal");
  await expect(page.getByRole("heading", { name: "Portal settings", level: 1 })).toBeVisible();
});

test("two secrets are shown one after the other, and only to the session that created them", async ({ page, account, anotherBrowser }) => {
  await signIn(page, account.admin, apiTokens);
  // Two tabs of one session, both with an open form.
  const tab = await page.context().newPage();
  for (const [each, name] of [[page, "Website"], [tab, "Intranet"]] as const) {
    await open(each, `${apiTokens}?dialog=new-consumer`);
    await dialog(each, "Create new consumer").getByLabel("Name").fill(name);
  }
  for (const each of [page, tab]) {
    await dialog(each, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog(each, "The consumer was created")).toBeVisible();
  }
  await reload(page);
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toContainText("Website");
  await click(shown, "OK");
  await expect(shown).toContainText("Intranet");
  await click(shown, "OK");
  await expect(shown).toHaveCount(0);

  // Another session does not show them, even of the same user.
  const other = await anotherBrowser();
  await signIn(other, account.admin, apiTokens);
  await expect(buttonOrLink(other, "OK")).toHaveCount(0);
});
