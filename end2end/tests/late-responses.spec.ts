// Responses and clicks that arrive after the component that waited for them is gone must not break the page.
// A panic is a console error, which fails the test.

import { type Locator, type Page, type Request } from "@playwright/test";
import { type Account } from "../support/account.ts";
import { apiTokens, click, dialog, open, section, signIn, waitForHydration } from "../support/actions.ts";
import { cards, expectSaved, integration } from "../support/integration.ts";
import { oauthApps, registerApp } from "../support/oauth2.ts";
import { expect, test } from "../support/test.ts";

const newToken = `${apiTokens}?dialog=new-token`;

/** Holds requests back until they are released. */
class HeldRequests {
  readonly #page: Page;
  readonly #glob: string;
  #resolveReleased: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => (this.#resolveReleased = resolve));
  readonly #responses: Promise<unknown>[] = [];

  private constructor(page: Page, glob: string) {
    this.#page = page;
    this.#glob = glob;
  }

  static async hold(page: Page, glob: string): Promise<HeldRequests> {
    const held = new HeldRequests(page, glob);
    await page.route(glob, async (route) => {
      await held.#released;
      // The request fails if its page was closed or left.
      await route.continue().catch(() => {});
    });
    page.on("request", (request) => {
      if (held.#matches(request)) held.#responses.push(request.response().catch(() => null));
    });
    return held;
  }

  #matches(request: Request): boolean {
    return new URL(request.url()).pathname === this.#glob.replace(/^\*\*/, "").replace(/\*$/, "");
  }

  /** Waits until a request is held. */
  async waitForRequest(): Promise<void> {
    await expect.poll(() => this.#responses.length).toBeGreaterThan(0);
  }

  /** Releases the held requests and waits until the page has handled the responses. */
  async release(): Promise<void> {
    this.#resolveReleased();
    await Promise.all(this.#responses);
    await this.#page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }
}

async function signInAndOpen(page: Page, account: Account, address: string): Promise<void> {
  await account.createConsumer("Website");
  await account.createUser("Grace Hopper");
  await signIn(page, account.admin, apiTokens);
  await open(page, address);
}

async function fill(page: Page, user: string): Promise<void> {
  const form = dialog(page, "Create new token");
  await form.getByLabel("User", { exact: true }).fill(user);
  await form.getByLabel("Consumer", { exact: true }).selectOption("Website");
  await form.getByLabel("Integration type").selectOption("WordPress");
}

const createButton = (page: Page) => dialog(page, "Create new token").getByRole("button", { name: "Create", exact: true });

/** Expects that a dialog opens, its user search works and it closes. */
async function expectResponsive(page: Page): Promise<void> {
  await click(page.getByRole("main"), "Create new token");
  const user = dialog(page, "Create new token").getByLabel("User", { exact: true });
  await user.fill("grace");
  await expect(page.getByRole("option", { name: /Grace Hopper/ })).toBeVisible();
  await user.press("Escape");
  await click(dialog(page, "Create new token"), "Cancel");
  await expect(dialog(page, "Create new token")).toHaveCount(0);
}

test("double-clicking Create while another tab loads creates one token", async ({ page, account, context }) => {
  await signInAndOpen(page, account, newToken);
  const user = dialog(page, "Create new token").getByLabel("User", { exact: true });
  await user.fill("ada");
  await expect(page.getByRole("option").first()).toBeVisible();
  await fill(page, account.admin.email);
  const other = await context.newPage();
  const loaded = other.goto(apiTokens);
  await createButton(page).dblclick();
  await expect(dialog(page, "The token was created")).toBeVisible();
  await loaded;
  expect(await account.tokens()).toHaveLength(1);
  await click(dialog(page, "The token was created"), "OK");
  await expect(dialog(page, "The token was created")).toHaveCount(0);
  await waitForHydration(page);
  await expectResponsive(page);
});

test("clicking Create between the response and the redirect creates one token", async ({ page, account }) => {
  await page.addInitScript(() => {
    const send = window.fetch;
    window.fetch = async (...request) => {
      const response = await send(...request);
      const address = request[0] instanceof Request ? request[0].url : String(request[0]);
      // Runs once the app has handled the response. The app follows a redirect in the next frame.
      const clickAgain = () => document.querySelector<HTMLButtonElement>(".dialog-footer .primary")?.click();
      if (address.includes("/create")) setTimeout(clickAgain, 0);
      return response;
    };
  });
  await signInAndOpen(page, account, newToken);
  await fill(page, account.admin.email);
  await createButton(page).click();
  await expect(dialog(page, "The token was created")).toBeVisible();
  expect(await account.tokens()).toHaveLength(1);
});

test("a form response that arrives while the dialog closes shows the secret", async ({ page, account }) => {
  await signInAndOpen(page, account, newToken);
  await fill(page, account.admin.email);
  const sent = await HeldRequests.hold(page, "**/fn/tokens/create");
  const read = await HeldRequests.hold(page, "**/fn/api-tokens/page*");
  await createButton(page).click();
  await sent.waitForRequest();
  await page.keyboard.press("Escape");
  await read.waitForRequest();
  await sent.release();
  await read.release();
  // The secret is shown although the dialog was closed.
  await expect(dialog(page, "The token was created")).toBeVisible();
  expect(await account.tokens()).toHaveLength(1);
});

test("a form response that arrives after the dialog closed shows the secret", async ({ page, account }) => {
  await signInAndOpen(page, account, newToken);
  await fill(page, account.admin.email);
  const sent = await HeldRequests.hold(page, "**/fn/tokens/create");
  await createButton(page).click();
  await sent.waitForRequest();
  await page.keyboard.press("Escape");
  await expect(dialog(page, "Create new token")).toHaveCount(0);
  await sent.release();
  // The secret is shown although the dialog is gone.
  await expect(dialog(page, "The token was created")).toBeVisible();
});

for (const [how, leave] of Object.entries({
  "by Escape": (page: Page) => page.keyboard.press("Escape"),
  "by Cancel": (page: Page) => click(dialog(page, "Create new token"), "Cancel"),
  "by a click outside": (page: Page) => page.mouse.click(5, 5),
  "by Back": (page: Page) => page.goBack(),
})) {
  test(`suggestions that arrive after the dialog closed ${how} are ignored`, async ({ page, account }) => {
    await signInAndOpen(page, account, apiTokens);
    await click(page.getByRole("main"), "Create new token");
    const user = dialog(page, "Create new token").getByLabel("User", { exact: true });
    const search = await HeldRequests.hold(page, "**/fn/users/suggestions*");
    await user.fill("grace");
    await search.waitForRequest();
    await leave(page);
    await expect(dialog(page, "Create new token")).toHaveCount(0);
    await search.release();
    await expectResponsive(page);
  });
}

test("suggestions that arrive while the dialog closes are ignored", async ({ page, account }) => {
  await signInAndOpen(page, account, newToken);
  const search = await HeldRequests.hold(page, "**/fn/users/suggestions*");
  const read = await HeldRequests.hold(page, "**/fn/api-tokens/page*");
  await dialog(page, "Create new token").getByLabel("User", { exact: true }).fill("grace");
  await search.waitForRequest();
  await page.keyboard.press("Escape");
  await read.waitForRequest();
  await search.release();
  await read.release();
  await expectResponsive(page);
});

test("leaving a page while its form is submitted is safe", async ({ page, account }) => {
  await signInAndOpen(page, account, apiTokens);
  const { id } = (await account.consumers())[0]!;
  await open(page, `${apiTokens}/consumers/${id}`);
  await section(page, "Rename").getByLabel("Name").fill("House archive");
  const sent = await HeldRequests.hold(page, "**/fn/consumers/rename");
  await section(page, "Rename").getByRole("button", { name: "Rename" }).click();
  await sent.waitForRequest();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await sent.release();
  await open(page, apiTokens);
  await expectResponsive(page);
});

test("Back while the next page loads is safe", async ({ page, account }) => {
  await signInAndOpen(page, account, apiTokens);
  const read = await HeldRequests.hold(page, "**/fn/api-tokens/page*");
  await page.getByRole("navigation", { name: "API tokens" }).getByRole("link", { name: "Consumers" }).click();
  await read.waitForRequest();
  await page.goBack();
  await read.release();
  await expect(section(page, "Tokens")).toBeVisible();
  await expectResponsive(page);
});

test("revoking a token in two tabs succeeds in both", async ({ page, account, context }) => {
  const consumer = await account.createConsumer("Website");
  await account.createToken(account.admin, consumer);
  await account.createUser("Grace Hopper");
  await signIn(page, account.admin, apiTokens);
  const other = await context.newPage();
  await open(other, apiTokens);
  for (const tab of [page, other]) {
    await click(tab.getByRole("main"), /^Revoke/);
    await expect(dialog(tab, "Revoke this token?")).toBeVisible();
  }
  for (const tab of [page, other]) {
    await dialog(tab, "Revoke this token?").getByRole("button", { name: "Revoke" }).dblclick();
    await expect(dialog(tab, "Revoke this token?").getByRole("button", { name: "Revoke", exact: true })).toHaveCount(0);
  }
  expect(await account.tokens()).toEqual([]);
  await open(other, apiTokens);
  await expectResponsive(other);
  await expectResponsive(page);
});

test("creating tokens in two tabs at once shows both", async ({ page, account, context }) => {
  await signInAndOpen(page, account, newToken);
  const other = await context.newPage();
  await open(other, newToken);
  await fill(page, account.admin.email);
  await fill(other, account.admin.email);
  await Promise.all([createButton(page).click(), createButton(other).click()]);
  await Promise.all([page, other].map((tab) => expect(dialog(tab, "The token was created")).toBeVisible()));
  expect(await account.tokens()).toHaveLength(2);
});

const saveButton = (card: Locator) => card.getByRole("button", { name: "Save", exact: true });

/** Opens the Integration settings, saves the language and holds back the reload of the page's data. */
async function holdReload(page: Page, account: Account): Promise<HeldRequests> {
  await signIn(page, account.admin, integration);
  const reload = await HeldRequests.hold(page, "**/fn/integration/settings*");
  await cards.language(page).getByLabel("Language").selectOption("German");
  await saveButton(cards.language(page)).click();
  await expect(page.getByText("Saved as revision 1")).toBeVisible();
  await reload.waitForRequest();
  return reload;
}

test("a Save button that is pressed while the page reloads its data saves", async ({ page, account }) => {
  const reload = await holdReload(page, account);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("acme.bynder.com");
  await saveButton(card).hover();
  await page.mouse.down();
  await reload.release();
  await page.mouse.up();
  await expectSaved(page, 2);
  await expect(card.getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
});

test("a form response that arrives after the page reloaded its data is shown", async ({ page, account }) => {
  const reload = await holdReload(page, account);
  const card = cards.bynder(page);
  const sent = await HeldRequests.hold(page, "**/fn/integration/save-connection");
  await card.getByLabel("Portal URL").fill("acme.bynder.com");
  await saveButton(card).click();
  await sent.waitForRequest();
  await reload.release();
  await expect(saveButton(card)).toHaveAttribute("aria-busy", "true");
  await sent.release();
  await expectSaved(page, 2);
  await expect(card.getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
});

test("a connection test that ends after the page reloaded its data is shown", async ({ page, account }) => {
  const reload = await holdReload(page, account);
  const sent = await HeldRequests.hold(page, "**/fn/integration/follow-test");
  await click(cards.bynder(page), "Test connection");
  await sent.waitForRequest();
  await reload.release();
  await expect(cards.bynder(page).getByText("Testing…")).toBeVisible();
  await sent.release();
  await expect(cards.bynder(page)).toContainText("Enter the Portal URL and save it first.");
});

test("input between a save and the reload of the page's data stays", async ({ page, account }) => {
  const reload = await holdReload(page, account);
  const language = cards.language(page);
  await language.getByLabel("Language").selectOption("Dutch");
  await reload.release();
  await expect(language.getByLabel("Language").locator("option:checked")).toHaveText("Dutch");
  await expect(language.getByText("Unsaved changes")).toBeVisible();
  await saveButton(language).click();
  await expectSaved(page, 2);
});

/** Opens a consumer's page, saves one of its forms and holds back the reload of the page's data. */
async function holdConsumerReload(page: Page, account: Account, saveForm: () => Promise<void>): Promise<HeldRequests> {
  const { id } = await account.createConsumer("Website");
  await account.createConsumer("Intranet");
  await signIn(page, account.admin, `${apiTokens}/consumers/${id}`);
  const reload = await HeldRequests.hold(page, "**/fn/consumers/page*");
  await saveForm();
  await reload.waitForRequest();
  return reload;
}

test("a consumer's form that is submitted while the page reloads its data is saved", async ({ page, account }) => {
  const signing = section(page, "Signing");
  const reload = await holdConsumerReload(page, account, async () => {
    await section(page, "Rename").getByLabel("Name").fill("Web shop");
    await click(section(page, "Rename"), "Rename");
  });
  await signing.getByRole("checkbox").check();
  await signing.getByRole("button", { name: "Save changes" }).hover();
  await page.mouse.down();
  await reload.release();
  await page.mouse.up();
  await expect(page.getByText("Signing settings saved")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Web shop", level: 1 })).toBeVisible();
  await expect(signing).toContainText("Legacy OAuth 1.0 flow (without verifier) is on");
  await expect(signing.getByRole("checkbox")).toBeChecked();
});

test("an error in a consumer's form that arrives after the page reloaded its data is shown", async ({ page, account }) => {
  const rename = section(page, "Rename");
  const reload = await holdConsumerReload(page, account, () => click(section(page, "Signing"), "Save changes"));
  const sent = await HeldRequests.hold(page, "**/fn/consumers/rename");
  await rename.getByLabel("Name").fill("Intranet");
  await click(rename, "Rename");
  await sent.waitForRequest();
  await reload.release();
  await expect(rename.getByRole("button", { name: "Rename" })).toHaveAttribute("aria-busy", "true");
  await sent.release();
  await expect(rename.getByLabel("Name")).toHaveAccessibleDescription(/This name is already in use\./);
  await expect(rename.getByLabel("Name")).toHaveValue("Intranet");
});

/** Opens the page of an OAuth app, saves its token settings and holds back the reload of the page's data. */
async function holdAppReload(page: Page, account: Account): Promise<HeldRequests> {
  await signIn(page, account.admin);
  const { id } = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });
  await registerApp(page, { name: "Website", user: account.admin.email, scopes: ["asset:read"] });
  await open(page, `${oauthApps}/${id}`);
  const reload = await HeldRequests.hold(page, "**/fn/oauth-apps/page*");
  await section(page, "Token settings").getByRole("checkbox", { name: /^Allow introspection/ }).check();
  await click(section(page, "Token settings"), "Save token settings");
  await expect(page.getByText("Token settings saved")).toBeVisible();
  await reload.waitForRequest();
  return reload;
}

test("an OAuth app's form that is submitted while the page reloads its data is saved", async ({ page, account }) => {
  const reload = await holdAppReload(page, account);
  const details = section(page, "Details");
  const secret = section(page, "Client secrets").getByLabel("Note");
  await secret.fill("Staging");
  await details.getByLabel("Application name").fill("Web shop");
  await details.getByRole("button", { name: "Save changes" }).hover();
  await page.mouse.down();
  await reload.release();
  await page.mouse.up();
  await expect(page.getByText("App saved")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Web shop", level: 1 })).toBeVisible();
  await expect(details.getByLabel("Application name")).toHaveValue("Web shop");
  await expect(secret).toHaveValue("Staging");
  await expect(section(page, "Token settings").getByRole("checkbox", { name: /^Allow introspection/ })).toBeChecked();
});

test("an error in an OAuth app's form that arrives after the page reloaded its data is shown", async ({ page, account }) => {
  const reload = await holdAppReload(page, account);
  const details = section(page, "Details");
  const sent = await HeldRequests.hold(page, "**/fn/oauth-apps/update");
  await details.getByLabel("Application name").fill("Website");
  await click(details, "Save changes");
  await sent.waitForRequest();
  await reload.release();
  await expect(details.getByRole("button", { name: "Save changes" })).toHaveAttribute("aria-busy", "true");
  await sent.release();
  await expect(details.getByLabel("Application name")).toHaveAccessibleDescription(/This name is already in use\./);
  await expect(details.getByLabel("Application name")).toHaveValue("Website");
});
