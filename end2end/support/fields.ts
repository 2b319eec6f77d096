// Locators and form requests of the field settings page.

import { type Locator, type Page } from "@playwright/test";
import { callServerFunction } from "./oauth2.ts";
import { section } from "./actions.ts";
import { expect } from "./test.ts";

export const fieldSettings = "/integration/fields";

/** The options of a field, named as in settings files. A missing option inherits from Global. */
export interface FieldOptions {
  defaultSearchTerm?: string;
  assetTypes?: string[];
  hideLimitedUse?: boolean;
  assetResultInLayoutService?: boolean;
  mode?: "SingleSelectFile" | "SingleSelect" | "MultiSelect";
}

export interface SavedSettings {
  revision: number;
  language: string;
  global: FieldOptions;
  fields: (FieldOptions & { field: string })[];
}

/** Returns the saved settings, read through the page's server function. */
export async function loadSettings(page: Page): Promise<SavedSettings> {
  const response = await page.request.get("/fn/integration/fields", { params: { address: fieldSettings } });
  const { current } = (await response.json()) as { current: { revision: number; settings: Omit<SavedSettings, "revision"> } };
  return { revision: current.revision, ...current.settings };
}

/** Saves a field or the Global field settings as the signed-in user. `was` is the field's present name, empty for a new field. */
export async function saveField(page: Page, field: string | "Global", options: FieldOptions, was = ""): Promise<void> {
  const { revision } = await loadSettings(page);
  const isGlobal = field === "Global";
  const body = new URLSearchParams({ base: String(revision) });
  const add = (name: string, value: string) => body.append(`form[${name}]`, value);
  add("was", was);
  add("field", isGlobal ? "" : field);
  add("global", String(isGlobal));
  add("term_source", options.defaultSearchTerm === undefined ? "" : "own");
  add("term", options.defaultSearchTerm ?? "");
  add("types_source", options.assetTypes ? "own" : "");
  for (const type of options.assetTypes ?? []) body.append("form[types][]", type);
  add("hide_limited_use", String(options.hideLimitedUse ?? ""));
  add("layout_service", String(options.assetResultInLayoutService ?? ""));
  add("mode", options.mode ?? "");
  const response = await callServerFunction(page, "integration/save-field", body);
  expect(response.status(), await response.text()).toBe(200);
}

/** Returns the row of a field or of the Global field settings. */
export function row(page: Page, name: string): Locator {
  const rows = page.getByRole("table", { name: "Field settings" }).locator("tbody").getByRole("row");
  return rows.filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** Returns the cell of an option in a field's row. */
export function cell(page: Page, name: string, option: string): Locator {
  return row(page, name).locator(`td[data-label="${option}"]`);
}

/** Returns the open form with this title. */
export function editor(page: Page, title: string): Locator {
  return section(page, title);
}

/** Returns the group of controls of an option. */
export function option(form: Locator, name: string): Locator {
  return form.getByRole("group", { name, exact: true });
}

export function preview(page: Page): Locator {
  return section(page, "Live preview");
}

/** Returns the names of the assets in the preview. */
export function shownAssets(page: Page): Promise<string[]> {
  return preview(page).locator(".selector-name").allInnerTexts();
}
