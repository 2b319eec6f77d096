// OAuth 2 apps as their owner and as an application see them.

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
  /** A public client has none. */
  secret: string | undefined;
}

export interface NewApp {
  name: string;
  grant?: "client_credentials" | "authorization_code" | "public";
  user?: string;
  redirectUris?: string[];
  scopes: string[];
}

/** Registers an app as whoever is signed in, by the form's own function, and puts its secret away. */
export async function registerApp(page: Page, app: NewApp): Promise<App> {
  const body = new URLSearchParams({
    name: app.name,
    grant: app.grant ?? "client_credentials",
    user: app.user ?? "",
    redirect_uris: (app.redirectUris ?? []).join("\n"),
  });
  for (const scope of app.scopes) body.append("scopes[]", scope);
  const made = await callWith(page, "oauth-apps/create", body);
  expect(made.status()).toBe(200);
  const id = made.headers()["location"]!.split("/").pop()!;
  const { reveal } = (await (await page.request.get("/fn/oauth-apps/list")).json()) as Listed;
  if (reveal) await callWith(page, "reveals/dismiss", new URLSearchParams({ reveal: reveal.id, back: oauthApps }));
  return { id, secret: reveal?.secret };
}

interface Listed {
  reveal: { id: string; secret: string } | null;
}

export interface ListedApp {
  id: string;
  name: string;
  scopes: string;
  token_settings: { rotate_refresh_tokens: boolean; signing_algorithm: "ES256" | "RS256"; allow_introspection: boolean };
}

/** The account's apps, as the list has them. */
export async function listApps(page: Page): Promise<ListedApp[]> {
  const listed = await page.request.get("/fn/oauth-apps/list");
  return ((await listed.json()) as { apps: ListedApp[] }).apps;
}

/** Calls a server function as the page's own form would. */
export function callWith(page: Page, name: string, body: URLSearchParams) {
  const headers = { origin: new URL(page.url()).origin, "content-type": "application/x-www-form-urlencoded" };
  return page.request.post(`/fn/${name}`, { data: body.toString(), headers });
}

/** Where an application sends a browser to. */
export function authorisationAddress(app: App, redirectUri: string, more: Record<string, string> = {}): string {
  const parameters = { response_type: "code", client_id: app.id, redirect_uri: redirectUri, state: "a state & more", ...more };
  return `/oauth2/authorise?${new URLSearchParams(parameters)}`;
}

/** A new code verifier's challenge (RFC 7636 §4.2). */
export function codeChallenge(): Record<string, string> {
  const verifier = randomBytes(32).toString("base64url");
  return { code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256" };
}
