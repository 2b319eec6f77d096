// Every page and dialog that there is to see, and the way to it. What must hold for all of them is checked over this
// table, and so are the pictures taken.

import { randomUUID } from "node:crypto";
import { type Page } from "@playwright/test";
import type { Demo } from "./demo.ts";
import { editor, fieldSettings, kept, preview, row, saveField } from "./fields.ts";
import { Connector, apiKey, cards, developers, history, implementations, integration, remoteLogs, saveConnection, showKey, switchLogging } from "./integration.ts";
import { signedFetch } from "./oauth1.ts";
import { type NewApp, authorisationAddress, callWith, connectorScopes, oauthApps, registerApp } from "./oauth2.ts";
import type { Server } from "./server.ts";
import { apiTokens, dialog, fillSignIn, open, personMenu, press, signIn } from "./steps.ts";
import { expect, hasScript } from "./test.ts";

/** What the way to a sight starts from: a browser where nobody is signed in, and a filled demo account. */
export interface Start {
  page: Page;
  server: Server;
  demo: Demo;
}

type Way = (start: Start) => Promise<void>;

/** Signs somebody of the demo account in at an address, and waits for the page's own title. */
function at(address: string, title: string, name = "Maren"): Way {
  return async ({ page, demo }) => {
    await signIn(page, demo.person(name), address);
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  };
}

/** The same with a dialog over it. */
function dialogAt(address: string, title: string | RegExp): Way {
  return async ({ page, demo }) => {
    await signIn(page, demo.person("Maren"), address);
    await expect(dialog(page, title)).toBeVisible();
  };
}

/** The field settings with a few fields, and what is to be seen then. */
function fieldsAt(rest: string, wait: (page: Page) => Promise<void>): Way {
  return async ({ page, demo }) => {
    await signIn(page, demo.person("Maren"));
    const { fields } = await kept(page);
    const was = (name: string) => (fields.some(({ field }) => field === name) ? name : "");
    const hero = { defaultSearchTerm: "sea", assetTypes: ["image", "video"], mode: "MultiSelect" } as const;
    await saveField(page, "heroImage", { ...hero, assetTypes: [...hero.assetTypes] }, was("heroImage"));
    await saveField(page, "teaser", { defaultSearchTerm: "no such thing", hideLimitedUse: true }, was("teaser"));
    await saveField(page, "/pages/products/overview/gallery", {}, was("/pages/products/overview/gallery"));
    await open(page, `${fieldSettings}${rest}`);
    await wait(page);
  };
}

function tokenPage(integration: string): Way {
  return async (start) => at(`${apiTokens}/tokens/${await start.demo.token(integration)}`, integration)(start);
}

function consent(callback: string): Way {
  return async ({ page, server, demo }) => {
    const { consumer_key, consumer_secret } = await demo.newConsumer();
    const credential = { consumerKey: consumer_key, consumerSecret: consumer_secret };
    const more: [string, string][] = [["oauth_callback", callback]];
    const answer = await signedFetch("POST", `${server.url}/api/v4/oauth/request_token/`, credential, { more });
    const token = new URLSearchParams(await answer.text()).get("oauth_token");
    await signIn(page, demo.person("Maren"), `/oauth1/authorise?oauth_token=${token}`);
    await expect(page.getByRole("heading", { name: /to use your account/ })).toBeVisible();
  };
}

/** The page of a new app, at the end of its address if need be. */
function appPage(app: Omit<NewApp, "name" | "user">, rest = ""): Way {
  return async ({ page, demo }) => {
    const [maren, name] = [demo.person("Maren"), `Connector ${randomUUID()}`];
    await signIn(page, maren);
    const { id } = await registerApp(page, { ...app, name, user: maren.email });
    await open(page, `${oauthApps}/${id}${rest}`);
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  };
}

const connector = { scopes: connectorScopes };
const wiki = {
  grant: "authorization_code" as const,
  redirectUris: ["https://wiki.larkfield.example/back"],
  scopes: ["offline", "current.user:read", "asset:read"],
};

/** What Maren is asked by a new app. */
async function askedByWiki({ page, demo }: Start): Promise<void> {
  await signIn(page, demo.person("Maren"));
  const app = await registerApp(page, { ...wiki, name: `Wiki ${randomUUID()}` });
  await open(page, authorisationAddress(app, wiki.redirectUris[0]!));
  await expect(page.getByRole("heading", { name: /to use your account/ })).toBeVisible();
}

/** A person with an app that they have allowed something. */
async function connected({ page, demo }: Start): Promise<void> {
  await signIn(page, demo.person("Maren"));
  const app = await registerApp(page, { ...wiki, name: `Wiki ${randomUUID()}` });
  const request = authorisationAddress(app, wiki.redirectUris[0]!).split("?")[1]!;
  await callWith(page, "oauth2/decide", new URLSearchParams({ request, answer: "allow" }));
  await open(page, "/connected-apps");
  await expect(page.getByRole("table", { name: "Your connected apps" })).toBeVisible();
}

/** The newest revision of the demo account's settings, whatever other sights have saved. */
async function newestRevision(page: Page): Promise<number> {
  const answer = await page.request.get("/fn/integration/implementations");
  return ((await answer.json()) as { newest: number }).newest;
}

/** A page of the Integration section on an account with settings, a history and a connector that logs. */
function integrated(address: string, table: string | undefined): Way {
  return async ({ page, server, demo }) => {
    await signIn(page, demo.person("Maren"));
    const base = await newestRevision(page);
    await saveConnection(page, { base, url: `dam-${randomUUID()}.larkfield.example`, client_id: randomUUID() });
    await switchLogging(page, base, true);
    const connector = new Connector(server, await apiKey(page));
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

export const sights: Record<string, Way> = {
  "sign-in": async ({ page }) => void (await open(page, "/sign-in")),
  "sign-in refused": async ({ page, demo }) => {
    await open(page, "/sign-in");
    await fillSignIn(page, { email: demo.person("Maren").email, password: "not her password" });
    await expect(page.getByRole("alert")).toBeVisible();
  },
  integration: integrated(integration, undefined),
  "integration: the API key is shown": async (start) => {
    await at(integration, "Integration")(start);
    await showKey(start.page);
  },
  "integration: refused": async (start) => {
    await at(integration, "Integration")(start);
    const card = cards.bynder(start.page);
    await card.getByLabel("Portal URL").fill("ada@dam.larkfield.example");
    await press(card, "Save");
    await expect(card.getByText("Leave out the user before the @.")).toBeVisible();
  },
  "integration: somebody else has changed the same": async (start) => {
    const { page } = start;
    await at(integration, "Integration")(start);
    await saveConnection(page, { base: await newestRevision(page), url: `dam-${randomUUID()}.larkfield.example` });
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("another.larkfield.example");
    await press(card, "Save");
    await expect(card.getByRole("alert")).toContainText("Maren");
  },
  "integration: Webdam": async (start) => {
    await at(integration, "Integration")(start);
    const card = cards.bynder(start.page);
    await card.getByLabel("DAM").selectOption("Webdam");
    if (hasScript()) await expect(card.getByText(/^Webdam has no OAuth2 apps/)).toBeVisible();
  },
  "integration: a connection that does not work": async (start) => {
    const { page } = start;
    await at(integration, "Integration")(start);
    await saveConnection(page, { base: await newestRevision(page), url: "127.0.0.1" });
    await open(page, integration);
    await press(cards.bynder(page), "Test connection");
    await expect(cards.bynder(page).getByText("Does not work")).toBeVisible();
  },
  "integration without Manage integration": at(integration, "Integration", "Ife"),
  "dialog: rotate the API key": dialogAt(`${integration}?dialog=rotate`, "Rotate the API key"),
  "dialog: leave without saving": async (start) => {
    const { page } = start;
    await at(integration, "Integration")(start);
    if (!hasScript()) return;
    await cards.bynder(page).getByLabel("OAuth2 Client ID").fill(randomUUID());
    await page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" }).click();
    await expect(dialog(page, "Leave without saving?")).toBeVisible();
  },
  implementations: integrated(implementations, "Implementations"),
  "dialog: rename implementation": async (start) => {
    await integrated(implementations, "Implementations")(start);
    await press(start.page.getByRole("table", { name: "Implementations" }), /^Rename/);
    await expect(start.page.getByRole("dialog")).toBeVisible();
  },
  "dialog: forget implementation": async (start) => {
    await integrated(implementations, "Implementations")(start);
    await press(start.page.getByRole("table", { name: "Implementations" }), /^Forget/);
    await expect(start.page.getByRole("dialog")).toBeVisible();
  },
  "remote logs": integrated(remoteLogs, "Remote logs"),
  "remote logs: a long message": async (start) => {
    await integrated(remoteLogs, "Remote logs")(start);
    await start.page.locator("summary").filter({ hasText: "The DAM did not answer" }).first().click();
    await expect(start.page.locator("details.log-message[open]")).toHaveCount(1);
  },
  "remote logs: nothing matches": async (start) => {
    await at(`${remoteLogs}?q=no+such+thing`, "Integration")(start);
    await expect(start.page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  },
  history: integrated(history, undefined),
  "dialog: restore a revision": async (start) => {
    await integrated(history, undefined)(start);
    await press(start.page, /^Restore revision/);
    await expect(start.page.getByRole("dialog", { name: /^Restore revision/ })).toBeVisible();
  },
  "dialog: undo a revision": async (start) => {
    await integrated(history, undefined)(start);
    await press(start.page, /^Undo revision/);
    await expect(start.page.getByRole("dialog", { name: /^Undo revision/ })).toBeVisible();
  },
  "history: a file with many errors": async (start) => {
    const { page } = start;
    await integrated(history, undefined)(start);
    const fields = Array.from({ length: 200 }, (_, index) => ({ field: `f${index}`, assetTypes: [] }));
    await page.getByLabel("Or paste it").fill(JSON.stringify({ fields }, null, 1));
    await press(page, "Preview");
    await expect(page.getByRole("alert").getByText("and 180 more")).toBeVisible();
  },
  developers: integrated(`${developers}?field=heroImage`, undefined),
  "field settings": fieldsAt("", async (page) => expect(row(page, "heroImage")).toBeVisible()),
  "field settings: nothing found": fieldsAt("?q=no+such+field", async (page) => {
    await expect(page.getByText("No field’s name holds “no such field”.")).toBeVisible();
  }),
  "field settings: the form of a field": fieldsAt("?edit=heroImage", async (page) => {
    await expect(preview(page)).toContainText("Harbour at dawn");
  }),
  "field settings: the Global form, in German": fieldsAt("?global=true&language=de_DE", async (page) => {
    await expect(preview(page)).toContainText("Assets suchen");
  }),
  "field settings: nothing to show": fieldsAt("?edit=teaser&language=fr_FR", async (page) => {
    await expect(preview(page)).toContainText("Aucune ressource trouvée");
  }),
  "field settings: a new field refused": fieldsAt("?add=heroImage", async (page) => {
    const form = editor(page, "Add field");
    await form.getByRole("group", { name: "Visible asset types" }).getByRole("radio", { name: "For this field:" }).check();
    await form.getByRole("button", { name: "Save", exact: true }).click();
    await expect(form.getByText("Select at least one asset type.")).toBeVisible();
    await expect(form.getByText("This field has settings already.")).toBeVisible();
  }),
  "field settings: deleted": fieldsAt("", async (page) => {
    await press(row(page, "teaser"), "Delete teaser");
    await expect(page.getByText("Deleted teaser.")).toBeVisible();
  }),
  "asset tracking": at("/asset-tracking", "Asset tracking"),
  subscription: at("/subscription", "Subscription"),
  support: at("/support", "Support ticket"),
  sessions: at("/sessions", "Sessions"),
  "dialog: end all other sessions": async (start) => {
    const { page, demo } = start;
    await at("/sessions", "Sessions")(start);
    const context = await page.context().browser()!.newContext({ baseURL: start.server.url });
    await signIn(await context.newPage(), demo.person("Maren"));
    await context.close();
    await open(page, "/sessions?dialog=end-others");
    await expect(dialog(page, /^End your/)).toBeVisible();
  },
  "dialog: signed out with unsaved changes": async (start) => {
    const { page } = start;
    await at(integration, "Integration")(start);
    if (!hasScript()) return;
    await cards.bynder(page).getByLabel("OAuth2 Client ID").fill(randomUUID());
    await page.context().clearCookies();
    await press(cards.bynder(page), "Save");
    await expect(dialog(page, "You’re signed out")).toBeVisible();
  },
  "signed in again": at("/signed-in", "You’re signed in"),
  settings: at("/settings", "Settings"),
  "settings without Admin settings": at("/settings", "Settings", "Marguerite"),
  "permission management": at("/settings/permissions", "Permission management"),
  "person's menu": async (start) => {
    await at("/asset-tracking", "Asset tracking")(start);
    await personMenu(start.page).click();
    await expect(start.page.getByRole("link", { name: "Sessions" })).toBeVisible();
  },
  "not found": async ({ page }) => {
    await open(page, "/nowhere");
    await expect(page.getByRole("heading", { name: "There is nothing at this address" })).toBeVisible();
  },
  "portal settings": at("/settings/portal", "Portal settings"),
  "portal settings without Admin settings": at("/settings/portal", "Portal settings", "Marguerite"),

  "api tokens": at(apiTokens, "API tokens"),
  "api tokens: second page": async (start) => {
    await at(`${apiTokens}?filter=all`, "API tokens")(start);
    await start.page.getByRole("link", { name: "Next" }).click();
    await expect(start.page.getByRole("link", { name: "Previous" })).toBeVisible();
  },
  "api tokens: ended": at(`${apiTokens}?filter=ended&sort=user`, "API tokens"),
  "api tokens: nothing found": at(`${apiTokens}?q=no+such+thing`, "API tokens"),
  "api tokens: consumers": at(`${apiTokens}?show=consumers`, "API tokens"),
  "api tokens without the right to create": at(apiTokens, "API tokens", "Tomasz"),
  "api tokens without the right to view": at(apiTokens, "API tokens", "Ife"),
  "api tokens without Admin settings": at(apiTokens, "API tokens", "Aleksandra"),

  "dialog: new consumer": dialogAt(`${apiTokens}?dialog=new-consumer`, "Create new consumer"),
  "dialog: new consumer refused": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-consumer`, "Create new consumer")(start);
    const form = dialog(start.page, "Create new consumer");
    await form.getByLabel("Name").fill("Website");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(form.getByText("Another consumer has this name.")).toBeVisible();
  },
  "dialog: consumer created": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-consumer`, "Create new consumer")(start);
    const form = dialog(start.page, "Create new consumer");
    await form.getByLabel("Name").fill(`Intranet ${randomUUID()}`);
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog(start.page, "The consumer was created")).toBeVisible();
  },
  "dialog: new token": dialogAt(`${apiTokens}?dialog=new-token`, "Create new token"),
  "dialog: new token, choosing the user": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-token`, "Create new token")(start);
    if (!hasScript()) return;
    await dialog(start.page, "Create new token").getByLabel("User", { exact: true }).pressSequentially("mar");
    await expect(start.page.getByRole("listbox", { name: "active users" }).getByRole("option").first()).toBeVisible();
    await start.page.keyboard.press("ArrowDown");
  },
  "dialog: new token, no such user": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-token`, "Create new token")(start);
    await dialog(start.page, "Create new token").getByLabel("User", { exact: true }).pressSequentially("nobody");
    await expect(start.page.getByRole("status").filter({ hasText: /\S/ }).first()).toBeVisible();
  },
  "dialog: new token of another integration type, refused": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-token`, "Create new token")(start);
    const form = dialog(start.page, "Create new token");
    await form.getByLabel("Integration type").selectOption("Other");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(form.getByLabel("Integration name")).toHaveAccessibleDescription(/Enter a name\./);
  },
  "dialog: token created": async (start) => {
    await dialogAt(`${apiTokens}?dialog=new-token`, "Create new token")(start);
    const form = dialog(start.page, "Create new token");
    await form.getByLabel("User", { exact: true }).fill(start.demo.person("Maren").email);
    await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
    await form.getByLabel("Integration type").selectOption("WordPress");
    await form.getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog(start.page, "The token was created")).toBeVisible();
  },
  "dialog: revoke": async (start) => {
    await at(`${apiTokens}?q=Contentful`, "API tokens")(start);
    await press(start.page.getByRole("table", { name: "Tokens" }), /^Revoke/);
    await expect(start.page.getByRole("dialog")).toBeVisible();
  },

  "token page": tokenPage("Sitecore XM Cloud"),
  "token page: revoked": tokenPage("Agency upload tool"),
  "consumer page": async (start) => {
    await at(`${apiTokens}/consumers/${await start.demo.consumer("Website")}`, "Website")(start);
  },
  "dialog: delete consumer": async (start) => {
    await at(`${apiTokens}/consumers/${await start.demo.consumer("Website")}`, "Website")(start);
    await press(start.page.getByRole("main"), "Delete consumer");
    await expect(start.page.getByRole("dialog")).toBeVisible();
  },

  consent: consent("https://pim.larkfield.example/back"),
  "consent: code": async (start) => {
    await consent("oob")(start);
    await start.page.getByRole("button", { name: "Allow" }).click();
    await expect(start.page.getByRole("heading", { name: "Access allowed" })).toBeVisible();
  },
  "consent: nothing to answer": async ({ page, demo }) => {
    await signIn(page, demo.person("Maren"), "/oauth1/authorise?oauth_token=0123456789abcdef0123456789abcdef");
    await expect(page.getByRole("heading", { name: "There is nothing to answer here" })).toBeVisible();
  },

  "oauth apps": async (start) => {
    await appPage(connector)(start);
    await open(start.page, oauthApps);
    await expect(start.page.getByRole("table", { name: "OAuth apps" })).toBeVisible();
  },
  "oauth apps without Admin settings": at(oauthApps, "OAuth apps", "Aleksandra"),
  "new oauth app": at(`${oauthApps}/new`, "Add new app"),
  "new oauth app refused": async (start) => {
    await at(`${oauthApps}/new`, "Add new app")(start);
    const { page } = start;
    await page.getByLabel("Application name").fill("Wiki");
    await page.getByRole("radio", { name: /\(public client\)/ }).check();
    await page.getByLabel("Authorization redirect URIs").fill("http://wiki.example/");
    await press(page, "Register application");
    await expect(page.getByText(/Use https\./)).toBeVisible();
  },
  "dialog: oauth app registered": async (start) => {
    await at(`${oauthApps}/new`, "Add new app")(start);
    const { page, demo } = start;
    await page.getByLabel("Application name").fill(`Connector ${randomUUID()}`);
    await page.getByLabel("User", { exact: true }).fill(demo.person("Maren").email);
    await page.getByRole("checkbox", { name: /^asset:read\s/ }).check();
    await press(page, "Register application");
    await expect(dialog(page, "Copy the client secret")).toBeVisible();
  },
  "oauth app page": appPage(connector),
  "oauth app page: to be granted more": async (start) => {
    await appPage({ scopes: ["asset:read"] })(start);
    const details = start.page.getByRole("region", { name: "Details" });
    await details.getByRole("checkbox", { name: /^collection:read\s/ }).check();
    await press(details, "Save changes");
    await expect(details.getByRole("checkbox", { name: /^Let the app be granted more/ })).toBeVisible();
  },
  "oauth app page: asks people": appPage(wiki),
  "dialog: revoke refresh tokens": async (start) => {
    await appPage(wiki, "?dialog=revoke")(start);
    await expect(dialog(start.page, "Revoke all refresh tokens?")).toBeVisible();
  },
  "dialog: delete secret": async (start) => {
    await appPage(connector)(start);
    await press(start.page.getByRole("table", { name: "Client secrets" }), /^Delete/);
    await expect(dialog(start.page, "Delete this secret?")).toBeVisible();
  },
  "dialog: delete oauth app": async (start) => {
    await appPage(connector, "?dialog=delete")(start);
    await expect(start.page.getByRole("dialog")).toBeVisible();
  },
  "oauth2 consent": askedByWiki,
  "oauth2 consent: cannot be answered": at("/oauth2/authorise?client_id=x", "This request cannot be answered"),
  "connected apps": connected,
  "dialog: disconnect": async (start) => {
    await connected(start);
    await press(start.page.getByRole("table", { name: "Your connected apps" }), /^Disconnect/);
    await expect(start.page.getByRole("dialog", { name: /^Disconnect/ })).toBeVisible();
  },
  "connected apps: none": at("/connected-apps", "Connected apps", "Tomasz"),
};
