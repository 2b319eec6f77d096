// Every page and dialog, with the setup that opens it. The accessibility tests and the screenshots cover all of them.

import { randomUUID } from "node:crypto";
import { type Page } from "@playwright/test";
import type { Demo } from "./demo.ts";
import { editor, fieldSettings, loadSettings, preview, row, saveField } from "./fields.ts";
import { cards, Connector, developers, fetchApiKey, history, implementations, integration, remoteLogs, saveConnection, setRemoteLogging, showApiKey } from "./integration.ts";
import { signedFetch } from "./oauth1.ts";
import { authorizationUrl, callServerFunction, connectorScopes, type NewApp, oauthApps, registerApp } from "./oauth2.ts";
import { askForLink, mailedLink } from "./mail.ts";
import type { Server } from "./server.ts";
import { apiTokens, click, dialog, fillSignIn, open, signIn, userMenu } from "./actions.ts";
import { expect, hasScript } from "./test.ts";

/** The state before a setup: a signed-out browser and the demo account. */
export interface Scenario {
  page: Page;
  server: Server;
  demo: Demo;
}

type Setup = (scenario: Scenario) => Promise<void>;

/** Signs in a user of the demo account, opens a page and waits for its heading. */
function openPage(address: string, title: string, name = "Maren"): Setup {
  return async ({ page, demo }) => {
    await signIn(page, demo.user(name), address);
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  };
}

/** Signs in, opens a page and waits for its dialog. */
function openDialog(address: string, title: string | RegExp): Setup {
  return async ({ page, demo }) => {
    await signIn(page, demo.user("Maren"), address);
    await expect(dialog(page, title)).toBeVisible();
  };
}

/** Saves a few fields, opens the field settings at this query and waits for `wait`. */
function openFieldSettings(query: string, wait: (page: Page) => Promise<void>): Setup {
  return async ({ page, demo }) => {
    await signIn(page, demo.user("Maren"));
    const { fields } = await loadSettings(page);
    const was = (name: string) => (fields.some(({ field }) => field === name) ? name : "");
    const hero = { defaultSearchTerm: "sea", assetTypes: ["image", "video"], mode: "MultiSelect" } as const;
    await saveField(page, "heroImage", { ...hero, assetTypes: [...hero.assetTypes] }, was("heroImage"));
    await saveField(page, "teaser", { defaultSearchTerm: "no such thing", hideLimitedUse: true }, was("teaser"));
    await saveField(page, "/pages/products/overview/gallery", {}, was("/pages/products/overview/gallery"));
    await open(page, `${fieldSettings}${query}`);
    await wait(page);
  };
}

function openTokenPage(integration: string): Setup {
  return async (scenario) => openPage(`${apiTokens}/tokens/${await scenario.demo.tokenId(integration)}`, integration)(scenario);
}

function openOAuth1Consent(callback: string): Setup {
  return async ({ page, server, demo }) => {
    const { consumer_key, consumer_secret } = await demo.newConsumer();
    const credential = { consumerKey: consumer_key, consumerSecret: consumer_secret };
    const extra: [string, string][] = [["oauth_callback", callback]];
    const response = await signedFetch("POST", `${server.url}/api/v4/oauth/request_token/`, credential, { extra });
    const token = new URLSearchParams(await response.text()).get("oauth_token");
    await signIn(page, demo.user("Maren"), `/oauth1/authorise?oauth_token=${token}`);
    await expect(page.getByRole("heading", { name: /to use your account/ })).toBeVisible();
  };
}

/** Opens a mailed link to set a new password. */
async function openResetLink({ page, server, demo }: Scenario): Promise<void> {
  await open(page, await mailedLink(page, server, demo.user("Ife").email));
  await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
}

/** Registers an app and opens its page, at this query. */
function openAppPage(app: Omit<NewApp, "name" | "user">, query = ""): Setup {
  return async ({ page, demo }) => {
    const [maren, name] = [demo.user("Maren"), `Connector ${randomUUID()}`];
    await signIn(page, maren);
    const { id } = await registerApp(page, { ...app, name, user: maren.email });
    await open(page, `${oauthApps}/${id}${query}`);
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  };
}

const connector = { scopes: connectorScopes };
const wiki = {
  grant: "authorization_code" as const,
  redirectUris: ["https://wiki.larkfield.example/back"],
  scopes: ["offline", "current.user:read", "asset:read"],
};

/** Registers an app and opens its consent page. */
async function openOAuth2Consent({ page, demo }: Scenario): Promise<void> {
  await signIn(page, demo.user("Maren"));
  const app = await registerApp(page, { ...wiki, name: `Wiki ${randomUUID()}` });
  await open(page, authorizationUrl(app, wiki.redirectUris[0]!));
  await expect(page.getByRole("heading", { name: /to use your account/ })).toBeVisible();
}

/** Registers an app, allows it access and opens the connected apps. */
async function openConnectedApps({ page, demo }: Scenario): Promise<void> {
  await signIn(page, demo.user("Maren"));
  const app = await registerApp(page, { ...wiki, name: `Wiki ${randomUUID()}` });
  const request = authorizationUrl(app, wiki.redirectUris[0]!).split("?")[1]!;
  await callServerFunction(page, "oauth2/decide", new URLSearchParams({ request, answer: "allow" }));
  await open(page, "/connected-apps");
  await expect(page.getByRole("table", { name: "Your connected apps" })).toBeVisible();
}

/** Returns the newest revision of the demo account's settings, which other setups change too. */
async function newestRevision(page: Page): Promise<number> {
  const response = await page.request.get("/fn/integration/implementations");
  return ((await response.json()) as { newest: number }).newest;
}

/** Saves settings, logs as a connector and opens a page of the Integration section. */
function openIntegration(address: string, table: string | undefined): Setup {
  return async ({ page, server, demo }) => {
    await signIn(page, demo.user("Maren"));
    const base = await newestRevision(page);
    await saveConnection(page, { base, url: `dam-${randomUUID()}.larkfield.example`, client_id: randomUUID() });
    await setRemoteLogging(page, base, true);
    const connector = new Connector(server, await fetchApiKey(page));
    await connector.settings();
    await connector.log(
      { level: "error", message: `The DAM did not answer within 30 seconds. ${"It is asked again later. ".repeat(20)}` },
      { level: "warning", message: "field heroImage asks for mode MultiSelect, which this version does not know" },
      { level: "info", message: "Started" },
    );
    await open(page, address);
    if (table) await expect(page.getByRole("table", { name: table })).toBeVisible();
  };
}

export const pages: Record<string, Setup> = {
  "sign-in": async ({ page }) => void (await open(page, "/sign-in")),
  "sign-in rejected": async ({ page, demo }) => {
    await open(page, "/sign-in");
    await fillSignIn(page, { email: demo.user("Maren").email, password: "not her password" });
    await expect(page.getByRole("alert")).toBeVisible();
  },
  "forgot password": async ({ page }) => void (await open(page, "/forgot-password")),
  "forgot password: sent": async ({ page }) => {
    await askForLink(page, "nobody@larkfield.example");
    await expect(page.getByRole("button", { name: "Send again" })).toBeVisible();
  },
  "forgot password: rejected": async ({ page }) => {
    // The browser accepts this address, the server does not.
    await askForLink(page, `${"x".repeat(65)}@larkfield.example`);
    await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/Enter an email address/);
  },
  "reset password": openResetLink,
  "reset password: rejected": async (scenario) => {
    await openResetLink(scenario);
    await scenario.page.getByLabel("New password", { exact: true }).fill("aaaaaaaaaaaa");
    await click(scenario.page, "Set password and sign in");
    await expect(scenario.page.getByText("This password is too easy to guess.")).toBeVisible();
  },
  "reset password: invalid link": async ({ page }) => {
    await open(page, "/reset-password?token=x");
    await expect(page.getByRole("heading", { name: "This link doesn’t work" })).toBeVisible();
  },
  "signed out": async (scenario) => {
    const { page } = scenario;
    await openPage(integration, "Integration")(scenario);
    await page.context().clearCookies();
    // Submits the form as a browser without scripts does.
    await page.evaluate(() => {
      const secret = document.querySelector<HTMLInputElement>("#client_secret")!;
      secret.value = "hush-hush";
      secret.form!.submit();
    });
    await expect(page.getByRole("heading", { name: "You’re signed out", level: 1 })).toBeVisible();
  },
  integration: openIntegration(integration, undefined),
  "integration: API key shown": async (scenario) => {
    await openPage(integration, "Integration")(scenario);
    await showApiKey(scenario.page);
  },
  "integration: rejected": async (scenario) => {
    await openPage(integration, "Integration")(scenario);
    const card = cards.bynder(scenario.page);
    await card.getByLabel("Portal URL").fill("ada@dam.larkfield.example");
    await click(card, "Save");
    await expect(card.getByText("Remove the user name (before @).")).toBeVisible();
  },
  "integration: edit conflict": async (scenario) => {
    const { page } = scenario;
    await openPage(integration, "Integration")(scenario);
    await saveConnection(page, { base: await newestRevision(page), url: `dam-${randomUUID()}.larkfield.example` });
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("another.larkfield.example");
    await click(card, "Save");
    await expect(card.getByRole("alert")).toContainText("Maren");
  },
  "integration: Webdam": async (scenario) => {
    await openPage(integration, "Integration")(scenario);
    const card = cards.bynder(scenario.page);
    await card.getByLabel("DAM").selectOption("Webdam");
    if (hasScript()) await expect(card.getByText(/^Webdam has no OAuth2 apps/)).toBeVisible();
  },
  "integration: connection test failed": async (scenario) => {
    const { page } = scenario;
    await openPage(integration, "Integration")(scenario);
    await saveConnection(page, { base: await newestRevision(page), url: "127.0.0.1" });
    await open(page, integration);
    await click(cards.bynder(page), "Test connection");
    await expect(cards.bynder(page).getByText("Connection failed", { exact: true })).toBeVisible();
  },
  "integration without Manage integration": openPage(integration, "Integration", "Ife"),
  "dialog: rotate the API key": openDialog(`${integration}?dialog=rotate`, "Rotate the API key"),
  "dialog: leave without saving": async (scenario) => {
    const { page } = scenario;
    await openPage(integration, "Integration")(scenario);
    if (!hasScript()) return;
    await cards.bynder(page).getByLabel("OAuth2 Client ID").fill(randomUUID());
    await page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" }).click();
    await expect(dialog(page, "Leave without saving?")).toBeVisible();
  },
  implementations: openIntegration(implementations, "Implementations"),
  "dialog: rename implementation": async (scenario) => {
    await openIntegration(implementations, "Implementations")(scenario);
    await click(scenario.page.getByRole("table", { name: "Implementations" }), /^Rename/);
    await expect(scenario.page.getByRole("dialog")).toBeVisible();
  },
  "dialog: remove implementation": async (scenario) => {
    await openIntegration(implementations, "Implementations")(scenario);
    await click(scenario.page.getByRole("table", { name: "Implementations" }), /^Remove/);
    await expect(scenario.page.getByRole("dialog")).toBeVisible();
  },
  "remote logs": openIntegration(remoteLogs, "Remote logs"),
  "remote logs: long message": async (scenario) => {
    await openIntegration(remoteLogs, "Remote logs")(scenario);
    await scenario.page.locator("summary").filter({ hasText: "The DAM did not answer" }).first().click();
    await expect(scenario.page.locator("details.log-message[open]")).toHaveCount(1);
  },
  "remote logs: no matches": async (scenario) => {
    await openPage(`${remoteLogs}?q=no+such+thing`, "Integration")(scenario);
    await expect(scenario.page.getByRole("heading", { name: "No matching logs" })).toBeVisible();
  },
  history: openIntegration(history, undefined),
  "dialog: restore a revision": async (scenario) => {
    await openIntegration(history, undefined)(scenario);
    await click(scenario.page, /^Restore revision/);
    await expect(scenario.page.getByRole("dialog", { name: /^Restore revision/ })).toBeVisible();
  },
  "dialog: undo a revision": async (scenario) => {
    await openIntegration(history, undefined)(scenario);
    await click(scenario.page, /^Undo revision/);
    await expect(scenario.page.getByRole("dialog", { name: /^Undo revision/ })).toBeVisible();
  },
  "history: settings file with many errors": async (scenario) => {
    const { page } = scenario;
    await openIntegration(history, undefined)(scenario);
    const fields = Array.from({ length: 200 }, (_, index) => ({ field: `f${index}`, assetTypes: [] }));
    await page.getByLabel("Or paste it").fill(JSON.stringify({ fields }, null, 1));
    await click(page, "Preview");
    await expect(page.getByRole("alert").getByText("and 180 more")).toBeVisible();
  },
  developers: openIntegration(`${developers}?field=heroImage`, undefined),
  "field settings": openFieldSettings("", async (page) => expect(row(page, "heroImage")).toBeVisible()),
  "field settings: no matches": openFieldSettings("?q=no+such+field", async (page) => {
    await expect(page.getByText("No fields match “no such field”.")).toBeVisible();
  }),
  "field settings: field form": openFieldSettings("?edit=heroImage", async (page) => {
    await expect(preview(page)).toContainText("Harbour at dawn");
  }),
  "field settings: Global form with German preview": openFieldSettings("?global=true&language=de_DE", async (page) => {
    await expect(preview(page)).toContainText("Assets suchen");
  }),
  "field settings: preview without assets": openFieldSettings("?edit=teaser&language=fr_FR", async (page) => {
    await expect(preview(page)).toContainText("Aucune ressource trouvée");
  }),
  "field settings: invalid new field": openFieldSettings("?add=heroImage", async (page) => {
    const form = editor(page, "Add field");
    await form.getByRole("group", { name: "Visible asset types" }).getByRole("radio", { name: "For this field:" }).check();
    await form.getByRole("button", { name: "Save", exact: true }).click();
    await expect(form.getByText("Select at least one asset type.")).toBeVisible();
    await expect(form.getByText("This field already has settings.")).toBeVisible();
  }),
  "field settings: field deleted": openFieldSettings("", async (page) => {
    await click(row(page, "teaser"), "Delete teaser");
    await expect(page.getByText("Deleted teaser.")).toBeVisible();
  }),
  "asset tracking": openPage("/asset-tracking", "Asset tracking"),
  subscription: openPage("/subscription", "Subscription"),
  support: openPage("/support", "Support ticket"),
  sessions: openPage("/sessions", "Sessions"),
  "dialog: end all other sessions": async (scenario) => {
    const { page, demo } = scenario;
    await openPage("/sessions", "Sessions")(scenario);
    const context = await page.context().browser()!.newContext({ baseURL: scenario.server.url });
    await signIn(await context.newPage(), demo.user("Maren"));
    await context.close();
    await open(page, "/sessions?dialog=end-others");
    await expect(dialog(page, /^Sign out your/)).toBeVisible();
  },
  "dialog: signed out with unsaved changes": async (scenario) => {
    const { page } = scenario;
    await openPage(integration, "Integration")(scenario);
    if (!hasScript()) return;
    await cards.bynder(page).getByLabel("OAuth2 Client ID").fill(randomUUID());
    await page.context().clearCookies();
    await click(cards.bynder(page), "Save");
    await expect(dialog(page, "You’re signed out")).toBeVisible();
  },
  "signed in again": openPage("/signed-in", "You’re signed in"),
  settings: openPage("/settings", "Settings"),
  "settings without Admin settings": openPage("/settings", "Settings", "Marguerite"),
  "permission management": openPage("/settings/permissions", "Permission management"),
  "user menu": async (scenario) => {
    await openPage("/asset-tracking", "Asset tracking")(scenario);
    await userMenu(scenario.page).click();
    await expect(scenario.page.getByRole("link", { name: "Sessions" })).toBeVisible();
  },
  "not found": async ({ page }) => {
    await open(page, "/nowhere");
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
  },
  "portal settings": openPage("/settings/portal", "Portal settings"),
  "portal settings without Admin settings": openPage("/settings/portal", "Portal settings", "Marguerite"),

  "api tokens": openPage(apiTokens, "API tokens"),
  "api tokens: second page": async (scenario) => {
    await openPage(`${apiTokens}?filter=all`, "API tokens")(scenario);
    await scenario.page.getByRole("link", { name: "Next" }).click();
    await expect(scenario.page.getByRole("link", { name: "Previous" })).toBeVisible();
  },
  "api tokens: ended": openPage(`${apiTokens}?filter=ended&sort=user`, "API tokens"),
  "api tokens: no matches": openPage(`${apiTokens}?q=no+such+thing`, "API tokens"),
  "api tokens: consumers": openPage(`${apiTokens}?show=consumers`, "API tokens"),
  "api tokens without the right to create": openPage(apiTokens, "API tokens", "Tomasz"),
  "api tokens without the right to view": openPage(apiTokens, "API tokens", "Ife"),
  "api tokens without Admin settings": openPage(apiTokens, "API tokens", "Aleksandra"),

  "dialog: new consumer": openDialog(`${apiTokens}?dialog=new-consumer`, "Create new consumer"),
  "dialog: new consumer rejected": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-consumer`, "Create new consumer")(scenario);
    const form = dialog(scenario.page, "Create new consumer");
    await form.getByLabel("Name").fill("Website");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(form.getByText("This name is already in use.")).toBeVisible();
  },
  "dialog: consumer created": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-consumer`, "Create new consumer")(scenario);
    const form = dialog(scenario.page, "Create new consumer");
    await form.getByLabel("Name").fill(`Intranet ${randomUUID()}`);
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog(scenario.page, "The consumer was created")).toBeVisible();
  },
  "dialog: new token": openDialog(`${apiTokens}?dialog=new-token`, "Create new token"),
  "dialog: new token, user suggestions": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-token`, "Create new token")(scenario);
    if (!hasScript()) return;
    await dialog(scenario.page, "Create new token").getByLabel("User", { exact: true }).pressSequentially("mar");
    await expect(scenario.page.getByRole("listbox", { name: "active users" }).getByRole("option").first()).toBeVisible();
    await scenario.page.keyboard.press("ArrowDown");
  },
  "dialog: new token, no such user": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-token`, "Create new token")(scenario);
    await dialog(scenario.page, "Create new token").getByLabel("User", { exact: true }).pressSequentially("nobody");
    await expect(scenario.page.getByRole("status").filter({ hasText: /\S/ }).first()).toBeVisible();
  },
  "dialog: new token of another integration type, rejected": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-token`, "Create new token")(scenario);
    const form = dialog(scenario.page, "Create new token");
    await form.getByLabel("Integration type").selectOption("Other");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(form.getByLabel("Integration name")).toHaveAccessibleDescription(/Enter a name\./);
  },
  "dialog: token created": async (scenario) => {
    await openDialog(`${apiTokens}?dialog=new-token`, "Create new token")(scenario);
    const form = dialog(scenario.page, "Create new token");
    await form.getByLabel("User", { exact: true }).fill(scenario.demo.user("Maren").email);
    await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
    await form.getByLabel("Integration type").selectOption("WordPress");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog(scenario.page, "The token was created")).toBeVisible();
  },
  "dialog: revoke": async (scenario) => {
    await openPage(`${apiTokens}?q=Contentful`, "API tokens")(scenario);
    await click(scenario.page.getByRole("table", { name: "Tokens" }), /^Revoke/);
    await expect(scenario.page.getByRole("dialog")).toBeVisible();
  },

  "token page": openTokenPage("Sitecore XM Cloud"),
  "token page: revoked": openTokenPage("Agency upload tool"),
  "consumer page": async (scenario) => {
    await openPage(`${apiTokens}/consumers/${await scenario.demo.consumerId("Website")}`, "Website")(scenario);
  },
  "dialog: delete consumer": async (scenario) => {
    await openPage(`${apiTokens}/consumers/${await scenario.demo.consumerId("Website")}`, "Website")(scenario);
    await click(scenario.page.getByRole("main"), "Delete consumer");
    await expect(scenario.page.getByRole("dialog")).toBeVisible();
  },

  consent: openOAuth1Consent("https://pim.larkfield.example/back"),
  "consent: code": async (scenario) => {
    await openOAuth1Consent("oob")(scenario);
    await scenario.page.getByRole("button", { name: "Allow" }).click();
    await expect(scenario.page.getByRole("heading", { name: "Access allowed" })).toBeVisible();
  },
  "consent: unknown request": async ({ page, demo }) => {
    await signIn(page, demo.user("Maren"), "/oauth1/authorise?oauth_token=0123456789abcdef0123456789abcdef");
    await expect(page.getByRole("heading", { name: "Request no longer valid" })).toBeVisible();
  },

  "oauth apps": async (scenario) => {
    await openAppPage(connector)(scenario);
    await open(scenario.page, oauthApps);
    await expect(scenario.page.getByRole("table", { name: "OAuth apps" })).toBeVisible();
  },
  "oauth apps without Admin settings": openPage(oauthApps, "OAuth apps", "Aleksandra"),
  "new oauth app": openPage(`${oauthApps}/new`, "Add new app"),
  "new oauth app rejected": async (scenario) => {
    await openPage(`${oauthApps}/new`, "Add new app")(scenario);
    const { page } = scenario;
    await page.getByLabel("Application name").fill("Wiki");
    await page.getByRole("radio", { name: /\(public client\)/ }).check();
    await page.getByLabel("Authorization redirect URIs").fill("http://wiki.example/");
    await click(page, "Register application");
    await expect(page.getByText(/Use https\./)).toBeVisible();
  },
  "dialog: oauth app registered": async (scenario) => {
    await openPage(`${oauthApps}/new`, "Add new app")(scenario);
    const { page, demo } = scenario;
    await page.getByLabel("Application name").fill(`Connector ${randomUUID()}`);
    await page.getByLabel("User", { exact: true }).fill(demo.user("Maren").email);
    await page.getByRole("checkbox", { name: /^asset:read\s/ }).check();
    await click(page, "Register application");
    await expect(dialog(page, "Copy the client secret")).toBeVisible();
  },
  "oauth app page": openAppPage(connector),
  "oauth app page: additional scopes to confirm": async (scenario) => {
    await openAppPage({ scopes: ["asset:read"] })(scenario);
    const details = scenario.page.getByRole("region", { name: "Details" });
    await details.getByRole("checkbox", { name: /^collection:read\s/ }).check();
    await click(details, "Save changes");
    await expect(details.getByRole("checkbox", { name: /^Allow additional scopes/ })).toBeVisible();
  },
  "oauth app page: authorization code": openAppPage(wiki),
  "dialog: revoke refresh tokens": async (scenario) => {
    await openAppPage(wiki, "?dialog=revoke")(scenario);
    await expect(dialog(scenario.page, "Revoke all refresh tokens?")).toBeVisible();
  },
  "dialog: delete secret": async (scenario) => {
    await openAppPage(connector)(scenario);
    await click(scenario.page.getByRole("table", { name: "Client secrets" }), /^Delete/);
    await expect(dialog(scenario.page, "Delete this secret?")).toBeVisible();
  },
  "dialog: delete oauth app": async (scenario) => {
    await openAppPage(connector, "?dialog=delete")(scenario);
    await expect(scenario.page.getByRole("dialog")).toBeVisible();
  },
  "oauth2 consent": openOAuth2Consent,
  "oauth2 consent: invalid request": openPage("/oauth2/authorise?client_id=x", "Invalid authorization request"),
  "connected apps": openConnectedApps,
  "dialog: disconnect": async (scenario) => {
    await openConnectedApps(scenario);
    await click(scenario.page.getByRole("table", { name: "Your connected apps" }), /^Disconnect/);
    await expect(scenario.page.getByRole("dialog", { name: /^Disconnect/ })).toBeVisible();
  },
  "connected apps: none": openPage("/connected-apps", "Connected apps", "Tomasz"),
  "change password": openPage("/password", "Change password"),
  "change password: rejected": async (scenario) => {
    const { page } = scenario;
    await openPage("/password", "Change password")(scenario);
    await page.getByLabel("Current password").fill("correct horse battery");
    await page.getByLabel("New password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    if (hasScript()) await expect(page.getByText("Use at least 12 characters.")).toBeVisible();
  },
};

/** The setup for each route of the app, apart from `/setup`, which exists only before the first account. */
export const routePages: Record<string, Setup> = {
  "/sign-in": pages["sign-in"]!,
  "/forgot-password": pages["forgot password"]!,
  "/reset-password": pages["reset password"]!,
  "/oauth1/authorise": pages["consent"]!,
  "/oauth2/authorise": pages["oauth2 consent"]!,
  "/integration": pages["integration"]!,
  "/integration/fields": pages["field settings"]!,
  "/integration/implementations": pages["implementations"]!,
  "/integration/logs": pages["remote logs"]!,
  "/integration/history": pages["history"]!,
  "/integration/developers": pages["developers"]!,
  "/asset-tracking": pages["asset tracking"]!,
  "/subscription": pages["subscription"]!,
  "/support": pages["support"]!,
  "/sessions": pages["sessions"]!,
  "/signed-in": pages["signed in again"]!,
  "/connected-apps": pages["connected apps"]!,
  "/password": pages["change password"]!,
  "/settings": pages["settings"]!,
  "/settings/permissions": pages["permission management"]!,
  "/settings/portal": pages["portal settings"]!,
  "/settings/portal/api-tokens": pages["api tokens"]!,
  "/settings/portal/api-tokens/tokens/:id": pages["token page"]!,
  "/settings/portal/api-tokens/consumers/:id": pages["consumer page"]!,
  "/settings/portal/oauth-apps": pages["oauth apps"]!,
  "/settings/portal/oauth-apps/new": pages["new oauth app"]!,
  "/settings/portal/oauth-apps/:id": pages["oauth app page"]!,
  "/*any": pages["not found"]!,
};
