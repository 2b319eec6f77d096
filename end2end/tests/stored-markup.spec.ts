// Stored names and messages are escaped wherever pages show them, on the first load and after client-side navigation.

import { type Page } from "@playwright/test";
import type { Account } from "../support/account.ts";
import { Connector, fetchApiKey, implementations, integration, remoteLogs, setRemoteLogging } from "../support/integration.ts";
import { fieldSettings } from "../support/fields.ts";
import { authorizationUrl, oauthApps, registerApp } from "../support/oauth2.ts";
import type { Server } from "../support/server.ts";
import { apiTokens, open, signIn } from "../support/actions.ts";
import { expect, hasScript, test } from "../support/test.ts";

/** Adds markup that would close a title and open an element. */
const withMarkup = (name: string) => `${name} </title><b id=stored>`;

/** Expects the stored text on the page, unchanged and not parsed as markup. */
async function expectText(page: Page, name: string): Promise<void> {
  await expect(page.getByText(withMarkup(name)).first()).toBeAttached();
  expect(await page.locator("#stored").count(), page.url()).toBe(0);
}

interface Stored {
  consumer: string;
  token: string;
  app: string;
}

async function store(page: Page, account: Account, server: Server): Promise<Stored> {
  const user = await account.createUser(withMarkup("Grace"), "all");
  const consumer = await account.createConsumer(withMarkup("Web shop"));
  const token = await account.createToken(user, consumer, withMarkup("CMS"));
  await account.applySettings({ global: {}, fields: [{ field: withMarkup("Hero image"), defaultSearchTerm: withMarkup("harbour") }] });
  const app = await registerApp(page, {
    name: withMarkup("Wiki"),
    grant: "authorization_code",
    redirectUris: ["https://wiki.example.com/back"],
    scopes: ["current.user:read"],
  });
  await setRemoteLogging(page, 1, true);
  const connector = new Connector(server, await fetchApiKey(page), `sitecoreai/2.1.0; instance="${withMarkup("Production")}"`);
  expect((await connector.settings()).status).toBe(200);
  expect((await connector.log({ level: "error", message: withMarkup("Failed") })).status).toBe(202);
  return { consumer: `${apiTokens}/consumers/${consumer.id}`, token: `${apiTokens}/tokens/${token.id}`, app: `${oauthApps}/${app.id}` };
}

test("stored markup is shown as text in pages and titles", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const { consumer, token, app } = await store(page, account, server);
  const id = app.split("/").pop()!;
  const consent = authorizationUrl({ id, secret: undefined }, "https://wiki.example.com/back");
  const pages: [address: string, name: string, inTitle?: boolean][] = [
    [apiTokens, "Web shop"],
    [consumer, "Web shop", true],
    [token, "CMS"],
    [oauthApps, "Wiki"],
    [app, "Wiki", true],
    [fieldSettings, "Hero image"],
    [implementations, "Production"],
    [remoteLogs, "Failed"],
    [`${integration}/history`, "Hero image"],
    [consent, "Wiki", true],
  ];
  for (const [address, name, inTitle] of pages) {
    await test.step(`${address} on first load`, async () => {
      await open(page, address);
      await expectText(page, name);
      if (inTitle) expect(await page.title()).toContain(withMarkup(name));
    });
  }
  if (!hasScript()) return;
  for (const [list, address, name] of [
    [apiTokens, consumer, "Web shop"],
    [apiTokens, token, "CMS"],
    [oauthApps, app, "Wiki"],
  ] as const) {
    await test.step(`${address} by navigation`, async () => {
      await open(page, list);
      await page.locator(`a[href="${address}"]`).first().click();
      await expect(page).toHaveURL(address);
      await expectText(page, name);
      await expect(page).toHaveTitle(/ · Gatehouse$/);
      expect(await page.locator("#stored").count()).toBe(0);
    });
  }
});
