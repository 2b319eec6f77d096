// A request that made something and lost its answer leaves either nothing or the secret, still to be read.

import { type Page } from "@playwright/test";
import { apiTokens, dialog, open, press, reload, signIn, valueOf } from "../../support/steps.ts";
import { expect, test } from "../../support/test.ts";

test.beforeEach(({ tolerate }) => tolerate(/ERR_FAILED/));

async function fillAndCreate(page: Page, name: string): Promise<void> {
  await open(page, `${apiTokens}?dialog=new-consumer`);
  await dialog(page, "Create new consumer").getByLabel("Name").fill(name);
  await dialog(page, "Create new consumer").getByRole("button", { name: "Create", exact: true }).click();
}

test("a consumer whose answer got lost shows its secret after a reload", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await fillAndCreate(page, "Website");
  await expect(dialog(page, "Create new consumer")).toContainText("The portal did not answer.");
  await page.unroute("**/fn/consumers/create");

  await reload(page);
  const shown = dialog(page, "The consumer was created");
  await expect(shown).toContainText("Website");
  const [made] = await account.consumers();
  await expect(valueOf(shown, "Consumer key")).toHaveText(made!.consumer_key);
  await expect(valueOf(shown, "Consumer secret")).not.toBeEmpty();
  await press(shown, "OK");
  await expect(shown).toHaveCount(0);
});

test("a request that never arrived leaves nothing, and the form can be sent again", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await page.route("**/fn/consumers/create", (route) => route.abort());
  await fillAndCreate(page, "Website");
  const form = dialog(page, "Create new consumer");
  await expect(form).toContainText("The portal did not answer.");
  expect(await account.consumers()).toEqual([]);
  await expect(form.getByLabel("Name")).toHaveValue("Website");

  await page.unroute("**/fn/consumers/create");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(page, "The consumer was created")).toContainText("Website");
  expect(await account.consumers()).toHaveLength(1);
});
