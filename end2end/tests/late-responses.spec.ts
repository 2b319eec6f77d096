// What comes when the part of the page that waited for it is gone: answers, searches, clicks. Nothing of it may break the page.
// A panic fails each test by itself: it is an error on the console.

import { type Page, type Request } from "@playwright/test";
import { type Account } from "../support/account.ts";
import { apiTokens, dialog, live, open, press, section, signIn } from "../support/steps.ts";
import { expect, test } from "../support/test.ts";

const newToken = `${apiTokens}?dialog=new-token`;

/** Requests that are kept back until they are let go. */
class Held {
  readonly #page: Page;
  readonly #glob: string;
  #letGo: () => void = () => {};
  readonly #go = new Promise<void>((resolve) => (this.#letGo = resolve));
  readonly #answers: Promise<unknown>[] = [];

  private constructor(page: Page, glob: string) {
    this.#page = page;
    this.#glob = glob;
  }

  static async back(page: Page, glob: string): Promise<Held> {
    const held = new Held(page, glob);
    await page.route(glob, async (route) => {
      await held.#go;
      // A page that has gone does not wait for it any more.
      await route.continue().catch(() => {});
    });
    page.on("request", (request) => {
      if (held.#matches(request)) held.#answers.push(request.response().catch(() => null));
    });
    return held;
  }

  #matches(request: Request): boolean {
    return new URL(request.url()).pathname === this.#glob.replace(/^\*\*/, "").replace(/\*$/, "");
  }

  /** Waits until one is held. */
  async one(): Promise<void> {
    await expect.poll(() => this.#answers.length).toBeGreaterThan(0);
  }

  /** Lets go what is held, and waits until the page has taken the answers. */
  async release(): Promise<void> {
    this.#letGo();
    await Promise.all(this.#answers);
    await this.#page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  }
}

async function startOn(page: Page, account: Account, address: string): Promise<void> {
  await account.consumer("Website");
  await account.person("Grace Hopper");
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

/** The page answers as it should: a dialog opens, its search finds people, it closes. */
async function expectToWork(page: Page): Promise<void> {
  await press(page.getByRole("main"), "Create new token");
  const user = dialog(page, "Create new token").getByLabel("User", { exact: true });
  await user.fill("grace");
  await expect(page.getByRole("option", { name: /Grace Hopper/ })).toBeVisible();
  await user.press("Escape");
  await press(dialog(page, "Create new token"), "Cancel");
  await expect(dialog(page, "Create new token")).toHaveCount(0);
}

test("a double click on Create makes one token, while another tab of the session loads", async ({ page, account, context }) => {
  await startOn(page, account, newToken);
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
  await press(dialog(page, "The token was created"), "OK");
  await expect(dialog(page, "The token was created")).toHaveCount(0);
  await live(page);
  await expectToWork(page);
});

test("a second click after the answer and before the page has followed it makes nothing more", async ({ page, account }) => {
  await page.addInitScript(() => {
    const send = window.fetch;
    window.fetch = async (...request) => {
      const answer = await send(...request);
      const address = request[0] instanceof Request ? request[0].url : String(request[0]);
      // As soon as the app has taken the answer; it follows a redirect with the next frame.
      const again = () => document.querySelector<HTMLButtonElement>(".dialog-footer .primary")?.click();
      if (address.includes("/create")) setTimeout(again, 0);
      return answer;
    };
  });
  await startOn(page, account, newToken);
  await fill(page, account.admin.email);
  await createButton(page).click();
  await expect(dialog(page, "The token was created")).toBeVisible();
  expect(await account.tokens()).toHaveLength(1);
});

test("the answer to a form comes while its dialog is being left", async ({ page, account }) => {
  await startOn(page, account, newToken);
  await fill(page, account.admin.email);
  const sent = await Held.back(page, "**/fn/tokens/create");
  const read = await Held.back(page, "**/fn/api-tokens/page*");
  await createButton(page).click();
  await sent.one();
  await page.keyboard.press("Escape");
  await read.one();
  await sent.release();
  await read.release();
  // What was made waits to be read, whatever became of the dialog.
  await expect(dialog(page, "The token was created")).toBeVisible();
  expect(await account.tokens()).toHaveLength(1);
});

test("the answer to a form comes when its dialog is gone", async ({ page, account }) => {
  await startOn(page, account, newToken);
  await fill(page, account.admin.email);
  const sent = await Held.back(page, "**/fn/tokens/create");
  await createButton(page).click();
  await sent.one();
  await page.keyboard.press("Escape");
  await expect(dialog(page, "Create new token")).toHaveCount(0);
  await sent.release();
  // What was made waits to be read, before anything else.
  await expect(dialog(page, "The token was created")).toBeVisible();
});

for (const [way, leave] of Object.entries({
  "by Escape": (page: Page) => page.keyboard.press("Escape"),
  "by Cancel": (page: Page) => press(dialog(page, "Create new token"), "Cancel"),
  "by a click outside": (page: Page) => page.mouse.click(5, 5),
  "by Back": (page: Page) => page.goBack(),
})) {
  test(`suggestions come when the dialog was closed ${way}`, async ({ page, account }) => {
    await startOn(page, account, apiTokens);
    await press(page.getByRole("main"), "Create new token");
    const user = dialog(page, "Create new token").getByLabel("User", { exact: true });
    const search = await Held.back(page, "**/fn/people/choices*");
    await user.fill("grace");
    await search.one();
    await leave(page);
    await expect(dialog(page, "Create new token")).toHaveCount(0);
    await search.release();
    await expectToWork(page);
  });
}

test("suggestions come while the dialog is being left", async ({ page, account }) => {
  await startOn(page, account, newToken);
  const search = await Held.back(page, "**/fn/people/choices*");
  const read = await Held.back(page, "**/fn/api-tokens/page*");
  await dialog(page, "Create new token").getByLabel("User", { exact: true }).fill("grace");
  await search.one();
  await page.keyboard.press("Escape");
  await read.one();
  await search.release();
  await read.release();
  await expectToWork(page);
});

test("the page is left while a form is being sent", async ({ page, account }) => {
  await startOn(page, account, apiTokens);
  const { id } = (await account.consumers())[0]!;
  await open(page, `${apiTokens}/consumers/${id}`);
  await section(page, "Rename").getByLabel("Name").fill("House archive");
  const sent = await Held.back(page, "**/fn/consumers/rename");
  await section(page, "Rename").getByRole("button", { name: "Rename" }).click();
  await sent.one();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  await sent.release();
  await open(page, apiTokens);
  await expectToWork(page);
});

test("Back comes while the page that it leaves is still being read", async ({ page, account }) => {
  await startOn(page, account, apiTokens);
  const read = await Held.back(page, "**/fn/api-tokens/page*");
  await page.getByRole("navigation", { name: "API tokens" }).getByRole("link", { name: "Consumers" }).click();
  await read.one();
  await page.goBack();
  await read.release();
  await expect(section(page, "Tokens")).toBeVisible();
  await expectToWork(page);
});

test("a token is revoked in two tabs", async ({ page, account, context }) => {
  const consumer = await account.consumer("Website");
  await account.token(account.admin, consumer);
  await account.person("Grace Hopper");
  await signIn(page, account.admin, apiTokens);
  const other = await context.newPage();
  await open(other, apiTokens);
  for (const tab of [page, other]) {
    await press(tab.getByRole("main"), /^Revoke/);
    await expect(dialog(tab, "Revoke this token?")).toBeVisible();
  }
  for (const tab of [page, other]) {
    await dialog(tab, "Revoke this token?").getByRole("button", { name: "Revoke" }).dblclick();
    await expect(dialog(tab, "Revoke this token?").getByRole("button", { name: "Revoke", exact: true })).toHaveCount(0);
  }
  expect(await account.tokens()).toEqual([]);
  await open(other, apiTokens);
  await expectToWork(other);
  await expectToWork(page);
});

test("tokens are made in two tabs at once", async ({ page, account, context }) => {
  await startOn(page, account, newToken);
  const other = await context.newPage();
  await open(other, newToken);
  await fill(page, account.admin.email);
  await fill(other, account.admin.email);
  await Promise.all([createButton(page).click(), createButton(other).click()]);
  await Promise.all([page, other].map((tab) => expect(dialog(tab, "The token was created")).toBeVisible()));
  expect(await account.tokens()).toHaveLength(2);
});
