// What people and programs store is text wherever a page shows it, on the first load and after going from page to page.

import { type Page } from "@playwright/test";
import type { Account } from "../support/account.ts";
import { apiKey, Connector, implementations, integration, remoteLogs, switchLogging } from "../support/integration.ts";
import { fieldSettings } from "../support/fields.ts";
import { authorisationAddress, oauthApps, registerApp } from "../support/oauth2.ts";
import type { Server } from "../support/server.ts";
import { apiTokens, open, signIn } from "../support/steps.ts";
import { expect, hasScript, test } from "../support/test.ts";

/** Ends what a title stands in, and begins an element. */
const marked = (name: string) => `${name} </title><b id=stored>`;

/** Fails where a stored text has become an element, and where the text is not to be seen as it was typed. */
async function expectText(page: Page, name: string): Promise<void> {
  await expect(page.getByText(marked(name)).first()).toBeAttached();
  expect(await page.locator("#stored").count(), page.url()).toBe(0);
}

interface Stored {
  consumer: string;
  token: string;
  app: string;
}

async function store(page: Page, account: Account, server: Server): Promise<Stored> {
  const person = await account.person(marked("Grace"), "all");
  const consumer = await account.consumer(marked("Web shop"));
  const token = await account.token(person, consumer, marked("CMS"));
  await account.applySettings({ global: {}, fields: [{ field: marked("Hero image"), defaultSearchTerm: marked("harbour") }] });
  const app = await registerApp(page, {
    name: marked("Wiki"),
    grant: "authorization_code",
    redirectUris: ["https://wiki.example.com/back"],
    scopes: ["current.user:read"],
  });
  await switchLogging(page, 1, true);
  const connector = new Connector(server, await apiKey(page), `sitecoreai/2.1.0; instance="${marked("Production")}"`);
  expect((await connector.settings()).status).toBe(200);
  expect((await connector.log({ level: "error", message: marked("Failed") })).status).toBe(202);
  return { consumer: `${apiTokens}/consumers/${consumer.id}`, token: `${apiTokens}/tokens/${token.id}`, app: `${oauthApps}/${app.id}` };
}

test("names are text in the page and in its title, on the first load and after going there", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const { consumer, token, app } = await store(page, account, server);
  const id = app.split("/").pop()!;
  const consent = authorisationAddress({ id, secret: undefined }, "https://wiki.example.com/back");
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
    await test.step(`${address} on its own`, async () => {
      await open(page, address);
      await expectText(page, name);
      if (inTitle) expect(await page.title()).toContain(marked(name));
    });
  }
  if (!hasScript()) return;
  for (const [list, address, name] of [
    [apiTokens, consumer, "Web shop"],
    [apiTokens, token, "CMS"],
    [oauthApps, app, "Wiki"],
  ] as const) {
    await test.step(`${address} from its list`, async () => {
      await open(page, list);
      await page.locator(`a[href="${address}"]`).first().click();
      await expect(page).toHaveURL(address);
      await expectText(page, name);
      await expect(page).toHaveTitle(/ · Gatehouse$/);
      expect(await page.locator("#stored").count()).toBe(0);
    });
  }
});
