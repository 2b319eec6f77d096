// The options of the guide "Asset Selector Field Settings" and the live preview of the asset selector.

import { type Locator, type Page } from "@playwright/test";
import { cell, editor, fieldSettings, loadSettings, option, preview, row, saveField, shownAssets } from "../../support/fields.ts";
import { fetchApiKey } from "../../support/integration.ts";
import { callServerFunction } from "../../support/oauth2.ts";
import { buttonOrLink, click, open, reload, section, signIn, waitForHydration } from "../../support/actions.ts";
import { expect, hasScript, needsScript, test } from "../../support/test.ts";

const term = "Default search term";
const types = "Visible asset types";
const limited = "Always hide limited usage assets";
const layout = "Enable asset result in Layout Service";
const mode = "Selection mode";

async function openEditor(page: Page, name: string): Promise<Locator> {
  await click(row(page, name), `Edit ${name}`);
  return editor(page, name);
}

async function save(page: Page, form: Locator): Promise<void> {
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await expect(form).toHaveCount(0);
  await waitForHydration(page);
}

test("each option of a field is saved and kept after a reload", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await click(page, "Add field");
  const form = editor(page, "Add field");
  await form.getByLabel("Field", { exact: true }).fill("heroImage");
  await option(form, term).getByRole("radio", { name: "For this field:" }).check();
  await form.getByRole("textbox", { name: term }).fill("harbour dawn");
  await option(form, types).getByRole("radio", { name: "For this field:" }).check();
  await option(form, types).getByRole("checkbox", { name: "Image" }).check();
  await option(form, types).getByRole("checkbox", { name: "Video" }).check();
  await option(form, limited).getByRole("radio", { name: "Yes", exact: true }).check();
  await expect(option(form, layout)).toContainText("This affects performance");
  await option(form, layout).getByRole("radio", { name: "No", exact: true }).check();
  await option(form, mode).getByRole("radio", { name: "Multiple assets" }).check();
  await save(page, form);
  await expect(page.getByText(/Saved as revision 1/)).toBeVisible();
  const expectSavedOptions = async () => {
    await expect(cell(page, "heroImage", term)).toHaveText("harbour dawn");
    await expect(cell(page, "heroImage", types)).toHaveText("Image, Video");
    await expect(cell(page, "heroImage", limited)).toHaveText("Yes");
    await expect(cell(page, "heroImage", layout)).toHaveText("No");
    await expect(cell(page, "heroImage", mode)).toHaveText("Multiple assets");
  };
  await expectSavedOptions();
  await open(page, fieldSettings);
  await expectSavedOptions();
  expect((await loadSettings(page)).fields).toEqual([
    {
      field: "heroImage",
      defaultSearchTerm: "harbour dawn",
      assetTypes: ["image", "video"],
      hideLimitedUse: true,
      assetResultInLayoutService: false,
      mode: "MultiSelect",
    },
  ]);

  await test.step("the form shows the saved values", async () => {
    const again = await openEditor(page, "heroImage");
    await expect(again.getByLabel("Field", { exact: true })).toHaveValue("heroImage");
    await expect(again.getByRole("textbox", { name: term })).toHaveValue("harbour dawn");
    await expect(option(again, types).getByRole("checkbox", { checked: true })).toHaveCount(2);
    await expect(option(again, limited).getByRole("radio", { name: "Yes", exact: true })).toBeChecked();
    await expect(option(again, layout).getByRole("radio", { name: "No", exact: true })).toBeChecked();
    await expect(option(again, mode).getByRole("radio", { name: "Multiple assets" })).toBeChecked();
    await again.getByLabel("Field", { exact: true }).fill("heroPicture");
    await save(page, again);
    await expect(row(page, "heroPicture")).toBeVisible();
    await expect(row(page, "heroImage")).toHaveCount(0);
  });
});

test("inherited options show Global and the inherited value", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "teaser", {});
  await reload(page);
  for (const name of [term, types, limited, layout, mode]) {
    await expect(cell(page, "Global field settings", name)).toContainText("Connector default");
    await expect(cell(page, "teaser", name)).toContainText("Global");
    await expect(cell(page, "teaser", name)).toContainText("connector default");
  }
  const form = await openEditor(page, "Global field settings");
  await expect(option(form, limited).getByRole("radio", { name: "Connector default" })).toBeChecked();
  await option(form, types).getByRole("radio", { name: "For all fields:" }).check();
  await option(form, types).getByRole("checkbox", { name: "Image" }).check();
  await option(form, types).getByRole("checkbox", { name: "Video" }).check();
  await option(form, mode).getByRole("radio", { name: "Single file" }).check();
  await save(page, form);
  await expect(cell(page, "Global field settings", types)).toHaveText("Image, Video");
  await expect(cell(page, "teaser", types)).toHaveText(/^\s*Global\s+Image, Video\s*$/);
  const teaser = await openEditor(page, "teaser");
  await expect(option(teaser, types).getByRole("radio", { name: "Global: Image, Video" })).toBeChecked();
  await expect(option(teaser, mode).getByRole("radio", { name: "Global: Single file" })).toBeChecked();
  await expect(option(teaser, limited).getByRole("radio", { name: "Global: connector default" })).toBeChecked();
  expect(await loadSettings(page)).toMatchObject({ global: { assetTypes: ["image", "video"], mode: "SingleSelectFile" } });
});

test("the Global field settings are listed first and cannot be deleted", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "a", { hideLimitedUse: true });
  await reload(page);
  const first = page.getByRole("table", { name: "Field settings" }).locator("tbody").getByRole("row").first();
  await expect(first.getByRole("link", { name: "Global field settings", exact: true })).toBeVisible();
  await expect(buttonOrLink(first, /^(Delete|Duplicate)/)).toHaveCount(0);
  await expect(buttonOrLink(row(page, "a"), /^Delete/)).toHaveCount(1);
});

test("duplicating a field requires a new name", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "heroImage", { defaultSearchTerm: "sea", assetTypes: ["video"], mode: "SingleSelect" });
  await reload(page);
  await click(row(page, "heroImage"), "Duplicate heroImage");
  const form = editor(page, "Duplicate of heroImage");
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("sea");
  await form.getByLabel("Field", { exact: true }).fill("HEROIMAGE");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await expect(form.getByLabel("Field", { exact: true })).toHaveAccessibleDescription(/already has settings/);
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("sea");
  await form.getByLabel("Field", { exact: true }).fill("footerImage");
  await save(page, form);
  await expect(cell(page, "footerImage", types)).toHaveText("Video");
  expect((await loadSettings(page)).fields.map(({ field }) => field)).toEqual(["footerImage", "heroImage"]);
});

test("an invalid field shows errors at its options and keeps the input", async ({ page, account }) => {
  await signIn(page, account.admin, `${fieldSettings}?add=`);
  const form = editor(page, "Add field");
  await option(form, types).getByRole("radio", { name: "For this field:" }).check();
  await option(form, term).getByRole("radio", { name: "For this field:" }).check();
  await form.getByRole("textbox", { name: term }).fill("sea");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  // Without scripts the browser itself requires the name.
  if (hasScript()) {
    await expect(form.getByLabel("Field", { exact: true })).toHaveAccessibleDescription(/Enter a field name\./);
    await expect(form.getByText("Select at least one asset type.")).toBeVisible();
  }
  await form.getByLabel("Field", { exact: true }).fill("teaser");
  await form.getByRole("button", { name: "Save", exact: true }).click();
  await expect(form.getByText("Select at least one asset type.")).toBeVisible();
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("sea");
  await expect(form.getByLabel("Field", { exact: true })).toHaveValue("teaser");
  expect((await loadSettings(page)).fields).toEqual([]);
  await option(form, types).getByRole("checkbox", { name: "Audio" }).check();
  await save(page, form);
  expect((await loadSettings(page)).fields).toEqual([{ field: "teaser", defaultSearchTerm: "sea", assetTypes: ["audio"] }]);
});

test("Delete removes a field at once, and Undo restores it", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "heroImage", { defaultSearchTerm: "sea", hideLimitedUse: true });
  await saveField(page, "teaser", {});
  const before = (await loadSettings(page)).fields;
  await reload(page);
  await click(row(page, "heroImage"), "Delete heroImage");
  await expect(row(page, "heroImage")).toHaveCount(0);
  await expect(page.getByText("Deleted heroImage.")).toBeVisible();
  expect((await loadSettings(page)).fields.map(({ field }) => field)).toEqual(["teaser"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row(page, "heroImage")).toBeVisible();
  await expect(page.getByText("Deleted heroImage.")).toHaveCount(0);
  await expect(cell(page, "heroImage", term)).toHaveText("sea");
  expect((await loadSettings(page)).fields).toEqual(before);
});

test("deleting a field that someone else changed asks for confirmation", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "heroImage", {});
  await reload(page);
  await saveField(page, "heroImage", { defaultSearchTerm: "theirs" }, "heroImage");
  await click(row(page, "heroImage"), "Delete heroImage");
  await expect(page.getByText("Someone changed heroImage after you opened this page.")).toBeVisible();
  await expect(cell(page, "heroImage", term)).toHaveText("theirs");
  await click(page, "Delete anyway heroImage");
  await expect(row(page, "heroImage")).toHaveCount(0);
});

test("an edit conflict on one option keeps the other user's other changes", async ({ page, account, anotherBrowser }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "heroImage", { defaultSearchTerm: "sea" });
  await reload(page);
  const form = await openEditor(page, "heroImage");
  await form.getByRole("textbox", { name: term }).fill("mine");

  const grace = await account.createUser("Grace Hopper", "all");
  const other = await anotherBrowser();
  await signIn(other, grace, fieldSettings);
  await saveField(other, "heroImage", { defaultSearchTerm: "theirs", mode: "MultiSelect" }, "heroImage");

  await form.getByRole("button", { name: "Save", exact: true }).click();
  const conflict = section(page, "Someone else changed this while you were editing").or(page.getByRole("alert"));
  await expect(conflict.first()).toContainText("Grace Hopper");
  await expect(conflict.first()).toContainText("theirs");
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("mine");
  expect((await loadSettings(page)).fields).toMatchObject([{ defaultSearchTerm: "theirs" }]);
  await click(form, "Keep my changes");
  await expect(form).toHaveCount(0);
  await expect(cell(page, "heroImage", term)).toHaveText("mine");
  expect((await loadSettings(page)).fields).toMatchObject([{ defaultSearchTerm: "mine", mode: "MultiSelect" }]);
});

test("fields that connectors requested are offered", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  const key = await fetchApiKey(page);
  const requestedField = "/sitecore/content/home & more";
  const headers = { authorization: `Bearer ${key}` };
  const response = await page.request.get(`/api/connector/v1/settings/fields/${encodeURIComponent(requestedField)}`, { headers });
  expect(response.status()).toBe(200);
  await reload(page);
  const offered = section(page, "Requested by connectors");
  await click(offered, requestedField);
  const form = editor(page, "Add field");
  await expect(form.getByLabel("Field", { exact: true })).toHaveValue(requestedField);
  await option(form, limited).getByRole("radio", { name: "Yes", exact: true }).check();
  await save(page, form);
  await expect(row(page, requestedField)).toBeVisible();
  await expect(offered).toHaveCount(0);
  const resolved = await page.request.get(`/api/connector/v1/settings/fields/${encodeURIComponent(requestedField)}`, { headers });
  expect(JSON.stringify(await resolved.json())).toContain('"hideLimitedUse":true');
});

/** Settings with 1000 fields, `page-000/hero` to `page-999/hero`. */
const thousand = {
  fields: Array.from({ length: 1000 }, (_, number) => ({
    field: `page-${String(number).padStart(3, "0")}/hero`,
    ...(number % 2 ? { defaultSearchTerm: `term ${number}`, mode: "MultiSelect" } : { assetTypes: ["image", "video"] }),
  })),
};

test("search finds a field among a thousand", async ({ page, account }) => {
  await account.applySettings(thousand);
  await signIn(page, account.admin, fieldSettings);
  const rows = page.getByRole("table", { name: "Field settings" }).locator("tbody").getByRole("row");
  await expect(rows).toHaveCount(51);
  await expect(section(page, "Fields")).toContainText("Showing the first 50 of 1000 fields.");
  await click(page, "Show more");
  await expect(rows).toHaveCount(101);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.getByRole("searchbox", { name: "Search fields" }).fill("HERO 73");
  if (!hasScript()) await click(page, "Search");
  // Pages 073, 173, …, 973 and 730 to 739.
  await expect(rows).toHaveCount(1 + 20);
  if (hasScript()) expect(requests).toEqual([]);
  await expect(row(page, "page-973/hero")).toBeVisible();
  const form = await openEditor(page, "page-973/hero");
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("term 973");
  await page.getByRole("searchbox", { name: "Search fields" }).fill("nothing like it");
  if (!hasScript()) await click(page, "Search");
  await expect(page.getByText("No fields match “nothing like it”.")).toBeVisible();
});

test("search among a thousand fields responds to a keystroke within 50 ms", { tag: needsScript }, async ({ page, account }) => {
  await account.applySettings(thousand);
  await signIn(page, account.admin, fieldSettings);
  const search = page.getByRole("searchbox", { name: "Search fields" });
  // Measures from the key event to the frame that shows its effect.
  await search.evaluate((input) => {
    const times: number[] = [];
    Object.assign(window, { times });
    input.addEventListener("keydown", (event) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => times.push(performance.now() - event.timeStamp);
        port2.postMessage(undefined);
      });
    });
  });
  const typed = "page-99 hero";
  await search.pressSequentially(typed, { delay: 100 });
  for (const _ of typed) await search.press("Backspace", { delay: 50 });
  await search.pressSequentially(typed, { delay: 100 });
  await expect(page.getByRole("table", { name: "Field settings" }).locator("tbody").getByRole("row")).toHaveCount(1 + 10);
  const times = await page.evaluate(() => (window as unknown as { times: number[] }).times);
  times.sort((one, other) => one - other);
  expect(times.length).toBeGreaterThanOrEqual(3 * typed.length);
  expect(times[Math.floor(times.length / 2)], `the median of ${times.map(Math.round).join(", ")}`).toBeLessThan(50);
});

test("the preview is translated into five languages", async ({ page, account }) => {
  await signIn(page, account.admin, `${fieldSettings}?global=true`);
  const shown = preview(page);
  await expect(shown).toContainText("Sample assets");
  for (const [language, tag, search, images, add, use] of [
    ["English", "en-US", "Search assets", "Images", "Add 2 assets", "Limited use"],
    ["Dutch", "nl-NL", "Assets zoeken", "Afbeeldingen", "2 assets toevoegen", "Beperkt gebruik"],
    ["German", "de-DE", "Assets suchen", "Bilder", "2 Assets hinzufügen", "Eingeschränkte Nutzung"],
    ["French", "fr-FR", "Rechercher des ressources", "Images", "Ajouter 2 ressources", "Usage limité"],
    ["Spanish", "es-ES", "Buscar recursos", "Imágenes", "Añadir 2 recursos", "Uso limitado"],
  ] as const) {
    await shown.getByRole("link", { name: language }).click();
    await expect(shown.locator(".selector")).toHaveAttribute("lang", tag);
    for (const words of [search, images, add, use]) await expect(shown.locator(".selector")).toContainText(words);
    await expect(shown.getByRole("link", { name: language })).toHaveAttribute("aria-current", "true");
  }
  await expect(editor(page, "Global field settings").getByRole("button", { name: "Save", exact: true })).toBeVisible();
});

test("the preview shows the saved asset types, search term, limited use and mode", async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "all", {});
  await saveField(page, "files", { assetTypes: ["document"], mode: "SingleSelectFile", hideLimitedUse: true });
  await saveField(page, "sea", { defaultSearchTerm: "SEA", assetTypes: ["image"], mode: "SingleSelect" });
  await saveField(page, "none", { defaultSearchTerm: "no such thing" });
  await open(page, `${fieldSettings}?edit=all`);
  await expect(preview(page).locator(".selector-name")).toHaveCount(16);
  await expect(preview(page)).toContainText("16 assets");
  await expect(preview(page)).toContainText("connector default");
  await expect(preview(page).locator(".selector-filters li")).toHaveText(["Images", "Videos", "Documents", "Audio"]);

  await open(page, `${fieldSettings}?edit=files`);
  expect(await shownAssets(page)).toEqual(["Brand guidelines", "Press release, spring"]);
  await expect(preview(page).locator(".selector-filters li")).toHaveText(["Documents"]);
  await expect(preview(page)).not.toContainText("Limited use");
  await expect(preview(page)).toContainText("Add file");

  await open(page, `${fieldSettings}?edit=sea`);
  expect(await shownAssets(page)).toEqual(["Harbour at dawn", "Lighthouse", "Orchard in spring"]);
  await expect(preview(page).locator(".selector-search")).toHaveText("SEA");
  await expect(preview(page).getByText("Limited use")).toHaveCount(1);
  await expect(preview(page)).toContainText("Add asset");

  await open(page, `${fieldSettings}?edit=none`);
  await expect(preview(page)).toContainText("No assets found");
  await preview(page).getByRole("link", { name: "German" }).click();
  await expect(preview(page)).toContainText("Keine Assets gefunden");

  const picture = await page.request.get("/samples/harbour.svg");
  expect(picture.headers()["content-type"]).toContain("image/svg+xml");
});

test("the preview updates with each keystroke without a request", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, `${fieldSettings}?add=`);
  const form = editor(page, "Add field");
  await expect(preview(page).locator(".selector-name")).toHaveCount(16);
  // Images load when they scroll into view. Other requests are not expected.
  const requests: string[] = [];
  page.on("request", (request) => void (request.resourceType() === "image" || requests.push(request.url())));
  await form.getByRole("textbox", { name: term }).pressSequentially("sea");
  await expect(option(form, term).getByRole("radio", { name: "For this field:" })).toBeChecked();
  expect(await shownAssets(page)).toEqual(["Harbour at dawn", "Waves on the shore", "Lighthouse", "Orchard in spring", "Press release, spring"]);
  await option(form, types).getByRole("checkbox", { name: "Image" }).check();
  await expect(option(form, types).getByRole("radio", { name: "For this field:" })).toBeChecked();
  expect(await shownAssets(page)).toEqual(["Harbour at dawn", "Lighthouse", "Orchard in spring"]);
  await option(form, limited).getByRole("radio", { name: "Yes", exact: true }).check();
  expect(await shownAssets(page)).toEqual(["Harbour at dawn", "Orchard in spring"]);
  await option(form, mode).getByRole("radio", { name: "Single file" }).check();
  await expect(preview(page)).toContainText("Original file");
  await expect(preview(page)).toContainText("Add file");
  await form.getByRole("textbox", { name: term }).fill("");
  await option(form, term).getByRole("radio", { name: /^Global/ }).check();
  await expect(preview(page).locator(".selector-search")).toHaveText("Search assets");
  expect(requests).toEqual([]);
});

test("the field form marks unsaved changes, confirms leaving and saves with Ctrl+S", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, fieldSettings);
  await saveField(page, "heroImage", {});
  await saveField(page, "teaser", {});
  await reload(page);
  const form = await openEditor(page, "heroImage");
  await form.getByRole("textbox", { name: term }).fill("sea");
  await expect(form.getByText("Unsaved changes")).toBeVisible();
  await click(row(page, "teaser"), "Edit teaser");
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await click(question, "Stay on this page");
  await expect(question).toHaveCount(0);
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("sea");
  await page.evaluate(() => window.history.back());
  await click(question, "Stay on this page");
  await expect(question).toHaveCount(0);
  await expect(form.getByRole("textbox", { name: term })).toHaveValue("sea");
  await form.getByRole("textbox", { name: term }).press("Control+s");
  await expect(page.getByText(/Saved as revision 3/)).toBeVisible();
  await expect(cell(page, "heroImage", term)).toHaveText("sea");
  await expect(buttonOrLink(row(page, "heroImage"), "Edit heroImage")).toBeFocused();
});

test("without Manage integration, pages and functions return 403 and name the missing right", async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/status of 403/);
  const grace = await account.createUser("Grace Hopper", ["admin-settings"]);
  await signIn(page, grace, "/settings");
  expect((await open(page, fieldSettings))?.status()).toBe(403);
  await expect(page.getByRole("main")).toContainText("Manage integration");
  await expect(page.getByRole("main")).not.toContainText("Global field settings");
  const form = new URLSearchParams({ base: "0", "form[was]": "", "form[field]": "heroImage" });
  for (const [name, body] of [
    ["save-field", form],
    ["delete-field", new URLSearchParams({ base: "0", field: "heroImage" })],
    ["undo-field", new URLSearchParams({ revision: "1" })],
  ] as const) {
    expect((await callServerFunction(page, `integration/${name}`, body)).status(), name).toBe(403);
  }
  expect((await page.request.get("/fn/integration/fields", { params: { address: fieldSettings } })).status()).toBe(403);
});
