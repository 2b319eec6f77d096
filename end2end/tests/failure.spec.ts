// The server itself fails: what a person reads then leads to the place in the log.

import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { type Server } from "../support/server.ts";
import { Account } from "../support/account.ts";
import { personMenu, signIn } from "../support/steps.ts";
import { expect, testOnFreshServer as test } from "../support/test.ts";

/** Leaves nothing of the database but its files. */
async function destroyDatabase(server: Server): Promise<void> {
  for (const file of await readdir(server.dataFolder)) {
    if (file.startsWith("gatehouse.db")) await truncate(join(server.dataFolder, file));
  }
}

test("an error page names the request, which is in the log", async ({ page, server, tolerate }) => {
  tolerate(/status of 50\d/);
  const account = await Account.create(server);
  await signIn(page, account.admin, "/settings");
  await destroyDatabase(server);
  const response = await page.goto("/sessions");
  expect(response?.status()).toBeGreaterThanOrEqual(500);
  const id = response!.headers()["x-request-id"]!;
  await expect(page.getByText(id)).toBeVisible();
  await expect(page.getByRole("link", { name: "Go to the portal" })).toBeVisible();
  // Nothing of the inside is told.
  await expect(page.getByRole("main")).not.toContainText(/sqlite|database disk|select /i);
  expect(await server.log()).toContain(id);
});

test("a part of a page that fails says so, and the frame stays", async ({ page, server, tolerate }) => {
  tolerate(/status of 50\d/);
  const account = await Account.create(server);
  await signIn(page, account.admin, "/settings");
  await destroyDatabase(server);
  await personMenu(page).click();
  await page.getByRole("link", { name: "Sessions" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText(/went wrong|cannot do this at the moment/);
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
});
