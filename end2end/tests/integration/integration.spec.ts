// The Integration section: "Integration Settings" of the guide, card by card, and what is beyond it.

import { type Page } from "@playwright/test";
import { type Account } from "../../support/account.ts";
import {
  Connector,
  apiKey,
  cards,
  developers,
  history,
  implementations,
  integration,
  keyField,
  remoteLogs,
  save,
  saveConnection,
  saved,
  showKey,
  switchLogging,
} from "../../support/integration.ts";
import { callWith, connectorScopes } from "../../support/oauth2.ts";
import { dialog, open, press, pressable, reload, section, signIn } from "../../support/steps.ts";
import { expect, hasScript, needsScript, test } from "../../support/test.ts";

/** The block of one revision in the history. */
function revision(page: Page, number: number) {
  return page.getByRole("article", { name: new RegExp(`^Revision ${number}\\b`) });
}

function rows(page: Page, table: string) {
  return page.getByRole("table", { name: table }).locator("tbody").getByRole("row");
}

test("the guide's fields are set, saved, and there again after a reload and for a connector", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  await test.step("Bynder settings", async () => {
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("Acme.Bynder.com/media/");
    await card.getByLabel("DAM").selectOption("Bynder");
    await card.getByLabel("OAuth2 Client ID").fill("0192f0c1-client");
    await card.getByLabel("OAuth2 Client Secret").fill("s3cret-of-the-dam");
    await save(card, 1);
  });
  await test.step("Asset selector global settings", async () => {
    await cards.language(page).getByLabel("Language").selectOption("German");
    await save(cards.language(page), 2);
  });
  await test.step("Advanced settings", async () => {
    await cards.advanced(page).getByRole("checkbox", { name: "Enable Remote Logging" }).check();
    await save(cards.advanced(page), 3);
  });
  await open(page, integration);
  const card = cards.bynder(page);
  await expect(card.getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
  await expect(card.getByLabel("DAM").locator("option:checked")).toHaveText("Bynder");
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("0192f0c1-client");
  await expect(card.getByLabel("OAuth2 Client Secret")).toHaveValue("");
  await expect(card.getByText(/^One is set since/)).toBeVisible();
  await expect(cards.language(page).getByLabel("Language").locator("option:checked")).toHaveText("German");
  await expect(cards.advanced(page).getByRole("checkbox", { name: "Enable Remote Logging" })).toBeChecked();
  expect(await page.content()).not.toContain("s3cret-of-the-dam");

  const answer = await new Connector(server, await apiKey(page)).settings();
  expect(answer.status).toBe(200);
  const settings = await answer.text();
  expect(settings).not.toContain("s3cret-of-the-dam");
  expect(JSON.parse(settings)).toMatchObject({
    revision: 3,
    portal: { url: "https://acme.bynder.com", dam: "bynder", clientId: "0192f0c1-client" },
    language: "de_DE",
    remoteLogging: true,
  });
});

test("the steps to an OAuth2 app are beside the fields, and lead into the DAM", async ({ page, account }) => {
  await signIn(page, account.admin);
  const steps = cards.bynder(page).locator("ol.steps > li");
  await expect(steps).toHaveCount(8);
  await expect(steps.first()).toContainText("https://[your-bynder-domain]/pysettings/oauth2/");
  for (const scope of connectorScopes) await expect(steps.nth(5)).toContainText(scope);
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  await reload(page);
  const way = steps.first().getByRole("link");
  await expect(way).toHaveAttribute("href", "https://acme.bynder.com/pysettings/oauth2/");
});

test("the API key is hidden until it is asked for, and works", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  await expect(keyField(page)).toHaveValue(/^•+$/);
  await expect(keyField(page)).not.toBeEditable();
  const hidden = await page.content();
  const key = await showKey(page);
  expect(hidden).not.toContain(key);
  expect((await new Connector(server, key).settings()).status).toBe(200);
  await reload(page);
  await open(page, integration);
  await expect(cards.apiKey(page)).toContainText("SitecoreAI Production");
  await showKey(page);
  await press(cards.apiKey(page), "Hide");
  await expect(keyField(page)).toHaveValue(/^•+$/);
});

test("the API key is rotated: both work, until the one before is ended", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const before = await apiKey(page);
  const status = async (key: string) => (await new Connector(server, key).settings()).status;
  await press(cards.apiKey(page), "Rotate");
  const question = dialog(page, "Rotate the API key");
  await question.getByRole("radio", { name: "for one more day" }).check();
  await question.getByRole("button", { name: "Rotate" }).click();
  await expect(question).toHaveCount(0);
  await expect(cards.apiKey(page)).toContainText("The key before still works");
  await expect(pressable(cards.apiKey(page), "Rotate")).toHaveCount(0);
  const after = await apiKey(page);
  expect(after).not.toBe(before);
  expect([await status(before), await status(after)]).toEqual([200, 200]);

  await press(cards.apiKey(page), "End now");
  await dialog(page, "End the key before?").getByRole("button", { name: "End now" }).click();
  await expect(dialog(page, "End the key before?")).toHaveCount(0);
  await expect(pressable(cards.apiKey(page), "Rotate")).toHaveCount(1);
  expect([await status(before), await status(after)]).toEqual([401, 200]);
});

test("what is wrong is said where it is, and nothing that was typed is lost", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("ada@acme.com");
  await card.getByLabel("OAuth2 Client ID").fill("with spaces");
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await expect(card.getByLabel("Portal URL")).toHaveAccessibleDescription(/Leave out the user before the @\./);
  await expect(card.getByLabel("Portal URL")).toHaveValue("ada@acme.com");
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("with spaces");
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveAccessibleDescription(/without spaces/);
  await card.getByLabel("Portal URL").fill("acme.com");
  await card.getByLabel("OAuth2 Client ID").fill("without");
  await save(card, 1);
  await expect(card.getByLabel("Portal URL")).toHaveValue("https://acme.com");
});

test("Webdam has no OAuth fields, and what was saved for Bynder is kept", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await saveConnection(page, { base: 0, url: "acme.bynder.com", client_id: "kept" });
  await reload(page);
  await card.getByLabel("DAM").selectOption("Webdam");
  if (hasScript()) await expect(card.getByLabel("OAuth2 Client ID")).toBeHidden();
  await save(card, 2);
  await expect(card.getByLabel("OAuth2 Client ID")).toBeHidden();
  await expect(card.getByLabel("OAuth2 Client Secret")).toBeHidden();
  await expect(card.getByText(/^Webdam has no OAuth2 apps/)).toBeVisible();
  await card.getByLabel("DAM").selectOption("Bynder");
  await save(card, 3);
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("kept");
  await expect(card.getByText(/^Webdam has no OAuth2 apps/)).toBeHidden();
});

test("a client secret is replaced, and removed", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  const secret = card.getByLabel("OAuth2 Client Secret", { exact: true });
  await expect(card.getByText("None is set.")).toBeVisible();
  await secret.fill("first");
  await save(card, 1);
  await expect(card.getByText(/^One is set since/)).toBeVisible();
  await secret.fill("second");
  await save(card, 2);
  await card.getByRole("checkbox", { name: "Remove the client secret" }).check();
  await save(card, 3);
  await expect(card.getByText("None is set.")).toBeVisible();
  await open(page, history);
  await expect(revision(page, 2)).toContainText("OAuth2 Client Secret");
  await expect(revision(page, 2)).toContainText("Replaced");
  // Nobody knows what it was, so there is no way back.
  await expect(pressable(revision(page, 2), /^Undo/)).toHaveCount(0);
});

test("what is so already is no revision", async ({ page, account }) => {
  await signIn(page, account.admin);
  await cards.language(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/^Nothing to save/).first()).toBeVisible();
  await open(page, history);
  await expect(page.getByRole("heading", { name: "Nothing was saved yet" })).toBeVisible();
});

/** Signs in on the page, and saves another portal URL as somebody else meanwhile. */
async function signInWhileAnotherSaves(page: Page, account: Account, anotherBrowser: () => Promise<Page>): Promise<void> {
  const grace = await account.person("Grace Hopper", ["manage-integration"]);
  await signIn(page, account.admin);
  const other = await anotherBrowser();
  await signIn(other, grace);
  await saveConnection(other, { base: 0, url: "grace.bynder.com" });
}

test.describe("two people who change the same thing", () => {
  test("are told who changed what, and one keeps theirs", async ({ page, account, anotherBrowser }) => {
    await signInWhileAnotherSaves(page, account, anotherBrowser);
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("ada.bynder.com");
    await card.getByLabel("OAuth2 Client ID").fill("ada");
    await card.getByRole("button", { name: "Save", exact: true }).click();
    const choice = card.getByRole("alert", { name: "Somebody else has changed this meanwhile" });
    await expect(choice).toContainText("Grace Hopper");
    const row = choice.getByRole("row").filter({ hasText: "Portal URL" });
    await expect(row).toContainText("https://ada.bynder.com");
    await expect(row).toContainText("https://grace.bynder.com");
    await expect(card.getByLabel("Portal URL")).toHaveValue("ada.bynder.com");
    await press(choice, "Keep mine");
    await saved(page, 2);
    await expect(choice).toHaveCount(0);
    await open(page, integration);
    await expect(card.getByLabel("Portal URL")).toHaveValue("https://ada.bynder.com");
    await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("ada");
  });

  test("can take the other's", async ({ page, account, anotherBrowser }) => {
    await signInWhileAnotherSaves(page, account, anotherBrowser);
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("ada.bynder.com");
    await card.getByRole("button", { name: "Save", exact: true }).click();
    await press(card, "Take theirs");
    await expect(card.getByLabel("Portal URL")).toHaveValue("https://grace.bynder.com");
    await expect(card.getByRole("alert")).toHaveCount(0);
    await expect(page).toHaveURL(integration);
  });

  test("do not meet where they change different things", async ({ page, account, anotherBrowser }) => {
    await signIn(page, account.admin);
    const other = await anotherBrowser();
    await signIn(other, account.admin);
    await saveConnection(other, { base: 0, url: "acme.bynder.com" });
    await cards.language(page).getByLabel("Language").selectOption("French");
    await save(cards.language(page), 2);
    await open(page, integration);
    await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://acme.bynder.com");
    await expect(cards.language(page).getByLabel("Language").locator("option:checked")).toHaveText("French");
  });
});

test("the history says who changed what, and leads back", async ({ page, account }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "one.bynder.com" });
  await saveConnection(page, { base: 1, url: "two.bynder.com", client_id: "abc" });
  await switchLogging(page, 2, true);
  await open(page, integration);
  await page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" }).click();
  await expect(page.getByRole("article")).toHaveCount(3);
  await expect(revision(page, 3)).toContainText("Current");
  await expect(revision(page, 3)).toContainText("by Ada Lovelace");
  await expect(revision(page, 3)).toContainText("Enable Remote Logging");
  await expect(revision(page, 2).locator("del")).toHaveText(["https://one.bynder.com", "Not set"]);
  await expect(revision(page, 2).locator("ins")).toHaveText(["https://two.bynder.com", "abc"]);

  await test.step("one revision is taken back, and nothing after it", async () => {
    await press(revision(page, 2), /^Undo/);
    const question = dialog(page, "Undo revision 2?");
    await expect(question.locator("ins")).toHaveText(["https://one.bynder.com", "Not set"]);
    await press(question, "Undo");
    await saved(page, 4);
    await expect(revision(page, 4)).toContainText("Took back revision 2");
  });
  await test.step("a revision is restored, after it was said what that changes", async () => {
    await press(revision(page, 2), /^Restore/);
    const question = dialog(page, "Restore revision 2?");
    await expect(question.locator("li")).toHaveCount(3);
    await press(question, "Restore");
    await saved(page, 5);
    await expect(revision(page, 5)).toContainText("Restored revision 2");
  });
  await open(page, integration);
  await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://two.bynder.com");
  await expect(cards.advanced(page).getByRole("checkbox", { name: "Enable Remote Logging" })).not.toBeChecked();
});

test("what a later revision has changed again cannot be taken back by itself", async ({ page, account }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "one.bynder.com" });
  await saveConnection(page, { base: 1, url: "two.bynder.com" });
  await open(page, history);
  await press(revision(page, 1), /^Undo/);
  await press(dialog(page, "Undo revision 1?"), "Undo");
  await expect(dialog(page, "Undo revision 1?")).toContainText("A later revision has changed the same: Portal URL.");
  await open(page, history);
  await expect(page.getByRole("article")).toHaveCount(2);
});

test("the history has pages", async ({ page, account }) => {
  await signIn(page, account.admin);
  for (let base = 0; base < 27; base++) await saveConnection(page, { base, url: `dam-${base}.bynder.com` });
  await open(page, history);
  await expect(page.getByRole("article")).toHaveCount(25);
  await press(page, "Older");
  await expect(page.getByRole("article")).toHaveCount(2);
  await press(page, "Newest");
  await expect(page.getByRole("article")).toHaveCount(25);
});

test("implementations appear by themselves, are renamed and forgotten", async ({ page, account, server }) => {
  await signIn(page, account.admin, implementations);
  await expect(page.getByRole("heading", { name: "No implementations yet" })).toBeVisible();
  await new Connector(server, await apiKey(page)).settings();
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  await open(page, implementations);
  const row = rows(page, "Implementations");
  await expect(row).toHaveCount(1);
  for (const words of ["SitecoreAI Production", "SitecoreAI 2.1.0", "live", "1 behind", "revision 0"]) {
    await expect(row).toContainText(words);
  }
  await new Connector(server, await apiKey(page)).settings();
  await reload(page);
  await expect(row).toContainText("Up to date");

  await press(row, /^Rename/);
  const form = dialog(page, "Rename “SitecoreAI Production”");
  await form.getByLabel("Name").fill("Web shop");
  await press(form, "Rename");
  await expect(form).toHaveCount(0);
  await expect(row).toContainText("Web shop");
  await expect(row).toContainText("SitecoreAI Production");

  await press(row, /^Forget/);
  await press(dialog(page, "Forget “Web shop”?"), "Forget");
  await expect(page.getByRole("heading", { name: "No implementations yet" })).toBeVisible();
});

test("what connectors log is listed, found and filtered", async ({ page, account, server }) => {
  await signIn(page, account.admin, remoteLogs);
  await expect(page.getByRole("heading", { name: "Remote logging is off" })).toBeVisible();
  const key = await apiKey(page);
  const connector = new Connector(server, key);
  expect((await connector.log({ level: "error", message: "refused" })).status).toBe(403);
  await switchLogging(page, 0, true);
  await reload(page);
  await expect(page.getByRole("heading", { name: "Nothing was sent yet" })).toBeVisible();

  await connector.log({ level: "error", message: "The DAM did not answer" }, { level: "info", message: "Started" });
  const staging = new Connector(server, key, 'xpxm/9; instance="Staging"');
  await staging.log({ level: "warn", message: "line one\nline two\nline three\nthe last of many lines" });
  await reload(page);
  const row = rows(page, "Remote logs");
  await expect(row).toHaveCount(3);
  const folded = page.getByText("the last of many lines");
  await expect(folded).toBeHidden();
  await page.locator("summary").filter({ hasText: "line one" }).click();
  await expect(folded).toBeVisible();

  const search = page.getByRole("search");
  const look = () => search.getByRole("button", { name: "Search" }).click();
  await search.getByLabel("Search messages").fill("dam DID");
  await look();
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("The DAM did not answer");
  await search.getByLabel("Search messages").fill("");
  await search.getByLabel("Level").selectOption("Warning and graver");
  await look();
  await expect(row).toHaveCount(2);
  await search.getByLabel("Implementation").selectOption("XP/XM Staging");
  await look();
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("XP/XM Staging");
  await search.getByLabel("Search messages").fill("nothing of the kind");
  await look();
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
});

test("developers find the account's real values, and the key when they ask for it", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  const key = await apiKey(page);
  await open(page, developers);
  const embed = section(page, "Compact View");
  await expect(embed).toContainText("BynderCompactView.open({");
  await expect(embed).toContainText('portal: { url: "https://acme.bynder.com" }');
  await expect(embed).toContainText('language: "en_US"');
  await page.getByRole("combobox", { name: "Field" }).or(page.getByRole("textbox", { name: "Field" })).fill("Hero image");
  await press(section(page, "Field"), "Show");
  await expect(page).toHaveURL(/\?field=Hero(%20|\+)image$/);
  await expect(embed).toContainText("Hero image has no settings of its own");
  const api = section(page, "Connector API");
  await expect(api).toContainText(`${server.url}/api/connector/v1/settings/fields/Hero%20image`);
  await expect(api).toContainText("Bearer $GATEHOUSE_API_KEY");
  expect(await page.content()).not.toContain(key);
  await press(api, "With my key");
  await expect(api).toContainText(`Bearer ${key}`);
  await expect(api).toContainText("fields/Hero%20image");
  await press(api, "Hide my key");
  await expect(api).not.toContainText(key);
});

test("without Manage integration nothing opens, and the page says why", async ({ page, account, anotherBrowser, tolerate }) => {
  tolerate(/status of 403/);
  const other = await anotherBrowser();
  await signIn(other, account.admin);
  await saveConnection(other, { base: 0, url: "acme.bynder.com" });
  const grace = await account.person("Grace Hopper", ["admin-settings", "manage-portal-settings"]);
  await signIn(page, grace, "/settings");
  for (const address of [integration, implementations, remoteLogs, history, developers, `${integration}?show=api-key`]) {
    expect((await open(page, address))?.status(), address).toBe(403);
    await expect(page.getByRole("main")).toContainText("Manage integration");
    await expect(page.getByRole("main")).not.toContainText("acme.bynder.com");
  }
  const id = "0192f0c1-2b3c-7d4e-8f90-123456789abc";
  for (const [name, form] of [
    ["save-connection", { base: "1", url: "x.example", dam: "bynder" }],
    ["save-language", { base: "1", language: "de_DE" }],
    ["save-remote-logging", { base: "1", remote_logging: "true" }],
    ["show-api-key", {}],
    ["rotate-api-key", { current: id, overlap: "none" }],
    ["end-api-key", {}],
    ["rename-implementation", { id, name: "x" }],
    ["forget-implementation", { id }],
    ["restore", { base: "1", revision: "0" }],
    ["undo", { revision: "1" }],
  ] as const) {
    const answer = await callWith(page, `integration/${name}`, new URLSearchParams(form));
    expect(answer.status(), name).toBe(403);
  }
  for (const [name, params] of [
    ["settings", { address: integration }],
    ["implementations", {}],
    ["logs", { address: remoteLogs }],
    ["history", {}],
    ["compare", { revision: "0" }],
    ["developers", { with_key: "true" }],
  ] as const) {
    expect((await page.request.get(`/fn/integration/${name}`, { params })).status(), name).toBe(403);
  }
  await open(other, history);
  await expect(other.getByRole("article")).toHaveCount(1);
});

test("the address is shown as it will be used, while it is typed", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").pressSequentially("HTTP://Acme.bynder.com/media/?x=1");
  await expect(card.getByText("Will be used as https://acme.bynder.com")).toBeVisible();
  const way = card.getByRole("link", { name: /pysettings/ });
  await expect(way).toHaveAttribute("href", "https://acme.bynder.com/pysettings/oauth2/");
});

test("the key is copied by a click, without being shown", { tag: needsScript }, async ({ page, context, account }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, account.admin);
  await keyField(page).click();
  await expect(page.getByText("API key copied")).toBeVisible();
  await expect(keyField(page)).toHaveValue(/^•+$/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await apiKey(page));
});

test("a form says that it has changed, and Ctrl+S saves it", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  const url = card.getByLabel("Portal URL");
  await page.keyboard.press("Control+s");
  await expect(page.getByText("Nothing to save")).toBeVisible();
  await url.fill("acme.bynder.com");
  await expect(card.getByText("Unsaved changes")).toBeVisible();
  await url.fill("");
  await expect(card.getByText("Unsaved changes")).toHaveCount(0);
  await url.fill("acme.bynder.com");
  await page.keyboard.press("Control+s");
  await saved(page, 1);
  await expect(url).toHaveValue("https://acme.bynder.com");

  // Saving one card leaves what is typed into another alone.
  await url.fill("other.bynder.com");
  await cards.language(page).getByLabel("Language").selectOption("Dutch");
  await saveLanguageAlone(page, 2);
  await expect(url).toHaveValue("other.bynder.com");
  await expect(card.getByText("Unsaved changes")).toBeVisible();
  await save(card, 3);
});

/** Saves the language while another card has unsaved changes. */
async function saveLanguageAlone(page: Page, revision: number): Promise<void> {
  await cards.language(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`Saved as revision ${revision}`)).toBeVisible();
  await expect(cards.language(page).getByText("Unsaved changes")).toHaveCount(0);
}

test("a page with unsaved changes is not left by mistake", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const url = cards.bynder(page).getByLabel("Portal URL");
  const away = page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" });
  const question = dialog(page, "Leave without saving?");
  await url.fill("acme.bynder.com");
  await test.step("by a link", async () => {
    await away.click();
    await press(question, "Stay on this page");
    await expect(question).toHaveCount(0);
    await expect(page).toHaveURL(integration);
    await expect(url).toHaveValue("acme.bynder.com");
    await away.click();
    await page.keyboard.press("Escape");
    await expect(question).toHaveCount(0);
    await expect(page).toHaveURL(integration);
  });
  await test.step("by a reload", async () => {
    const asked = page.waitForEvent("dialog");
    // It resolves once the browser's own question is answered.
    const left = page.evaluate(() => window.location.reload());
    const own = await asked;
    expect(own.type()).toBe("beforeunload");
    await own.dismiss();
    await left.catch(() => {});
    await expect(url).toHaveValue("acme.bynder.com");
  });
  await test.step("but can be", async () => {
    await away.click();
    await press(question, "Leave without saving");
    await expect(page).toHaveURL(history);
    await expect(page.getByRole("heading", { name: "Nothing was saved yet" })).toBeVisible();
  });
});

test("a page with unsaved changes is not left by a step back or forward", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const sections = page.getByRole("navigation", { name: "Integration" });
  const url = cards.bynder(page).getByLabel("Portal URL");
  const question = dialog(page, "Leave without saving?");
  const step = (name: "back" | "forward") => page.evaluate((name) => window.history[name](), name);
  await sections.getByRole("link", { name: "History" }).click();
  await expect(page).toHaveURL(history);
  await sections.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page).toHaveURL(integration);
  await test.step("back", async () => {
    await url.fill("acme.bynder.com");
    for (const times of [1, 2]) {
      await step("back");
      await press(question, "Stay on this page");
      await expect(question, `asked ${times} times`).toHaveCount(0);
      await expect(page).toHaveURL(integration);
      await expect(url).toHaveValue("acme.bynder.com");
    }
    await step("back");
    await press(question, "Leave without saving");
    await expect(page).toHaveURL(history);
  });
  await test.step("forward", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await sections.getByRole("link", { name: "History" }).click();
    await expect(page).toHaveURL(history);
    await step("back");
    await expect(page).toHaveURL(integration);
    await url.fill("acme.bynder.com");
    await step("forward");
    await press(question, "Leave without saving");
    await expect(page).toHaveURL(history);
  });
  await test.step("but freely once it is as it was", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await url.fill("acme.bynder.com");
    await url.fill("");
    await step("back");
    await expect(page).toHaveURL(history);
  });
  await test.step("and within the page, whose forms stay", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await url.fill("acme.bynder.com");
    await press(cards.apiKey(page), "Rotate");
    await expect(page).toHaveURL(/dialog=rotate/);
    await step("back");
    await expect(page).toHaveURL(integration);
    await expect(question).toHaveCount(0);
    await expect(url).toHaveValue("acme.bynder.com");
  });
});
