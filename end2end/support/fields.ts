// Field settings as a person finds them on their page, and as its forms send them.

import { type Locator, type Page } from "@playwright/test";
import { callWith } from "./oauth2.ts";
import { section } from "./steps.ts";
import { expect } from "./test.ts";

export const fieldSettings = "/integration/fields";

/** The options of a field by the names of files; what is not there is left to Global. */
export interface FieldOptions {
  defaultSearchTerm?: string;
  assetTypes?: string[];
  hideLimitedUse?: boolean;
  assetResultInLayoutService?: boolean;
  mode?: "SingleSelectFile" | "SingleSelect" | "MultiSelect";
}

export interface Kept {
  revision: number;
  language: string;
  global: FieldOptions;
  fields: (FieldOptions & { field: string })[];
}

/** What is kept, as the page reads it. */
export async function kept(page: Page): Promise<Kept> {
  const answer = await page.request.get("/fn/integration/fields", { params: { address: fieldSettings } });
  const { revised } = (await answer.json()) as { revised: { revision: number; settings: Omit<Kept, "revision"> } };
  return { revision: revised.revision, ...revised.settings };
}

/** Saves a field, or the Global field settings, by the form's own function as whoever is signed in. */
export async function saveField(page: Page, field: string | "Global", options: FieldOptions, was = ""): Promise<void> {
  const { revision } = await kept(page);
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
  const answer = await callWith(page, "integration/save-field", body);
  expect(answer.status(), await answer.text()).toBe(200);
}

/** The row of a field, or of the Global field settings. */
export function row(page: Page, name: string): Locator {
  const rows = page.getByRole("table", { name: "Field settings" }).locator("tbody").getByRole("row");
  return rows.filter({ has: page.getByRole("link", { name, exact: true }) });
}

/** The cell of an option in a row. */
export function cell(page: Page, name: string, option: string): Locator {
  return row(page, name).locator(`td[data-label="${option}"]`);
}

/** The open form under its title. */
export function editor(page: Page, title: string): Locator {
  return section(page, title);
}

/** The choices of an option in a form. */
export function option(form: Locator, name: string): Locator {
  return form.getByRole("group", { name, exact: true });
}

export function preview(page: Page): Locator {
  return section(page, "Live preview");
}

/** The assets that the preview shows, by their names. */
export function shownAssets(page: Page): Promise<string[]> {
  return preview(page).locator(".selector-name").allInnerTexts();
}
