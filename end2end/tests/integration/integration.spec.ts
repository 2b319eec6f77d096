// The Integration section: the settings of the guide "Integration Settings", history, implementations, logs and developers.

import { type Page } from "@playwright/test";
import { type Account } from "../../support/account.ts";
import {
  apiKeyField,
  cards,
  Connector,
  developers,
  expectSaved,
  fetchApiKey,
  history,
  implementations,
  integration,
  remoteLogs,
  save,
  saveConnection,
  setRemoteLogging,
  showApiKey,
} from "../../support/integration.ts";
import { callServerFunction, connectorScopes } from "../../support/oauth2.ts";
import { buttonOrLink, click, dialog, open, pageSource, reload, section, signIn } from "../../support/actions.ts";
import { expect, hasScript, needsNoScript, needsScript, test } from "../../support/test.ts";

/** Returns the entry of a revision in the history. */
function revision(page: Page, number: number) {
  return page.getByRole("article", { name: new RegExp(`^Revision ${number}\\b`) });
}

function rows(page: Page, table: string) {
  return page.getByRole("table", { name: table }).locator("tbody").getByRole("row");
}

test("the guide's settings are saved, kept after a reload and served to connectors", async ({ page, account, server }) => {
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
  await expect(card.getByText(/^Set on/)).toBeVisible();
  await expect(cards.language(page).getByLabel("Language").locator("option:checked")).toHaveText("German");
  await expect(cards.advanced(page).getByRole("checkbox", { name: "Enable Remote Logging" })).toBeChecked();
  expect(await pageSource(page)).not.toContain("s3cret-of-the-dam");

  const response = await new Connector(server, await fetchApiKey(page)).settings();
  expect(response.status).toBe(200);
  const settings = await response.text();
  expect(settings).not.toContain("s3cret-of-the-dam");
  expect(JSON.parse(settings)).toMatchObject({
    revision: 3,
    portal: { url: "https://acme.bynder.com", dam: "bynder", clientId: "0192f0c1-client" },
    language: "de_DE",
    remoteLogging: true,
  });
});

test("the steps to create an OAuth2 app link to the DAM", async ({ page, account }) => {
  await signIn(page, account.admin);
  const steps = cards.bynder(page).locator("ol.steps > li");
  await expect(steps).toHaveCount(8);
  await expect(steps.first()).toContainText("https://[your-bynder-domain]/pysettings/oauth2/");
  for (const scope of connectorScopes) await expect(steps.nth(5)).toContainText(scope);
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  await reload(page);
  const link = steps.first().getByRole("link");
  await expect(link).toHaveAttribute("href", "https://acme.bynder.com/pysettings/oauth2/");
});

test("the API key is hidden until Show is clicked", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  await expect(apiKeyField(page)).toHaveValue(/^•+$/);
  await expect(apiKeyField(page)).not.toBeEditable();
  const hidden = await pageSource(page);
  const key = await showApiKey(page);
  expect(hidden).not.toContain(key);
  expect((await new Connector(server, key).settings()).status).toBe(200);
  await reload(page);
  await open(page, integration);
  await expect(cards.apiKey(page)).toContainText("SitecoreAI Production");
  await showApiKey(page);
  await click(cards.apiKey(page), "Hide");
  await expect(apiKeyField(page)).toHaveValue(/^•+$/);
});

test("after a rotation both API keys work until the previous one is revoked", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  const before = await fetchApiKey(page);
  const status = async (key: string) => (await new Connector(server, key).settings()).status;
  await click(cards.apiKey(page), "Rotate");
  const question = dialog(page, "Rotate the API key");
  await question.getByRole("radio", { name: "Revoke after 1 day" }).check();
  await question.getByRole("button", { name: "Rotate" }).click();
  await expect(question).toHaveCount(0);
  await expect(cards.apiKey(page)).toContainText("Previous key is still active");
  await expect(buttonOrLink(cards.apiKey(page), "Rotate")).toHaveCount(0);
  const after = await fetchApiKey(page);
  expect(after).not.toBe(before);
  expect([await status(before), await status(after)]).toEqual([200, 200]);

  await click(cards.apiKey(page), "Revoke now");
  await dialog(page, "Revoke previous key?").getByRole("button", { name: "Revoke now" }).click();
  await expect(dialog(page, "Revoke previous key?")).toHaveCount(0);
  await expect(buttonOrLink(cards.apiKey(page), "Rotate")).toHaveCount(1);
  expect([await status(before), await status(after)]).toEqual([401, 200]);
});

test("a rejected rotation keeps the selected duration", { tag: needsNoScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  await click(cards.apiKey(page), "Rotate");
  const question = dialog(page, "Rotate the API key");
  const duration = question.getByRole("radio", { name: "Revoke after 1 hour" });
  await duration.check();
  const current = await question.locator("input[name=current]").inputValue();
  await callServerFunction(page, "integration/rotate-api-key", new URLSearchParams({ current, overlap: "none" }));
  await question.getByRole("button", { name: "Rotate" }).click();
  await expect(question).toContainText("Someone else has just rotated the key.");
  await expect(duration).toBeChecked();
  await question.getByRole("button", { name: "Rotate" }).click();
  await expect(question).toHaveCount(0);
  await expect(cards.apiKey(page)).toContainText("Previous key is still active");
});

test("invalid settings show errors at their fields and keep the input", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").fill("ada@acme.com");
  await card.getByLabel("OAuth2 Client ID").fill("with spaces");
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await expect(card.getByLabel("Portal URL")).toHaveAccessibleDescription(/Remove the user name \(before @\)\./);
  await expect(card.getByLabel("Portal URL")).toHaveValue("ada@acme.com");
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("with spaces");
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveAccessibleDescription(/without spaces/);
  await card.getByLabel("Portal URL").fill("acme.com");
  await card.getByLabel("OAuth2 Client ID").fill("without");
  await save(card, 1);
  await expect(card.getByLabel("Portal URL")).toHaveValue("https://acme.com");
});

test("Webdam hides the OAuth fields and keeps their saved values", async ({ page, account }) => {
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

test("a client ID can be removed", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await saveConnection(page, { base: 0, url: "acme.bynder.com", client_id: "old" });
  await reload(page);
  await card.getByLabel("OAuth2 Client ID").fill("");
  await save(card, 2);
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("");
  await reload(page);
  await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("");
});

test("a client secret can be replaced and removed", async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  const secret = card.getByLabel("OAuth2 Client Secret", { exact: true });
  await expect(card.getByText("Not set.")).toBeVisible();
  await secret.fill("first");
  await save(card, 1);
  await expect(card.getByText(/^Set on/)).toBeVisible();
  await secret.fill("second");
  await save(card, 2);
  await card.getByRole("checkbox", { name: "Remove the client secret" }).check();
  await save(card, 3);
  await expect(card.getByText("Not set.")).toBeVisible();
  await open(page, history);
  await expect(revision(page, 2)).toContainText("OAuth2 Client Secret");
  await expect(revision(page, 2)).toContainText("Replaced");
  // The old secret is not stored, so the change cannot be undone.
  await expect(buttonOrLink(revision(page, 2), /^Undo/)).toHaveCount(0);
});

test("saving without a change creates no revision", async ({ page, account }) => {
  await signIn(page, account.admin);
  await cards.language(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/^No changes to save/).first()).toBeVisible();
  await open(page, history);
  await expect(page.getByRole("heading", { name: "No revisions yet" })).toBeVisible();
});

/** Signs in on the page, then saves another portal URL as another user. */
async function signInBeforeAnotherUserSaves(page: Page, account: Account, anotherBrowser: () => Promise<Page>): Promise<void> {
  const grace = await account.createUser("Grace Hopper", ["manage-integration"]);
  await signIn(page, account.admin);
  const other = await anotherBrowser();
  await signIn(other, grace);
  await saveConnection(other, { base: 0, url: "grace.bynder.com" });
}

test.describe("edit conflict", () => {
  test("shows who changed what, and Keep my changes saves the user's own change", async ({ page, account, anotherBrowser }) => {
    await signInBeforeAnotherUserSaves(page, account, anotherBrowser);
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("ada.bynder.com");
    await card.getByLabel("OAuth2 Client ID").fill("ada");
    await card.getByRole("button", { name: "Save", exact: true }).click();
    const choice = card.getByRole("alert", { name: "Someone else changed this while you were editing" });
    await expect(choice).toContainText("Grace Hopper");
    const row = choice.getByRole("row").filter({ hasText: "Portal URL" });
    await expect(row).toContainText("https://ada.bynder.com");
    await expect(row).toContainText("https://grace.bynder.com");
    await expect(card.getByLabel("Portal URL")).toHaveValue("ada.bynder.com");
    await click(choice, "Keep my changes");
    await expectSaved(page, 2);
    await expect(choice).toHaveCount(0);
    await open(page, integration);
    await expect(card.getByLabel("Portal URL")).toHaveValue("https://ada.bynder.com");
    await expect(card.getByLabel("OAuth2 Client ID")).toHaveValue("ada");
  });

  test("Use their changes keeps the other user's change", async ({ page, account, anotherBrowser }) => {
    await signInBeforeAnotherUserSaves(page, account, anotherBrowser);
    const card = cards.bynder(page);
    await card.getByLabel("Portal URL").fill("ada.bynder.com");
    await card.getByRole("button", { name: "Save", exact: true }).click();
    await click(card, "Use their changes");
    await expect(card.getByLabel("Portal URL")).toHaveValue("https://grace.bynder.com");
    await expect(card.getByRole("alert")).toHaveCount(0);
    await expect(page).toHaveURL(integration);
  });

  test("does not occur if the changes are to different settings", async ({ page, account, anotherBrowser }) => {
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

test("the history shows who changed what, and can undo and restore", async ({ page, account }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "one.bynder.com" });
  await saveConnection(page, { base: 1, url: "two.bynder.com", client_id: "abc" });
  await setRemoteLogging(page, 2, true);
  await open(page, integration);
  await page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" }).click();
  await expect(page.getByRole("article")).toHaveCount(3);
  await expect(revision(page, 3)).toContainText("Current");
  await expect(revision(page, 3)).toContainText("by Ada Lovelace");
  await expect(revision(page, 3)).toContainText("Enable Remote Logging");
  await expect(revision(page, 2).locator("del")).toHaveText(["https://one.bynder.com", "Not set"]);
  await expect(revision(page, 2).locator("ins")).toHaveText(["https://two.bynder.com", "abc"]);

  await test.step("Undo reverts one revision and keeps later ones", async () => {
    await click(revision(page, 2), /^Undo/);
    const question = dialog(page, "Undo revision 2?");
    await expect(question.locator("ins")).toHaveText(["https://one.bynder.com", "Not set"]);
    await click(question, "Undo");
    await expectSaved(page, 4);
    await expect(revision(page, 4)).toContainText("Undid revision 2");
  });
  await test.step("Restore lists the changes, then restores a revision", async () => {
    await click(revision(page, 2), /^Restore/);
    const question = dialog(page, "Restore revision 2?");
    await expect(question.locator("li")).toHaveCount(3);
    await click(question, "Restore");
    await expectSaved(page, 5);
    await expect(revision(page, 5)).toContainText("Restored revision 2");
  });
  await open(page, integration);
  await expect(cards.bynder(page).getByLabel("Portal URL")).toHaveValue("https://two.bynder.com");
  await expect(cards.advanced(page).getByRole("checkbox", { name: "Enable Remote Logging" })).not.toBeChecked();
});

test("a revision that a later one overwrote cannot be undone", async ({ page, account }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "one.bynder.com" });
  await saveConnection(page, { base: 1, url: "two.bynder.com" });
  await open(page, history);
  await click(revision(page, 1), /^Undo/);
  await click(dialog(page, "Undo revision 1?"), "Undo");
  await expect(dialog(page, "Undo revision 1?")).toContainText("A later revision changed these settings: Portal URL.");
  await open(page, history);
  await expect(page.getByRole("article")).toHaveCount(2);
});

test("the history is paged", async ({ page, account }) => {
  await signIn(page, account.admin);
  for (let base = 0; base < 27; base++) await saveConnection(page, { base, url: `dam-${base}.bynder.com` });
  await open(page, history);
  await expect(page.getByRole("article")).toHaveCount(25);
  await click(page, "Older");
  await expect(page.getByRole("article")).toHaveCount(2);
  await click(page, "Newest");
  await expect(page.getByRole("article")).toHaveCount(25);
});

test("implementations are listed automatically and can be renamed and removed", async ({ page, account, server }) => {
  await signIn(page, account.admin, implementations);
  await expect(page.getByRole("heading", { name: "No implementations yet" })).toBeVisible();
  await new Connector(server, await fetchApiKey(page)).settings();
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  await open(page, implementations);
  const row = rows(page, "Implementations");
  await expect(row).toHaveCount(1);
  for (const words of ["SitecoreAI Production", "SitecoreAI 2.1.0", "live", "1 revision behind", "revision 0"]) {
    await expect(row).toContainText(words);
  }
  await new Connector(server, await fetchApiKey(page)).settings();
  await reload(page);
  await expect(row).toContainText("Up to date");

  await click(row, /^Rename/);
  const form = dialog(page, "Rename “SitecoreAI Production”");
  await form.getByLabel("Name").fill("Web shop");
  await click(form, "Rename");
  await expect(form).toHaveCount(0);
  await expect(row).toContainText("Web shop");
  await expect(row).toContainText("SitecoreAI Production");

  await click(row, /^Remove/);
  await click(dialog(page, "Remove “Web shop”?"), "Remove");
  await expect(page.getByRole("heading", { name: "No implementations yet" })).toBeVisible();
});

test("remote logs can be listed, searched and filtered", async ({ page, account, server }) => {
  await signIn(page, account.admin, remoteLogs);
  await expect(page.getByRole("heading", { name: "Remote logging is off" })).toBeVisible();
  const key = await fetchApiKey(page);
  const connector = new Connector(server, key);
  expect((await connector.log({ level: "error", message: "refused" })).status).toBe(403);
  await setRemoteLogging(page, 0, true);
  await reload(page);
  await expect(page.getByRole("heading", { name: "No logs yet" })).toBeVisible();

  await connector.log({ level: "error", message: "The DAM did not answer" }, { level: "info", message: "Started" });
  const staging = new Connector(server, key, 'xpxm/9; instance="Staging"');
  await staging.log({ level: "warn", message: "line one\nline two\nline three\nthe last of many lines" });
  await reload(page);
  const row = rows(page, "Remote logs");
  await expect(row).toHaveCount(3);
  const lastLine = page.getByText("the last of many lines");
  await expect(lastLine).toBeHidden();
  await page.locator("summary").filter({ hasText: "line one" }).click();
  await expect(lastLine).toBeVisible();

  const search = page.getByRole("search");
  const submitSearch = () => search.getByRole("button", { name: "Search" }).click();
  await search.getByLabel("Search messages").fill("dam DID");
  await submitSearch();
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("The DAM did not answer");
  await search.getByLabel("Search messages").fill("");
  await search.getByLabel("Level").selectOption("Warning and above");
  await submitSearch();
  await expect(row).toHaveCount(2);
  await search.getByLabel("Implementation").selectOption("XP/XM Staging");
  await submitSearch();
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("XP/XM Staging");
  await search.getByLabel("Search messages").fill("nothing of the kind");
  await submitSearch();
  await expect(page.getByRole("heading", { name: "No matching logs" })).toBeVisible();
});

test("the Developers page shows the account's values, and the API key on request", async ({ page, account, server }) => {
  await signIn(page, account.admin);
  await saveConnection(page, { base: 0, url: "acme.bynder.com" });
  const key = await fetchApiKey(page);
  await open(page, developers);
  const embed = section(page, "Compact View");
  await expect(embed).toContainText("BynderCompactView.open({");
  await expect(embed).toContainText('portal: { url: "https://acme.bynder.com" }');
  await expect(embed).toContainText('language: "en_US"');
  await page.getByRole("combobox", { name: "Field" }).or(page.getByRole("textbox", { name: "Field" })).fill("Hero image");
  await click(section(page, "Field"), "Show");
  await expect(page).toHaveURL(/\?field=Hero(%20|\+)image$/);
  await expect(embed).toContainText("Hero image uses the Global field settings");
  const api = section(page, "Connector API");
  await expect(api).toContainText(`${server.url}/api/connector/v1/settings/fields/Hero%20image`);
  await expect(api).toContainText("Bearer $GATEHOUSE_API_KEY");
  expect(await pageSource(page)).not.toContain(key);
  await click(api, "Show API key");
  await expect(api).toContainText(`Bearer ${key}`);
  await expect(api).toContainText("fields/Hero%20image");
  await click(api, "Hide API key");
  await expect(api).not.toContainText(key);
});

test("without Manage integration, pages and functions return 403 and name the missing right", async ({ page, account, anotherBrowser, allowConsoleError }) => {
  allowConsoleError(/status of 403/);
  const other = await anotherBrowser();
  await signIn(other, account.admin);
  await saveConnection(other, { base: 0, url: "acme.bynder.com" });
  const grace = await account.createUser("Grace Hopper", ["admin-settings", "manage-portal-settings"]);
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
    ["revoke-previous-api-key", {}],
    ["rename-implementation", { id, name: "x" }],
    ["remove-implementation", { id }],
    ["restore", { base: "1", revision: "0" }],
    ["undo", { revision: "1" }],
  ] as const) {
    const response = await callServerFunction(page, `integration/${name}`, new URLSearchParams(form));
    expect(response.status(), name).toBe(403);
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

test("the normalized portal URL is shown while typing", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  await card.getByLabel("Portal URL").pressSequentially("HTTP://Acme.bynder.com/media/?x=1");
  await expect(card.getByText("Will be used as https://acme.bynder.com")).toBeVisible();
  const link = card.getByRole("link", { name: /pysettings/ });
  await expect(link).toHaveAttribute("href", "https://acme.bynder.com/pysettings/oauth2/");
});

test("clicking the API key copies it without showing it", { tag: needsScript }, async ({ page, context, account }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, account.admin);
  await apiKeyField(page).click();
  await expect(page.getByText("API key copied")).toBeVisible();
  await expect(apiKeyField(page)).toHaveValue(/^•+$/);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await fetchApiKey(page));
});

test("unsaved changes are marked, and Ctrl+S saves them", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const card = cards.bynder(page);
  const url = card.getByLabel("Portal URL");
  await page.keyboard.press("Control+s");
  await expect(page.getByText("No changes to save")).toBeVisible();
  await url.fill("acme.bynder.com");
  await expect(card.getByText("Unsaved changes")).toBeVisible();
  await url.fill("");
  await expect(card.getByText("Unsaved changes")).toHaveCount(0);
  await url.fill("acme.bynder.com");
  await page.keyboard.press("Control+s");
  await expectSaved(page, 1);
  await expect(url).toHaveValue("https://acme.bynder.com");

  // Saving one card keeps unsaved input in another.
  await url.fill("other.bynder.com");
  await cards.language(page).getByLabel("Language").selectOption("Dutch");
  await saveLanguageOnly(page, 2);
  await expect(url).toHaveValue("other.bynder.com");
  await expect(card.getByText("Unsaved changes")).toBeVisible();
  await save(card, 3);
});

/** Saves the language while another card has unsaved changes. */
async function saveLanguageOnly(page: Page, revision: number): Promise<void> {
  await cards.language(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`Saved as revision ${revision}`)).toBeVisible();
  await expect(cards.language(page).getByText("Unsaved changes")).toHaveCount(0);
}

test("leaving a page with unsaved changes asks for confirmation", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const url = cards.bynder(page).getByLabel("Portal URL");
  const away = page.getByRole("navigation", { name: "Integration" }).getByRole("link", { name: "History" });
  const question = dialog(page, "Leave without saving?");
  await url.fill("acme.bynder.com");
  await test.step("a link asks", async () => {
    await away.click();
    await click(question, "Stay on this page");
    await expect(question).toHaveCount(0);
    await expect(page).toHaveURL(integration);
    await expect(url).toHaveValue("acme.bynder.com");
    await away.click();
    await page.keyboard.press("Escape");
    await expect(question).toHaveCount(0);
    await expect(page).toHaveURL(integration);
  });
  await test.step("a reload asks", async () => {
    const opened = page.waitForEvent("dialog");
    // Resolves after the browser's own dialog is answered.
    const reloading = page.evaluate(() => window.location.reload());
    const browserDialog = await opened;
    expect(browserDialog.type()).toBe("beforeunload");
    await browserDialog.dismiss();
    await reloading.catch(() => {});
    await expect(url).toHaveValue("acme.bynder.com");
  });
  await test.step("confirming leaves the page", async () => {
    await away.click();
    await click(question, "Leave without saving");
    await expect(page).toHaveURL(history);
    await expect(page.getByRole("heading", { name: "No revisions yet" })).toBeVisible();
  });
});

test("Back and Forward with unsaved changes ask for confirmation", { tag: needsScript }, async ({ page, account }) => {
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
      await click(question, "Stay on this page");
      await expect(question, `asked ${times} times`).toHaveCount(0);
      await expect(page).toHaveURL(integration);
      await expect(url).toHaveValue("acme.bynder.com");
    }
    await step("back");
    await click(question, "Leave without saving");
    await expect(page).toHaveURL(history);
  });
  await test.step("forward", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await expect(page).toHaveURL(integration);
    await sections.getByRole("link", { name: "History" }).click();
    await expect(page).toHaveURL(history);
    await step("back");
    await expect(page).toHaveURL(integration);
    await url.fill("acme.bynder.com");
    await step("forward");
    await click(question, "Leave without saving");
    await expect(page).toHaveURL(history);
  });
  await test.step("no question after the change is reverted", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await url.fill("acme.bynder.com");
    await url.fill("");
    await step("back");
    await expect(page).toHaveURL(history);
  });
  await test.step("no question for a step within the page", async () => {
    await sections.getByRole("link", { name: "Settings", exact: true }).click();
    await url.fill("acme.bynder.com");
    await click(cards.apiKey(page), "Rotate");
    await expect(page).toHaveURL(/dialog=rotate/);
    await step("back");
    await expect(page).toHaveURL(integration);
    await expect(question).toHaveCount(0);
    await expect(url).toHaveValue("acme.bynder.com");
  });
});
