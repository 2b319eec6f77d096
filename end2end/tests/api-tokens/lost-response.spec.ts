// If the request or response of a create form is lost, either nothing was created or the secret can still be read.

import { type Page } from "@playwright/test";
import { apiTokens, click, dialog, open, reload, signIn, valueOf } from "../../support/actions.ts";
import { expect, test } from "../../support/test.ts";

test.beforeEach(({ allowConsoleError }) => allowConsoleError(/ERR_FAILED/));

async function fillAndCreate(page: Page, name: string): Promise<void> {
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await dialog(page, "Create new consumer").getByLabel("Name").fill(name);
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
}

test("creating a consumer whose response is lost shows the secret after a reload", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await fillAndCreate(page, "Website");
  await expect(dialog(page, "Create new consumer")).toContainText("The portal didn’t respond.");
  await page.unroute("**/fn/consumers/create");

  await reload(page);
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toContainText("Website");
  const [created] = await account.consumers();
  await expect(valueOf(shown, "Consumer key")).toHaveText(created!.consumer_key);
  await expect(valueOf(shown, "Consumer secret")).not.toBeEmpty();
  await click(shown, "OK");
  await expect(shown).toHaveCount(0);
});

test("creating a consumer whose request is lost creates nothing and can be sent again", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", (route) => route.abort());
  await fillAndCreate(page, "Website");
  const form = dialog(page, "Create new consumer");
  await expect(form).toContainText("The portal didn’t respond.");
  expect(await account.consumers()).toEqual([]);
  await expect(form.getByLabel("Name")).toHaveValue("Website");

  await page.unroute("**/fn/consumers/create");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  expect(await account.consumers()).toHaveLength(1);
});
