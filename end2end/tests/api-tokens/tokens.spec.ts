// The token list: search, sorting, filters and paging.

import { type Locator, type Page } from "@playwright/test";
import { type Account, type User, credentialOf } from "../../support/account.ts";
import { signedFetch } from "../../support/oauth1.ts";
import { apiTokens, click, dialog, open, section, signIn } from "../../support/actions.ts";
import { expect, hasScript, test } from "../../support/test.ts";

const integrations = ["Akeneo PIM", "Contentful", "Drupal", "WordPress"];

/** Creates 60 tokens for three users, two consumers and four integrations in turn, and returns the users. */
async function createSixtyTokens(account: Account): Promise<User[]> {
  const users = [account.admin, await account.createUser("Grace Hopper"), await account.createUser("Edsger Dijkstra")];
  const consumers = [await account.createConsumer("Website"), await account.createConsumer("Product information")];
  for (let index = 0; index < 60; index++) {
    const integration = index === 42 ? "House archive" : integrations[index % 4]!;
    await account.createToken(users[index % 3]!, consumers[index % 2]!, integration);
  }
  return users;
}

function rows(page: Page): Locator {
  return page.getByRole("table", { name: "Tokens" }).locator("tbody").getByRole("row");
}

async function column(page: Page, index: number): Promise<string[]> {
  const cells = await rows(page).locator(`:nth-match(td, ${index})`).all();
  return Promise.all(cells.map((cell) => cell.innerText()));
}

test("sixty tokens can be paged, searched, sorted and filtered", async ({ page, account }) => {
  test.slow();
  const [ada] = await createSixtyTokens(account);
  await signIn(page, account.admin, apiTokens);
  const pager = page.getByRole("navigation", { name: "Pages of tokens" });

  await test.step("a page has 25 rows, with links to the next and previous page", async () => {
    await expect(rows(page)).toHaveCount(25);
    const first = await rows(page).first().getByRole("link").first().getAttribute("href");
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page).first().getByRole("link").first()).not.toHaveAttribute("href", first!);
    await expect(rows(page)).toHaveCount(25);
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page)).toHaveCount(10);
    await expect(pager.getByRole("link", { name: "Next" })).toHaveCount(0);
    await pager.getByRole("link", { name: "Previous" }).click();
    await expect(rows(page)).toHaveCount(25);
    await pager.getByRole("link", { name: "Previous" }).click();
    await expect(rows(page).first().getByRole("link").first()).toHaveAttribute("href", first!);
    await expect(pager.getByRole("link", { name: "Previous" })).toHaveCount(0);
  });

  await test.step("search matches users, consumers and integrations, ignoring case", async () => {
    const search = section(page, "Tokens").getByLabel("Search tokens");
    for (const [text, count] of [["HOUSE", 1], ["grace", 20], ["product", 25], [ada!.email, 20]] as const) {
      await search.fill(text);
      await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
      await expect(rows(page)).toHaveCount(count);
    }
    await search.fill("no such thing");
    await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
    await expect(page.getByRole("heading", { name: "No tokens match “no such thing”" })).toBeVisible();
    await click(section(page, "Tokens"), "Clear search");
    await expect(rows(page)).toHaveCount(25);
    await expect(search).toHaveValue("");
  });

  await test.step("clicking a heading sorts by it, clicking again reverses the order", async () => {
    const heading = page.getByRole("columnheader", { name: "User" });
    await heading.getByRole("link").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await expect(rows(page).first()).toContainText("Ada Lovelace");
    await heading.getByRole("link").click();
    await expect(heading).toHaveAttribute("aria-sort", "descending");
    await expect(rows(page).first()).toContainText("Grace Hopper");
    await pager.getByRole("link", { name: "Next" }).click();
    await expect(rows(page).first()).toContainText("Edsger Dijkstra");
    await page.getByRole("columnheader", { name: "Integration" }).getByRole("link").click();
    await expect(page.getByRole("columnheader", { name: "Integration" })).toHaveAttribute("aria-sort", "ascending");
    const shown = await column(page, 3);
    expect(shown).toEqual([...shown].sort());
  });

  await test.step("search and sorting are in the URL", async () => {
    await open(page, `${apiTokens}?q=house&sort=user`);
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole("columnheader", { name: "User" })).toHaveAttribute("aria-sort", "ascending");
    await expect(section(page, "Tokens").getByLabel("Search tokens")).toHaveValue("house");
  });
});

test("revoked tokens are listed separately", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  await account.createToken(account.admin, consumer, "Drupal");
  await account.createToken(account.admin, consumer, "WordPress");
  await signIn(page, account.admin, apiTokens);
  await click(rows(page).filter({ hasText: "Drupal" }), /^Revoke/);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(rows(page)).toHaveCount(1);

  const choose = async (state: string) => {
    await section(page, "Tokens").getByLabel("State").selectOption(state);
    if (!hasScript()) await section(page, "Tokens").getByRole("button", { name: "Search" }).click();
  };
  await choose("Revoked and expired");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Revoked");
  await expect(rows(page)).toContainText("Drupal");
  await choose("All tokens");
  await expect(rows(page)).toHaveCount(2);
  await choose("Current tokens");
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("WordPress");
});

test("the token list shows who created a token and where it was last used", async ({ page, account, server }) => {
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  await expect(rows(page)).toContainText("on the command line");
  await expect(rows(page)).toContainText("Never");

  const response = await signedFetch("GET", `${server.url}/api/v4/currentUser`, credentialOf(consumer, token));
  expect(response.status).toBe(200);
  // The use is recorded within a few seconds.
  await expect(async () => {
    await open(page, apiTokens);
    await expect(rows(page)).toContainText("from 127.0.0.1", { timeout: 100 });
  }).toPass();
});

test("canceling the revoke dialog revokes nothing", async ({ page, account }) => {
  await account.createToken(account.admin, await account.createConsumer("Website"));
  await signIn(page, account.admin, apiTokens);
  await click(rows(page), /^Revoke/);
  await click(page.getByRole("dialog"), "Cancel");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  if (hasScript()) {
    await click(rows(page), /^Revoke/);
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  expect(await account.tokens()).toHaveLength(1);
});

test("revoking an already revoked token succeeds", async ({ page, account }) => {
  const consumer = await account.createConsumer("Website");
  const token = await account.createToken(account.admin, consumer);
  await signIn(page, account.admin, apiTokens);
  await click(rows(page), /^Revoke/);
  await account.revokeToken(token);
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(dialog(page, /Revoke/)).toHaveCount(0);
  await expect(page.getByText("No current tokens")).toBeVisible();
});

test("an account without tokens sees the empty state", async ({ page, account }) => {
  await signIn(page, account.admin, apiTokens);
  await expect(page.getByRole("table", { name: "Tokens" })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "No tokens yet" })).toBeVisible();
});
