// Missing rights: pages name the missing right, and server functions return 403.

import { type APIResponse, type Page } from "@playwright/test";
import { Account, type Right, credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, buttonOrLink, open, section, signIn } from "../../support/actions.ts";
import { expect, test } from "../../support/test.ts";

const apiTokenRights: Right[] = ["manage-portal-settings", "create-api-tokens", "view-api-tokens", "revoke-api-tokens"];

function allBut(missing: Right): Right[] {
  return ["admin-settings" as const, ...apiTokenRights].filter((right) => right !== missing);
}

/** Calls a server function directly, as a form would. */
function call(page: Page, name: string, form: Record<string, string>): Promise<APIResponse> {
  return page.request.post(`/fn/${name}`, { form, headers: { origin: new URL(page.url()).origin } });
}

function read(page: Page, name: string, params: Record<string, string>): Promise<APIResponse> {
  return page.request.get(`/fn/${name}`, { params });
}

test.beforeEach(({ allowConsoleError }) => allowConsoleError(/status of 403/));

test("without Admin settings, settings pages name the missing right and return 403", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", allBut("admin-settings"));
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, grace, "/settings");
  await expect(buttonOrLink(page, "Portal settings")).toHaveCount(0);
  await expect(section(page, "Advanced settings")).toContainText("You need the Admin settings right");
  for (const address of ["/settings/portal", apiTokens, `${apiTokens}/tokens/${token.id}`]) {
    const response = await open(page, address);
    expect(response?.status(), address).toBe(403);
    await expect(page.getByRole("main")).toContainText("Admin settings");
    await expect(page.getByRole("main")).not.toContainText("Website");
  }
  expect((await call(page, "consumers/create", { name: "Intranet", back: apiTokens })).status()).toBe(403);
  expect((await call(page, "tokens/revoke", { token: token.id, back: apiTokens })).status()).toBe(403);
  expect((await read(page, "api-tokens/page", { address: apiTokens })).status()).toBe(403);
  expect(await account.consumers()).toHaveLength(1);
  expect(await account.tokens()).toHaveLength(1);
});

test("with only Admin settings, Portal settings lists the rights that open API tokens", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", ["admin-settings"]);
  await signIn(page, grace, "/settings/portal");
  await expect(buttonOrLink(page, "API tokens")).toHaveCount(0);
  for (const label of ["Manage portal settings", "Create Bynder API tokens", "View Bynder API tokens", "Revoke Bynder API tokens"]) {
    await expect(section(page, "Account")).toContainText(label);
  }
  expect((await open(page, apiTokens))?.status()).toBe(403);
  expect((await read(page, "api-tokens/page", { address: apiTokens })).status()).toBe(403);
});

for (const right of apiTokenRights) {
  test(`Admin settings and ${right} open the API tokens page`, async ({ page, account }) => {
    const grace = await account.createUser("Grace Hopper", ["admin-settings", right]);
    await signIn(page, grace, "/settings/portal");
    await section(page, "Account").getByRole("link", { name: "API tokens" }).click();
    await expect(page.getByRole("heading", { name: "API tokens", level: 1 })).toBeVisible();
  });
}

test("without Create Bynder API tokens, creating is rejected and the page names the missing right", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", allBut("create-api-tokens"));
  const consumer = await account.createConsumer("Website");
  await signIn(page, grace, apiTokens);
  await expect(page.getByRole("main")).toContainText("You need the Create Bynder API tokens right");
  await expect(buttonOrLink(page, /^Create new/)).toHaveCount(0);

  const token = { user: grace.email, consumer: consumer.id, integration_type: "WordPress", back: apiTokens };
  expect((await call(page, "consumers/create", { name: "Intranet", back: apiTokens })).status()).toBe(403);
  expect((await call(page, "tokens/create", token)).status()).toBe(403);
  expect((await call(page, "consumers/rename", { consumer: consumer.id, name: "Mine" })).status()).toBe(403);
  const signing = { consumer: consumer.id, rsa_public_key: "", legacy_flow: "true" };
  expect((await call(page, "consumers/set-signing", signing)).status()).toBe(403);
  expect((await read(page, "users/suggestions", { search: "a" })).status()).toBe(403);
  expect(await account.consumers()).toMatchObject([{ name: "Website" }]);
  expect(await account.tokens("all")).toEqual([]);
});

test("without View Bynder API tokens, nothing is listed and the page names the missing right", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", allBut("view-api-tokens"));
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, grace, apiTokens);
  const main = page.getByRole("main");
  await expect(main).toContainText("You need the View Bynder API tokens right");
  await expect(main).not.toContainText("Website");
  await expect(buttonOrLink(main, "Create new consumer").first()).toBeVisible();
  for (const address of [`${apiTokens}/tokens/${token.id}`, `${apiTokens}/consumers/${consumer.id}`]) {
    expect((await open(page, address))?.status(), address).toBe(403);
    await expect(main).not.toContainText("Website");
  }
  expect((await read(page, "tokens/page", { id: token.id })).status()).toBe(403);
  expect(await (await read(page, "api-tokens/page", { address: apiTokens })).text()).not.toContain(token.token);
});

test("without Revoke Bynder API tokens, revoking is rejected and the page names the missing right", async ({ page, account, server }) => {
  const grace = await account.createUser("Grace Hopper", allBut("revoke-api-tokens"));
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, grace, apiTokens);
  await expect(page.getByRole("main")).toContainText("Website");
  await expect(page.getByRole("main")).toContainText("You need the Revoke Bynder API tokens right");
  await expect(buttonOrLink(page.getByRole("main"), /^Revoke/)).toHaveCount(0);
  for (const address of [`${apiTokens}/tokens/${token.id}`, `${apiTokens}/consumers/${consumer.id}`]) {
    await open(page, address);
    await expect(page.getByRole("main")).toContainText("You need the Revoke Bynder API tokens right");
    await expect(buttonOrLink(page.getByRole("main"), /^(Revoke|Delete)/)).toHaveCount(0);
  }

  expect((await call(page, "tokens/revoke", { token: token.id, back: apiTokens })).status()).toBe(403);
  expect((await call(page, "consumers/delete", { consumer: consumer.id, name: "Website" })).status()).toBe(403);
  const credential = credentialOf(consumer, token);
  expect((await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential)).status).toBe(200);
});

test("a token has exactly its user's rights", async ({ account, server }) => {
  const consumer = await account.createConsumer("Website");
  const status = async (rights: Right[], path: string) => {
    const user = await account.createUser("Grace Hopper", rights);
    const credential = credentialOf(consumer, await account.createToken(user, consumer));
    return (await signedFetch("GET", `${server.url}${path}`, credential)).status;
  };
  expect(await status([], "/api/v4/currentUser")).toBe(200);
  expect(await status([], "/api/v4/users")).toBe(403);
  expect(await status(["manage-users"], "/api/v4/users")).toBe(200);
});

test("Permission management lists the signed-in user's rights", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", ["admin-settings", "view-api-tokens"]);
  await signIn(page, grace, "/settings");
  await section(page, "Users & rights").getByRole("link", { name: "Permission management" }).click();
  const rows = page.getByRole("table", { name: "Your rights" }).getByRole("row");
  await expect(rows.filter({ hasText: "Yes" })).toHaveCount(2);
  for (const [right, word] of [
    ["Admin settings", "Yes"],
    ["View Bynder API tokens", "Yes"],
    ["Create Bynder API tokens", "No"],
    ["Revoke Bynder API tokens", "No"],
    ["Manage portal settings", "No"],
  ] as const) {
    await expect(rows.filter({ has: page.getByRole("rowheader", { name: right }) })).toContainText(word);
  }
});

test("tokens and consumers of another account are not found", async ({ page, account, server, allowConsoleError }) => {
  allowConsoleError(/status of 404/);
  const stranger = await Account.create(server);
  const consumer = await stranger.createConsumer("Their website");
  const token = await stranger.createToken(stranger.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  for (const address of [`${apiTokens}/tokens/${token.id}`, `${apiTokens}/consumers/${consumer.id}`]) {
    expect((await open(page, address))?.status(), address).toBe(404);
    await expect(page.getByRole("main")).not.toContainText("Their website");
  }
  expect((await call(page, "tokens/revoke", { token: token.id, back: apiTokens })).status()).toBe(404);
  expect((await call(page, "consumers/delete", { consumer: consumer.id, name: "Their website" })).status()).toBe(404);
  expect((await call(page, "consumers/rename", { consumer: consumer.id, name: "Ours" })).status()).toBe(404);
  const mine = { user: account.admin.email, consumer: consumer.id, integration_type: "WordPress", back: apiTokens };
  expect((await call(page, "tokens/create", mine)).ok()).toBe(false);
  expect(await stranger.consumers()).toMatchObject([{ name: "Their website" }]);
  expect(await stranger.tokens()).toHaveLength(1);
});
