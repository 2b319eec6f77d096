// Locators and form requests of the Integration section, and a client for the connector API.

import { type Locator, type Page } from "@playwright/test";
import { callServerFunction } from "./oauth2.ts";
import type { Server } from "./server.ts";
import { click, section } from "./actions.ts";
import { expect, hasScript } from "./test.ts";

export const integration = "/integration";
export const implementations = `${integration}/implementations`;
export const remoteLogs = `${integration}/logs`;
export const history = `${integration}/history`;
export const developers = `${integration}/developers`;

/** The cards of the settings page, by the headings in the guide. */
export const cards = {
  apiKey: (page: Page) => section(page, "API Key"),
  bynder: (page: Page) => section(page, "Bynder settings"),
  language: (page: Page) => section(page, "Asset selector global settings"),
  advanced: (page: Page) => section(page, "Advanced settings"),
};

/** Saves a card and waits for the confirmation. */
export async function save(card: Locator, revision: number): Promise<void> {
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await expectSaved(card.page(), revision);
}

/** Expects the confirmation of a save: a toast, or a message on the page if scripts are off. */
export async function expectSaved(page: Page, revision: number): Promise<void> {
  await expect(page.getByText(new RegExp(`^Saved as revision ${revision}\\.?$`)).first()).toBeVisible();
  // The page reloads its data after the toast.
  if (hasScript()) await expect(page.getByText("Unsaved changes")).toHaveCount(0);
}

/** The fields of the Bynder settings form. */
export interface Connection {
  base: number;
  url?: string;
  dam?: "bynder" | "webdam";
  client_id?: string;
}

/** Saves Bynder settings as the signed-in user. `base` is the revision that the change is based on. */
export async function saveConnection(page: Page, { base, ...form }: Connection): Promise<void> {
  const body = new URLSearchParams({ base: String(base), dam: "bynder", ...form });
  expect((await callServerFunction(page, "integration/save-connection", body)).status()).toBe(200);
}

/** Turns remote logging on or off as the signed-in user. */
export async function setRemoteLogging(page: Page, base: number, on: boolean): Promise<void> {
  const body = new URLSearchParams({ base: String(base), remote_logging: String(on) });
  expect((await callServerFunction(page, "integration/save-remote-logging", body)).status()).toBe(200);
}

/** Returns the API key, through the server function of the Show button. */
export async function fetchApiKey(page: Page): Promise<string> {
  const response = await callServerFunction(page, "integration/show-api-key", new URLSearchParams());
  expect(response.status()).toBe(200);
  return (await response.json()) as string;
}

/** Clicks Show and returns the API key from its field. */
export async function showApiKey(page: Page): Promise<string> {
  await click(cards.apiKey(page), "Show");
  const field = apiKeyField(page);
  await expect(field).toHaveValue(/^[^•]+$/);
  return field.inputValue();
}

export function apiKeyField(page: Page): Locator {
  return page.getByRole("textbox", { name: "API Key", exact: true });
}

/** A connector that identifies itself in the X-Connector header. */
export class Connector {
  readonly #api: string;
  readonly #headers: Record<string, string>;

  constructor(server: Server, key: string, name = 'sitecoreai/2.1.0; instance="Production"; environment="live"') {
    this.#api = `${server.url}/api/connector/v1`;
    this.#headers = { authorization: `Bearer ${key}`, "x-connector": name };
  }

  settings(): Promise<Response> {
    return fetch(`${this.#api}/settings`, { headers: this.#headers });
  }

  log(...records: { level: string; message: string; time?: string }[]): Promise<Response> {
    const headers = { ...this.#headers, "content-type": "application/json" };
    return fetch(`${this.#api}/logs`, { method: "POST", headers, body: JSON.stringify(records) });
  }
}
