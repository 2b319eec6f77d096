// Test connection and the preview with the account's assets, against a stub DAM.

import { type Page } from "@playwright/test";
import { Dam } from "../../support/dam.ts";
import { editor, fieldSettings, preview, shownAssets } from "../../support/fields.ts";
import { cards, integration, save } from "../../support/integration.ts";
import { connectorScopes } from "../../support/oauth2.ts";
import { Server } from "../../support/server.ts";
import { click, open, pageSource, reload, signIn } from "../../support/actions.ts";
import { expect, hasScript, needsScript, test as base } from "../../support/test.ts";

const test = base.extend<{ dam: Dam }>({
  dam: async ({}, use) => {
    const dam = await Dam.start();
    await use(dam);
    await dam.stop();
  },
  server: async ({ dam }, use) => {
    const server = await Server.start({ GATEHOUSE_ALLOWED_PRIVATE_HOSTS: dam.url });
    await use(server);
    await server.stop();
  },
});

/** Fills in and saves the connection form. */
async function connect(page: Page, url: string, secret: string, revision = 1): Promise<void> {
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill(url);
  await card.getByLabel("OAuth2 Client ID").fill("client-of-the-dam");
  await card.getByLabel("OAuth2 Client Secret").fill(secret);
  await save(card, revision);
}

/** Returns a step of the connection test. */
function step(page: Page, title: string) {
  return cards.bynder(page).locator("ol.test-steps > li").filter({ hasText: title });
}

test("a working connection passes each test step, and the result is kept", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, dam.client.secret);
  await click(cards.bynder(page), "Test connection");
  const expectPassed = async () => {
    await expect(cards.bynder(page).getByText("Connected", { exact: true })).toBeVisible();
    for (const title of ["DNS lookup", "Secure connection", "Access token", "Read assets"]) {
      await expect(step(page, title)).toContainText("Passed");
    }
    for (const scope of connectorScopes) await expect(step(page, `Scope ${scope}`)).toContainText("Granted.");
  };
  await expectPassed();
  await reload(page);
  await expectPassed();
  await expect(cards.bynder(page)).toContainText(`by ${account.admin.name}`);
});

test("a failed connection test shows the cause and how to fix it", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, "a-wrong-secret");
  await click(cards.bynder(page), "Test connection");
  await expect(step(page, "Access token")).toContainText("The DAM returned the error invalid_client");
  await expect(step(page, "Access token")).toContainText("Copy the Client ID and Client Secret from the OAuth app");
  await expect(step(page, "Read assets")).toContainText("Skipped");

  dam.scopes = connectorScopes.filter((scope) => scope !== "meta.workflow:read");
  await connect(page, dam.url, dam.client.secret, 2);
  await click(cards.bynder(page), "Test connection");
  await expect(step(page, "Scope meta.workflow:read")).toContainText("Missing.");
  await expect(step(page, "Read assets")).toContainText("Passed");

  // Private addresses are rejected unless the operator allows them.
  await connect(page, "https://127.0.0.1:9", dam.client.secret, 3);
  await click(cards.bynder(page), "Test connection");
  await expect(step(page, "DNS lookup")).toContainText("127.0.0.1, which is not a public address.");
  await expect(step(page, "DNS lookup")).toContainText("allowed_private_hosts");
});

test("test steps are shown as they finish", { tag: needsScript }, async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, dam.client.secret);
  let releaseToken = () => {};
  dam.tokenDelay = new Promise((resolve) => (releaseToken = resolve));
  await click(cards.bynder(page), "Test connection");
  await expect(step(page, "Secure connection")).toContainText("Passed");
  await expect(step(page, "Access token")).toHaveCount(0);
  await expect(cards.bynder(page).getByText("Testing…")).toBeVisible();
  releaseToken();
  await expect(step(page, "Read assets")).toContainText("Passed");
});

test("testing without a Portal URL asks to save one first", async ({ page, account, dam }) => {
  expect(dam.url).toBeTruthy();
  await signIn(page, account.admin, integration);
  await click(cards.bynder(page), "Test connection");
  await expect(cards.bynder(page)).toContainText("Enter the Portal URL and save it first.");
});

test("the preview shows assets from the account's DAM", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, dam.client.secret);
  await open(page, `${fieldSettings}?add`);
  await expect(editor(page, "Add field")).toBeVisible();
  await expect(preview(page)).toContainText("Your assets from 127.0.0.1");
  expect(await shownAssets(page)).toEqual(["Lighthouse at noon", "Press conference"]);
  const pictures = preview(page).locator(".selector img");
  await expect(pictures).toHaveCount(2);
  if (hasScript()) {
    const width = () => pictures.first().evaluate((image: HTMLImageElement) => image.naturalWidth);
    await expect.poll(width).toBe(1);
  }
  const source = await pictures.first().getAttribute("src");
  expect(source).toMatch(/^\/integration\/thumbnails\//);
  expect(await pageSource(page)).not.toContain("token-of-the-dam");
});

test("the preview falls back to sample assets if the DAM rejects the connection", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, "a-wrong-secret");
  await open(page, `${fieldSettings}?add`);
  await expect(preview(page)).toContainText("Sample assets");
  await expect(preview(page)).toContainText("Your assets couldn’t be loaded");
});
