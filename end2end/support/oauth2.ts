// Registers and lists OAuth 2.0 apps, and builds authorization requests.

import { createHash, randomBytes } from "node:crypto";
import { type Page } from "@playwright/test";
import { expect } from "./test.ts";

export const oauthApps = "/settings/portal/oauth-apps";

/** The seven scopes of the guide "Creating an OAuth2 App". */
export const connectorScopes = [
  "asset:read",
  "asset.usage:read",
  "asset.usage:write",
  "collection:read",
  "meta.assetbank:read",
  "meta.assetbank:write",
  "meta.workflow:read",
];

export interface App {
  id: string;
  /** Undefined for a public client. */
  secret: string | undefined;
}

export interface NewApp {
  name: string;
  grant?: "client_credentials" | "authorization_code" | "public";
  user?: string;
  redirectUris?: string[];
  scopes: string[];
}

/** Registers an app as the signed-in user and dismisses the dialog that shows its secret. */
export async function registerApp(page: Page, app: NewApp): Promise<App> {
  const body = new URLSearchParams({
    name: app.name,
    grant: app.grant ?? "client_credentials",
    user: app.user ?? "",
    redirect_uris: (app.redirectUris ?? []).join("\n"),
  });
  for (const scope of app.scopes) body.append("scopes[]", scope);
  const created = await callServerFunction(page, "oauth-apps/create", body);
  expect(created.status()).toBe(200);
  const id = created.headers()["location"]!.split("/").pop()!;
  const { one_time_secret: secret } = (await (await page.request.get("/fn/oauth-apps/list")).json()) as AppList;
  if (secret) await callServerFunction(page, "one-time-secrets/acknowledge", new URLSearchParams({ id: secret.id, back: oauthApps }));
  return { id, secret: secret?.secret };
}

interface AppList {
  one_time_secret: { id: string; secret: string } | null;
}

export interface ListedApp {
  id: string;
  name: string;
  scopes: string;
  token_settings: { rotate_refresh_tokens: boolean; signing_algorithm: "ES256" | "RS256"; allow_introspection: boolean };
}

/** Returns the account's apps. */
export async function listApps(page: Page): Promise<ListedApp[]> {
  const response = await page.request.get("/fn/oauth-apps/list");
  return ((await response.json()) as { apps: ListedApp[] }).apps;
}

/** Calls a server function as a form of the page does. */
export function callServerFunction(page: Page, name: string, body: URLSearchParams) {
  const headers = { origin: new URL(page.url()).origin, "content-type": "application/x-www-form-urlencoded" };
  return page.request.post(`/fn/${name}`, { data: body.toString(), headers });
}

/** Builds the URL of an authorization request (RFC 6749 §4.1.1). */
export function authorizationUrl(app: App, redirectUri: string, extra: Record<string, string> = {}): string {
  const parameters = { response_type: "code", client_id: app.id, redirect_uri: redirectUri, state: "a state & more", ...extra };
  return `/oauth2/authorise?${new URLSearchParams(parameters)}`;
}

/** Returns the challenge parameters of a new code verifier (RFC 7636 §4.2). */
export function codeChallenge(): Record<string, string> {
  const verifier = randomBytes(32).toString("base64url");
  return { code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256" };
}
