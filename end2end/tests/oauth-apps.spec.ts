// The steps of the guide "Creating an OAuth2 App", word for word, and managing apps.

import { type Locator, type Page } from "@playwright/test";
import { type User } from "../support/account.ts";
import { callServerFunction, connectorScopes, listApps, oauthApps, registerApp } from "../support/oauth2.ts";
import { chooseUser } from "../support/users.ts";
import { buttonOrLink, click, dialog, open, reload, section, signIn, valueOf } from "../support/actions.ts";
import { expect, hasScript, needsNoScript, needsScript, test } from "../support/test.ts";

const secretDialogTitle = "Copy the client secret";

function scopeCheckbox(within: Page | Locator, scope: string): Locator {
  return within.getByRole("checkbox", { name: new RegExp(`^${scope.replaceAll(".", "\\.")}\\s`) });
}

function rows(page: Page, table: string): Locator {
  return page.getByRole("table", { name: table }).locator("tbody").getByRole("row");
}

/** Signs in and submits the form for a new app that acts for `user`. */
async function sendNewApp(page: Page, admin: User, user: string): Promise<Locator> {
  await signIn(page, admin, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  await form.getByLabel("Application name").fill("Connector");
  await form.getByLabel("User", { exact: true }).fill(user);
  await scopeCheckbox(form, "asset:read").check();
  await click(form, "Register application");
  return form;
}

test("the guide's steps create a client ID and a client secret", async ({ page, account }) => {
  await signIn(page, account.admin);
  await test.step("1. Navigate to OAuth Apps section: …/pysettings/oauth2/", async () => {
    await open(page, "/pysettings/oauth2/");
    await expect(page).toHaveURL(oauthApps);
    await expect(page.getByRole("heading", { name: "OAuth apps", level: 1 })).toBeVisible();
    await expect(page.getByRole("heading", { name: "No apps yet" })).toBeVisible();
  });
  await test.step("2. Click Add new app", () => click(page, "Add new app"));
  const form = section(page, "Add new app");
  await test.step("3. Enter your desired Application name", () => form.getByLabel("Application name").fill("Connector"));
  await test.step("4. Select grant type: Client Credentials", () =>
    form.getByRole("radio", { name: /^Client Credentials/ }).check());
  await test.step("5. Select a user that represents the permissions the app will have", async () => {
    await form.getByLabel("User", { exact: true }).fill("Ada Lovelace");
    if (hasScript()) await form.getByRole("option", { name: "Ada Lovelace" }).click();
  });
  await test.step("6. Select the required scopes", async () => {
    for (const scope of connectorScopes) await scopeCheckbox(form, scope).check();
  });
  await test.step("7. Click Register application", () => click(form, "Register application"));
  const shown = dialog(page, secretDialogTitle);
  const [id, secret] = await test.step("8. Copy the Client ID and Client Secret", async () => {
    return [await valueOf(shown, "Client ID").innerText(), await valueOf(shown, "Client secret").innerText()] as const;
  });
  await reload(page);
  await expect(valueOf(shown, "Client secret")).toHaveText(secret);
  await click(shown, "OK");
  await expect(page.getByText(secret)).toHaveCount(0);

  await expect(page).toHaveURL(`${oauthApps}/${id}`);
  await expect(page.getByRole("heading", { name: "Connector", level: 1 })).toBeVisible();
  await expect(valueOf(section(page, "About this app"), "Client ID")).toHaveText(id);
  await open(page, oauthApps);
  await expect(rows(page, "OAuth apps")).toHaveCount(1);
  for (const words of ["Connector", "Client Credentials", "Ada Lovelace", "7", ...connectorScopes]) {
    await expect(rows(page, "OAuth apps")).toContainText(words);
  }
});

test("Portal settings links to the OAuth apps", async ({ page, account }) => {
  await signIn(page, account.admin, "/settings/portal");
  await section(page, "Account").getByRole("link", { name: "OAuth apps" }).click();
  await expect(page).toHaveURL(oauthApps);
});

test("Select connector scopes selects the seven scopes of a connector", async ({ page, account }) => {
  await signIn(page, account.admin, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  await click(form, "Select connector scopes");
  await expect(form.getByRole("checkbox", { checked: true })).toHaveCount(7);
  for (const scope of connectorScopes) await expect(scopeCheckbox(form, scope)).toBeChecked();
});

test("an invalid new app shows errors at its fields and keeps the input", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper");
  await signIn(page, account.admin);
  await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });
  await open(page, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  const name = form.getByLabel("Application name");
  await name.fill("connector");
  await form.getByLabel("User", { exact: true }).fill(grace.email);
  await scopeCheckbox(form, "asset:read").check();
  await scopeCheckbox(form, "current.user:read").check();
  await click(form, "Register application");
  await expect(name).toHaveAccessibleDescription(/This name is already in use\./);
  await expect(form.getByLabel("User", { exact: true })).toHaveValue(grace.email);
  await expect(scopeCheckbox(form, "asset:read")).toBeChecked();
  await expect(scopeCheckbox(form, "current.user:read")).toBeChecked();
  await expect(scopeCheckbox(form, "collection:read")).not.toBeChecked();
  // Scopes that the user's rights do not cover are marked.
  await expect(form).toContainText("Won’t be granted: the user doesn’t have the Manage integration right");
  await name.fill("Another");
  await form.getByLabel("User", { exact: true }).fill("nobody@example.com");
  await click(form, "Register application");
  await expect(form.getByLabel("User", { exact: true })).toHaveAccessibleDescription(/No active user has this name or email\./);
  expect(await listApps(page)).toHaveLength(1);
});

test("if several users share the name, the form asks which one", async ({ page, account }) => {
  const [one, other] = [await account.createUser("Alex Doe"), await account.createUser("Alex Doe")];
  const form = await sendNewApp(page, account.admin, "Alex Doe");
  await chooseUser(form, [one, other], other);
  // The other fields keep their input.
  await expect(form.getByLabel("Application name")).toHaveValue("Connector");
  await expect(scopeCheckbox(form, "asset:read")).toBeChecked();
  await click(form, "Register application");
  await click(dialog(page, secretDialogTitle), "OK");
  await expect(section(page, "About this app")).toContainText(other.email);
});

test("a corrected field shows no error while the form is resubmitted", { tag: needsScript }, async ({ page, account }) => {
  const form = await sendNewApp(page, account.admin, "Nobody");
  const user = form.getByLabel("User", { exact: true });
  await expect(user).toHaveAttribute("aria-invalid", "true");
  await user.fill(account.admin.email);
  await expect(user).not.toHaveAttribute("aria-invalid", "true");
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/oauth-apps/create", async (route) => {
    await released;
    await route.continue();
  });
  await click(form, "Register application");
  await expect(form.getByRole("button", { name: "Register application" })).toHaveAttribute("aria-busy", "true");
  await expect(user).not.toHaveAttribute("aria-invalid", "true");
  await expect(user).not.toBeFocused();
  // The page changes while an edited field with suggestions has focus.
  await user.focus();
  release();
  await expect(dialog(page, secretDialogTitle)).toBeVisible();
});

test("an authorization code app requires valid redirect URIs", async ({ page, account }) => {
  await signIn(page, account.admin, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  await form.getByLabel("Application name").fill("Wiki");
  await form.getByRole("radio", { name: /^Authorization Code \+ Refresh Token\s+A web/ }).check();
  const uris = form.getByLabel("Authorization redirect URIs");
  await uris.fill("http://wiki.example/cb\nhttps://wiki.example/cb");
  await scopeCheckbox(form, "offline").check();
  await click(form, "Register application");
  await expect(uris).toHaveAccessibleDescription(/http:\/\/wiki\.example\/cb: Use https\./);
  await expect(uris).toHaveValue("http://wiki.example/cb\nhttps://wiki.example/cb");
  await uris.fill("https://wiki.example/cb");
  await click(form, "Register application");
  await click(dialog(page, secretDialogTitle), "OK");
  await expect(section(page, "Try it")).toContainText("redirect_uri=https%3A%2F%2Fwiki.example%2Fcb");
  await expect(buttonOrLink(page, "Revoke all refresh tokens")).toHaveCount(1);
});

test("a public client has no secret", async ({ page, account }) => {
  await signIn(page, account.admin, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  await form.getByLabel("Application name").fill("Phone");
  await form.getByRole("radio", { name: /\(public client\)/ }).check();
  await form.getByLabel("Authorization redirect URIs").fill("com.example.phone:/cb");
  await scopeCheckbox(form, "current.user:read").check();
  await click(form, "Register application");
  await expect(page.getByRole("heading", { name: "Phone", level: 1 })).toBeVisible();
  await expect(dialog(page, secretDialogTitle)).toHaveCount(0);
  await expect(section(page, "Client secrets")).toHaveCount(0);
  await expect(section(page, "Try it")).toContainText("code_challenge=CODE_CHALLENGE");
});

test("adding scopes to an app requires confirmation", async ({ page, account }) => {
  await signIn(page, account.admin);
  const app = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read", "collection:read"] });
  await open(page, `${oauthApps}/${app.id}`);
  const details = section(page, "Details");
  await test.step("removing a scope needs no confirmation", async () => {
    await details.getByLabel("Application name").fill("Intranet");
    await scopeCheckbox(details, "collection:read").uncheck();
    await click(details, "Save changes");
    await expect(page.getByRole("heading", { name: "Intranet", level: 1 })).toBeVisible();
    expect(await listApps(page)).toMatchObject([{ name: "Intranet", scopes: "asset:read" }]);
  });
  await test.step("adding a scope asks for confirmation", async () => {
    await scopeCheckbox(details, "meta.assetbank:read").check();
    await click(details, "Save changes");
    const confirmation = details.getByRole("checkbox", { name: /^Allow additional scopes/ });
    await expect(confirmation).toBeVisible();
    await expect(confirmation).toHaveAccessibleDescription(/meta\.assetbank:read/);
    expect(await listApps(page)).toMatchObject([{ scopes: "asset:read" }]);
    await confirmation.check();
    await click(details, "Save changes");
    await expect(section(page, "Scopes used")).toContainText("meta.assetbank:read");
    await expect(confirmation).toHaveCount(0);
    expect(await listApps(page)).toMatchObject([{ scopes: "asset:read meta.assetbank:read" }]);
  });
});

test("an app whose user is deactivated is shown as disabled", async ({ page, account }) => {
  const grace = await account.createUser("Grace Hopper", "all");
  await signIn(page, account.admin);
  const app = await registerApp(page, { name: "Connector", user: grace.email, scopes: ["asset:read"] });
  await account.deactivate(grace);
  await open(page, oauthApps);
  await expect(rows(page, "OAuth apps")).toContainText("User inactive");
  await expect(rows(page, "OAuth apps")).toContainText("App disabled.");
  await open(page, `${oauthApps}/${app.id}`);
  await expect(page.getByText("App disabled", { exact: true })).toBeVisible();
});

test("a client secret can be added and the old one deleted", async ({ page, account }) => {
  await signIn(page, account.admin);
  const app = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });
  await open(page, `${oauthApps}/${app.id}`);
  const secrets = section(page, "Client secrets");
  const days = secrets.getByLabel("Expires after (days)");
  await secrets.getByLabel("Note").fill("Build server");
  await days.fill("0");
  await click(secrets, "Add secret");
  await expect(days).toHaveAccessibleDescription(/Enter a number of days from 1 to 3650, or leave empty\./);
  await expect(secrets.getByLabel("Note")).toHaveValue("Build server");
  await days.fill("90");
  await click(secrets, "Add secret");
  const shown = dialog(page, secretDialogTitle);
  await expect(valueOf(shown, "Client ID")).toHaveText(app.id);
  const secret = await valueOf(shown, "Client secret").innerText();
  expect(secret).not.toBe(app.secret);
  await click(shown, "OK");
  await expect(rows(page, "Client secrets")).toHaveCount(2);

  await click(rows(page, "Client secrets").filter({ hasText: "Untitled" }), /^Delete/);
  await click(dialog(page, "Delete this secret?"), "Delete secret");
  await expect(rows(page, "Client secrets")).toHaveCount(1);
  await expect(rows(page, "Client secrets")).toContainText("Build server");
});

test("unsaved input stays after a dialog closes", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const redirectUris = ["https://website.example/"];
  const app = await registerApp(page, { name: "Website", grant: "authorization_code", redirectUris, scopes: ["offline"] });
  await open(page, `${oauthApps}/${app.id}`);
  const name = section(page, "Details").getByLabel("Application name");
  await name.fill("Not saved yet");
  await click(section(page, "Tokens"), "Revoke all refresh tokens");
  await click(dialog(page, "Revoke all refresh tokens?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");
  await click(section(page, "Delete this app"), "Delete app");
  await click(dialog(page, "Delete “Website”?"), "Cancel");
  await expect(name).toHaveValue("Not saved yet");
});

test("token settings are saved and kept after a reload", async ({ page, account }) => {
  await signIn(page, account.admin);
  const redirectUris = ["https://wiki.example/cb"];
  const app = await registerApp(page, { name: "Wiki", grant: "authorization_code", redirectUris, scopes: ["offline"] });
  await open(page, `${oauthApps}/${app.id}`);
  const settings = section(page, "Token settings");
  const rotate = settings.getByRole("checkbox", { name: /^Rotate refresh tokens/ });
  const algorithm = settings.getByLabel("Signing algorithm");
  const introspection = settings.getByRole("checkbox", { name: /^Allow introspection of other apps’ tokens/ });
  const expectSettings = async (rotates: boolean, signs: string, introspects: boolean) => {
    await expect(rotate).toBeChecked({ checked: rotates });
    await expect(algorithm).toHaveValue(signs);
    await expect(introspection).toBeChecked({ checked: introspects });
    expect(await listApps(page)).toMatchObject([
      { token_settings: { rotate_refresh_tokens: rotates, signing_algorithm: signs, allow_introspection: introspects } },
    ]);
  };
  await expectSettings(false, "ES256", false);
  await rotate.check();
  await algorithm.selectOption("RS256");
  await introspection.check();
  await click(settings, "Save token settings");
  if (hasScript()) await expect(page.getByText("Token settings saved")).toBeVisible();
  await expect.poll(async () => listApps(page)).toMatchObject([{ token_settings: { signing_algorithm: "RS256" } }]);
  await reload(page);
  await expectSettings(true, "RS256", true);
  await rotate.uncheck();
  await click(settings, "Save token settings");
  await expect.poll(async () => listApps(page)).toMatchObject([{ token_settings: { rotate_refresh_tokens: false } }]);
  await reload(page);
  await expectSettings(false, "RS256", true);
});

test("rejected token settings keep the input", { tag: needsNoScript }, async ({ page, account }) => {
  await signIn(page, account.admin);
  const redirectUris = ["https://wiki.example/cb"];
  const app = await registerApp(page, { name: "Wiki", grant: "authorization_code", redirectUris, scopes: ["offline"] });
  await open(page, `${oauthApps}/${app.id}`);
  const settings = section(page, "Token settings");
  const algorithm = settings.getByLabel("Signing algorithm");
  const checkboxes = [/^Rotate refresh tokens/, /^Allow introspection of other apps’ tokens/].map((name) =>
    settings.getByRole("checkbox", { name }),
  );
  for (const checkbox of checkboxes) await checkbox.check();
  // The form offers only valid options.
  await algorithm.evaluate((select) => ((select as HTMLSelectElement).options[0]!.value = "none"));
  await click(settings, "Save token settings");
  await expect(algorithm).toHaveAccessibleDescription(/Select ES256 or RS256\./);
  for (const checkbox of checkboxes) await expect(checkbox).toBeChecked();
  await click(settings, "Save token settings");
  await expect(page).toHaveURL(`${oauthApps}/${app.id}`);
  expect(await listApps(page)).toMatchObject([
    { token_settings: { rotate_refresh_tokens: true, signing_algorithm: "ES256", allow_introspection: true } },
  ]);
});

test("refresh token rotation is fixed for public clients and absent for client credentials", async ({ page, account }) => {
  await signIn(page, account.admin);
  const phone = await registerApp(page, { name: "Phone", grant: "public", redirectUris: ["com.example.phone:/cb"], scopes: ["offline"] });
  const connector = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });
  const settings = section(page, "Token settings");
  const rotate = settings.getByRole("checkbox", { name: /^Rotate refresh tokens/ });
  const introspection = settings.getByRole("checkbox", { name: /^Allow introspection/ });
  await open(page, `${oauthApps}/${phone.id}`);
  await expect(rotate).toBeChecked();
  await expect(rotate).toBeDisabled();
  await expect(introspection).toHaveCount(0);
  await settings.getByLabel("Signing algorithm").selectOption("RS256");
  await click(settings, "Save token settings");
  await expect.poll(async () => (await listApps(page)).find(({ name }) => name === "Phone")).toMatchObject({
    token_settings: { rotate_refresh_tokens: true, signing_algorithm: "RS256" },
  });
  await open(page, `${oauthApps}/${connector.id}`);
  await expect(rotate).toHaveCount(0);
  await expect(introspection).not.toBeChecked();
});

test("revoking all refresh tokens requires confirmation", async ({ page, account }) => {
  await signIn(page, account.admin);
  const wiki = { name: "Wiki", grant: "authorization_code", redirectUris: ["https://wiki.example/"], scopes: ["offline"] } as const;
  const app = await registerApp(page, { ...wiki, redirectUris: [...wiki.redirectUris], scopes: [...wiki.scopes] });
  await open(page, `${oauthApps}/${app.id}`);
  await click(page, "Revoke all refresh tokens");
  await dialog(page, "Revoke all refresh tokens?").getByRole("button", { name: "Revoke" }).click();
  await expect(dialog(page, "Revoke all refresh tokens?")).toHaveCount(0);
  await expect(page).toHaveURL(`${oauthApps}/${app.id}`);
});

test("deleting an app requires its name", async ({ page, account }) => {
  await signIn(page, account.admin);
  const app = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });
  await open(page, `${oauthApps}/${app.id}`);
  await click(section(page, "Delete this app"), "Delete app");
  const question = dialog(page, "Delete “Connector”?");
  const name = question.getByLabel("Type the app’s name to confirm");
  await name.fill("connector");
  await click(question, "Delete app");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveValue("connector");
  expect(await listApps(page)).toHaveLength(1);
  await name.fill("Connector");
  await click(question, "Delete app");
  await expect(page.getByRole("heading", { name: "No apps yet" })).toBeVisible();
  expect(await listApps(page)).toEqual([]);
});

for (const [missing, label] of [["admin-settings", "Admin settings"], ["manage-oauth-apps", "Access & manage OAuth apps"]] as const) {
  test(`without ${label}, pages and functions return 403 and name the missing right`, async ({ page, account, anotherBrowser, allowConsoleError }) => {
    allowConsoleError(/status of 403/);
    const other = await anotherBrowser();
    await signIn(other, account.admin);
    const app = await registerApp(other, { name: "Connector", user: account.admin.email, scopes: ["asset:read"] });

    const rights = (["admin-settings", "manage-oauth-apps", "create-api-tokens"] as const).filter((right) => right !== missing);
    const grace = await account.createUser("Grace Hopper", [...rights]);
    await signIn(page, grace, "/settings");
    await open(page, "/settings/portal");
    await expect(page.getByRole("main")).toContainText(label);
    await expect(buttonOrLink(page, "OAuth apps")).toHaveCount(0);
    for (const address of [oauthApps, `${oauthApps}/new`, `${oauthApps}/${app.id}`]) {
      expect((await open(page, address))?.status(), address).toBe(403);
      await expect(page.getByRole("main")).toContainText(label);
      await expect(page.getByRole("main")).not.toContainText("Connector");
    }
    const form = new URLSearchParams({ app: app.id, name: "Connector", user: account.admin.email, "scopes[]": "asset:read" });
    for (const name of ["create", "update", "add-secret", "revoke", "delete"]) {
      expect((await callServerFunction(page, `oauth-apps/${name}`, form)).status(), name).toBe(403);
    }
    for (const [name, params] of [
      ["list", {}],
      ["users", { search: "a" }],
      ["user-rights", { user: account.admin.email }],
    ] as const) {
      expect((await page.request.get(`/fn/oauth-apps/${name}`, { params })).status(), name).toBe(403);
    }
    expect(await listApps(other)).toMatchObject([{ name: "Connector" }]);
  });
}

test("the form shows only the fields of the selected grant type", { tag: needsScript }, async ({ page, account }) => {
  await signIn(page, account.admin, `${oauthApps}/new`);
  const form = section(page, "Add new app");
  const [user, uris] = [form.getByLabel("User", { exact: true }), form.getByLabel("Authorization redirect URIs")];
  await expect(user).toBeVisible();
  await expect(uris).toBeHidden();
  await expect(scopeCheckbox(form, "offline")).toBeHidden();
  await form.getByRole("radio", { name: /\(public client\)/ }).check();
  await expect(user).toBeHidden();
  await expect(uris).toBeVisible();
  await expect(scopeCheckbox(form, "offline")).toBeVisible();
  await click(form, "Register application");
  await expect(form.getByLabel("Application name")).toBeFocused();
  await expect(uris).toHaveAccessibleDescription(/Enter at least one redirect URI\./);
  await expect(form.getByText("Select at least one scope.")).toBeVisible();
});

test("Try it requests a token and calls the API", { tag: needsScript }, async ({ page, account, allowConsoleError }) => {
  allowConsoleError(/status of 40[01]/);
  await signIn(page, account.admin);
  const app = await registerApp(page, { name: "Connector", user: account.admin.email, scopes: ["current.user:read"] });
  await open(page, `${oauthApps}/${app.id}`);
  const panel = section(page, "Try it");
  await panel.getByLabel("Client secret").fill("not the secret");
  await click(panel, "Get token and call API");
  await expect(panel.locator(".results")).toContainText("invalid_client");
  await panel.getByLabel("Client secret").fill(app.secret!);
  await click(panel, "Get token and call API");
  await expect(panel.locator(".results")).toContainText(account.admin.email);
  await expect(panel).toContainText("client_secret=$CLIENT_SECRET");
  expect(page.url()).not.toContain(app.secret!);
});
