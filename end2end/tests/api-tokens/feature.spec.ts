// The API tokens feature of an account, disabled and enabled through the command line.

import { credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, buttonOrLink, open, section, signIn } from "../../support/actions.ts";
import { expect, test } from "../../support/test.ts";

test("while API tokens is disabled, its pages explain that and its tokens are rejected", async ({ page, account, server, allowConsoleError }) => {
  allowConsoleError(/status of 403/);
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  const credential = credentialOf(consumer, token);
  const status = async () => (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential)).status;
  await account.feature("api-tokens", "off");
  await signIn(page, account.admin, "/settings/portal");
  await expect(section(page, "Account")).toContainText("Not enabled for this account. Ask your administrator.");
  await expect(buttonOrLink(page, "API tokens")).toHaveCount(0);

  const main = page.getByRole("main");
  expect((await open(page, apiTokens))?.status()).toBe(403);
  await expect(main).toContainText("API tokens is not enabled for this account");
  await expect(main).toContainText(`Ask your administrator to enable it for ${account.name}`);
  const response = await page.request.post("/fn/consumers/create", {
    form: { name: "Intranet", back: apiTokens },
    headers: { origin: server.url },
  });
  expect(response.status()).toBe(403);
  expect(await status()).toBe(401);

  await account.feature("api-tokens", "on");
  // The server learns of changes by the command line within a second.
  await expect(async () => {
    await open(page, apiTokens);
    await expect(main).toContainText("Website", { timeout: 100 });
  }).toPass({ timeout: 5_000 });
  expect(await status()).toBe(200);
});
