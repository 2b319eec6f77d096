// An account whose API tokens feature the operator has switched off, and on again.

import { credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, open, pressable, section, signIn } from "../../support/steps.ts";
import { expect, test } from "../../support/test.ts";

test("while the feature is off, the pages say so and whom to ask, and its tokens open nothing", async ({ page, account, server, tolerate }) => {
  tolerate(/status of 403/);
  const consumer = await account.consumer("Website");
  const token = await account.token(account.admin, consumer);
  const credential = credentialOf(consumer, token);
  const status = async () => (await signedFetch("GET", `${server.url}/api/v4/currentUser`, credential)).status;
  await account.feature("api-tokens", "off");
  await signIn(page, account.admin, "/settings/portal");
  await expect(section(page, "Account")).toContainText("Not enabled for this account. Ask the person who runs this portal.");
  await expect(pressable(page, "API tokens")).toHaveCount(0);

  const main = page.getByRole("main");
  expect((await open(page, apiTokens))?.status()).toBe(403);
  await expect(main).toContainText("API tokens is not enabled for this account");
  await expect(main).toContainText(`Ask the person who runs this portal to enable it for ${account.name}`);
  const made = await page.request.post("/fn/consumers/create", {
    form: { name: "Intranet", back: apiTokens },
    headers: { origin: server.url },
  });
  expect(made.status()).toBe(403);
  expect(await status()).toBe(401);

  await account.feature("api-tokens", "on");
  // The command line is another process: the server knows within a second.
  await expect(async () => {
    await open(page, apiTokens);
    await expect(main).toContainText("Website", { timeout: 100 });
  }).toPass({ timeout: 5_000 });
  expect(await status()).toBe(200);
});
