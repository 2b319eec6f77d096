// The Integration section as somebody who manages it sees it, and the connector API as a connector does.

import { type Locator, type Page } from "@playwright/test";
import { callWith } from "./oauth2.ts";
import type { Server } from "./server.ts";
import { press, section } from "./steps.ts";
import { expect, hasScript } from "./test.ts";

export const integration = "/integration";
export const implementations = `${integration}/implementations`;
export const remoteLogs = `${integration}/logs`;
export const history = `${integration}/history`;
export const developers = `${integration}/developers`;

/** The cards of the settings page, by the guide's headings. */
export const cards = {
  apiKey: (page: Page) => section(page, "API Key"),
  bynder: (page: Page) => section(page, "Bynder settings"),
  language: (page: Page) => section(page, "Asset selector global settings"),
  advanced: (page: Page) => section(page, "Advanced settings"),
};

/** Saves a card, and waits for the word that it was. */
export async function save(card: Locator, revision: number): Promise<void> {
  await card.getByRole("button", { name: "Save", exact: true }).click();
  await saved(card.page(), revision);
}

/** A toast says so, and without script the page that comes back. */
export async function saved(page: Page, revision: number): Promise<void> {
  await expect(page.getByText(new RegExp(`^Saved as revision ${revision}\\.?$`)).first()).toBeVisible();
  // The page is read again after the toast.
  if (hasScript()) await expect(page.getByText("Unsaved changes")).toHaveCount(0);
}

/** What Bynder settings are to be, as the form names them. */
export interface Connection {
  base: number;
  url?: string;
  dam?: "bynder" | "webdam";
  client_id?: string;
}

/** Saves Bynder settings as whoever is signed in, by the form's own function. */
export async function saveConnection(page: Page, { base, ...form }: Connection): Promise<void> {
  const body = new URLSearchParams({ base: String(base), dam: "bynder", ...form });
  expect((await callWith(page, "integration/save-connection", body)).status()).toBe(200);
}

/** Switches remote logging as whoever is signed in. */
export async function switchLogging(page: Page, base: number, on: boolean): Promise<void> {
  const body = new URLSearchParams({ base: String(base), remote_logging: String(on) });
  expect((await callWith(page, "integration/save-remote-logging", body)).status()).toBe(200);
}

/** The API key, as the page's own button gets it. */
export async function apiKey(page: Page): Promise<string> {
  const answer = await callWith(page, "integration/show-api-key", new URLSearchParams());
  expect(answer.status()).toBe(200);
  return (await answer.json()) as string;
}

/** What the API key's field holds once it is asked for. */
export async function showKey(page: Page): Promise<string> {
  await press(cards.apiKey(page), "Show");
  const field = keyField(page);
  await expect(field).toHaveValue(/^[^•]+$/);
  return field.inputValue();
}

export function keyField(page: Page): Locator {
  return page.getByRole("textbox", { name: "API Key", exact: true });
}

/** A connector that names itself. */
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
