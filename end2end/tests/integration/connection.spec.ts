// Test connection, and the preview with the account's own assets, against a stand-in for the DAM.

import { type Page } from "@playwright/test";
import { Dam } from "../../support/dam.ts";
import { editor, fieldSettings, preview, shownAssets } from "../../support/fields.ts";
import { cards, integration, save } from "../../support/integration.ts";
import { connectorScopes } from "../../support/oauth2.ts";
import { Server } from "../../support/server.ts";
import { open, press, reload, signIn } from "../../support/steps.ts";
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

/** Saves the connection as a person does. */
async function connect(page: Page, url: string, secret: string, revision = 1): Promise<void> {
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill(url);
  await card.getByLabel("OAuth2 Client ID").fill("client-of-the-dam");
  await card.getByLabel("OAuth2 Client Secret").fill(secret);
  await save(card, revision);
}

/** A step of the test, by its title. */
function step(page: Page, title: string) {
  return cards.bynder(page).locator("ol.test-steps > li").filter({ hasText: title });
}

test("a connection that works is tested step by step, and the last test is kept", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, dam.client.secret);
  await press(cards.bynder(page), "Test connection");
  const seen = async () => {
    await expect(cards.bynder(page).getByText("Works", { exact: true })).toBeVisible();
    for (const title of ["Name resolved", "Secure connection", "Access token", "First read"]) {
      await expect(step(page, title)).toContainText("Passed");
    }
    for (const scope of connectorScopes) await expect(step(page, `Scope ${scope}`)).toContainText("Granted.");
  };
  await seen();
  await reload(page);
  await seen();
  await expect(cards.bynder(page)).toContainText(`by ${account.admin.name}`);
});

test("what does not work is said with what to do about it", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, "a-wrong-secret");
  await press(cards.bynder(page), "Test connection");
  await expect(step(page, "Access token")).toContainText("The DAM refused with invalid_client");
  await expect(step(page, "Access token")).toContainText("Copy Client ID and Client Secret from the OAuth app");
  await expect(step(page, "First read")).toContainText("Skipped");

  dam.scopes = connectorScopes.filter((scope) => scope !== "meta.workflow:read");
  await connect(page, dam.url, dam.client.secret, 2);
  await press(cards.bynder(page), "Test connection");
  await expect(step(page, "Scope meta.workflow:read")).toContainText("Missing.");
  await expect(step(page, "First read")).toContainText("Passed");

  // Only what the operator has named may be asked inside.
  await connect(page, "https://127.0.0.1:9", dam.client.secret, 3);
  await press(cards.bynder(page), "Test connection");
  await expect(step(page, "Name resolved")).toContainText("127.0.0.1, which is not a public address.");
  await expect(step(page, "Name resolved")).toContainText("allowed_private_hosts");
});

test("steps are told as they happen", { tag: needsScript }, async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, dam.client.secret);
  let go = () => {};
  dam.pause = new Promise((resolve) => (go = resolve));
  await press(cards.bynder(page), "Test connection");
  await expect(step(page, "Secure connection")).toContainText("Passed");
  await expect(step(page, "Access token")).toHaveCount(0);
  await expect(cards.bynder(page).getByText("Testing…")).toBeVisible();
  go();
  await expect(step(page, "First read")).toContainText("Passed");
});

test("without a Portal URL there is nothing to test", async ({ page, account, dam }) => {
  expect(dam.url).toBeTruthy();
  await signIn(page, account.admin, integration);
  await press(cards.bynder(page), "Test connection");
  await expect(cards.bynder(page)).toContainText("Enter the Portal URL and save it first.");
});

test("the preview shows the account's own assets", async ({ page, account, dam }) => {
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
  expect(await page.content()).not.toContain("token-of-the-dam");
});

test("a DAM that does not answer leaves samples in the preview, and says so", async ({ page, account, dam }) => {
  await signIn(page, account.admin, integration);
  await connect(page, dam.url, "a-wrong-secret");
  await open(page, `${fieldSettings}?add`);
  await expect(preview(page)).toContainText("Sample assets");
  await expect(preview(page)).toContainText("Your own assets cannot be shown");
});
